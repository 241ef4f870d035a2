"""Stored environments: every version kept, partial changes, projects apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.engine.conftest import Library
from wf_es.engine import DEFAULT_PROJECT
from wf_es.errors import AlreadyExists, InvalidRequest, NotFound

VARIABLES: dict[str, Any] = {"region": "eu", "limits": {"cpu": [1, 2.5, None, True]}, "greeting": "<% 1 %>"}


def test_an_environment_gives_its_variables(library: Library) -> None:
    """As they were stored; expressions are evaluated when an execution starts."""
    library.definitions.environments.create("e", VARIABLES, origin=library.origin(), description="d")

    assert library.definitions.environment("e", DEFAULT_PROJECT) == VARIABLES
    stored = library.definitions.get("e", kind="environment", project=DEFAULT_PROJECT)
    assert library.definitions.environment(stored.id, DEFAULT_PROJECT) == VARIABLES


def test_an_update_changes_what_it_names(library: Library) -> None:
    """Variables are replaced as a whole, the rest stays; nothing new makes no version."""
    change = library.definitions.environments
    change.create("e", VARIABLES, origin=library.origin(), description="d", scope="public")

    change.update("e", {"k": 1}, origin=library.origin())
    change.update("e", origin=library.origin(), description="changed")
    same = change.update("e", {"k": 1}, origin=library.origin())

    assert same.events == ()
    listed = library.definitions.versions("e", kind="environment", project=DEFAULT_PROJECT)
    assert [(one.content.text, one.content.description, one.content.scope) for one in listed[1:]] == [
        ('{"k":1}', "d", "public"),
        ('{"k":1}', "changed", "public"),
    ]


def test_a_name_is_taken_until_it_is_deleted(library: Library) -> None:
    """And unknown names are refused in Mistral's words."""
    change = library.definitions.environments
    change.create("e", VARIABLES, origin=library.origin())
    with pytest.raises(AlreadyExists, match=r"Duplicate entry for Environment \['name', 'project_id'\]: e, "):
        change.create("e", {}, origin=library.origin())

    change.delete("e", origin=library.origin())

    for attempt in (
        lambda: change.delete("e", origin=library.origin()),
        lambda: change.update("e", {}, origin=library.origin()),
        lambda: library.definitions.environment("e", DEFAULT_PROJECT),
    ):
        with pytest.raises(NotFound, match=r"Environment not found \[name=e\]"):
            attempt()
    change.create("e", {}, origin=library.origin())


def test_projects_do_not_share_environments(library: Library) -> None:
    """The same name in two projects means two environments."""
    change = library.definitions.environments
    change.create("e", {"a": 1}, origin=library.origin("q"))
    (public,) = change.create("p", {"b": 2}, origin=library.origin("q"), scope="public").definitions

    with pytest.raises(NotFound):
        library.definitions.environment("e", DEFAULT_PROJECT)
    assert library.definitions.environment(public.id, DEFAULT_PROJECT) == {"b": 2}
    with pytest.raises(NotFound):
        change.delete(public.id, origin=library.origin())


def test_a_workflow_is_no_environment(library: Library) -> None:
    """An id of another kind is not found."""
    library.create("workflow", "version: '2.0'\nw:\n  tasks:\n    t: {action: std.noop}\n")
    workflow = library.definitions.get("w", project=DEFAULT_PROJECT)

    with pytest.raises(NotFound):
        library.definitions.environment(workflow.id, DEFAULT_PROJECT)


def test_a_scope_that_does_not_exist_is_refused(library: Library) -> None:
    """At creation and at a change."""
    change = library.definitions.environments
    with pytest.raises(InvalidRequest, match="everybody"):
        change.create("e", {}, origin=library.origin(), scope="everybody")
    change.create("e", {}, origin=library.origin())
    with pytest.raises(InvalidRequest, match="everybody"):
        change.update("e", origin=library.origin(), scope="everybody")
