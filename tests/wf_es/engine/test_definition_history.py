"""All versions of a definition, and what differs between them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.engine.conftest import Library
from wf_es.definition.versions import ENVIRONMENT, WORKFLOW
from wf_es.engine import DEFAULT_PROJECT
from wf_es.engine.definition_history import DefinitionHistory
from wf_es.errors import InvalidRequest, NotFound

ONE = "version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop}\n"
TWO = ONE.replace("noop", "echo output=1")


@pytest.fixture
def history(library: Library) -> DefinitionHistory:
    """Created, changed, deleted and created again."""
    library.create(WORKFLOW, ONE)
    library.definitions.update(TWO, origin=library.origin())
    library.definitions.delete("w", origin=library.origin())
    library.create(WORKFLOW, ONE)
    return library.definitions.history


def ours(**given: Any) -> dict[str, Any]:
    """Return arguments with our project."""
    return {"project": DEFAULT_PROJECT, **given}


def test_every_version_is_there(history: DefinitionHistory) -> None:
    """Also what was withdrawn; the deletion took a number."""
    listed = history.versions("w", **ours())

    assert [(one.version, one.change, one.content.text) for one in listed] == [
        (1, "created", ONE),
        (2, "updated", TWO),
        (4, "created", ONE),
    ]
    withdrawn = [one.withdrawn for one in listed]
    assert withdrawn[0] is None
    assert withdrawn[2] is None
    assert withdrawn[1] is not None
    assert withdrawn[1] > listed[1].time
    assert {(one.name, one.kind, one.actor) for one in listed} == {("w", "workflow", "ann")}


def test_versions_of_what_is_deleted(history: DefinitionHistory, library: Library) -> None:
    """By name and by id: executions may still run them."""
    (receipt,) = library.definitions.delete("w", origin=library.origin()).definitions

    assert [one.version for one in history.versions("w", **ours())] == [1, 2, 4]
    assert history.version(receipt.id, 2, **ours()).content.text == TWO


def test_an_unknown_version_is_not_found(history: DefinitionHistory) -> None:
    """The number of the deletion neither; the message names those there are."""
    for number in (0, 3, 5):
        with pytest.raises(NotFound, match=f"Version {number} of workflow 'w' not found; there are: 1, 2, 4"):
            history.version("w", number, **ours())


def test_what_never_was_is_not_found(history: DefinitionHistory) -> None:
    """By name, kind, namespace and project."""
    for name, given in (
        ("v", ours()),
        ("w", ours(kind="action")),
        ("w", ours(namespace="n")),
        ("w", {"project": "other"}),
        (history.versions("w", **ours())[0].id, {"project": "other"}),
    ):
        with pytest.raises(NotFound):
            history.versions(name, **given)


def test_two_versions_are_compared(history: DefinitionHistory) -> None:
    """Their parts and their text."""
    found = history.difference("w", 1, 2, **ours())

    assert [(part.name, part.keys) for part in found.parts] == [("a", ("action",))]
    assert found.text.splitlines()[:2] == ["--- w version 1", "+++ w version 2"]
    assert (found.before.version, found.after.version, found.is_same) == (1, 2, False)
    assert history.difference("w", 1, 4, **ours()).is_same


def test_the_last_version_is_compared_with_the_one_before(history: DefinitionHistory) -> None:
    """Unless one of them is named."""
    assert [one.version for one in _sides(history)] == [2, 4]
    assert [one.version for one in _sides(history, before=1)] == [1, 4]
    assert [one.version for one in _sides(history, after=2)] == [1, 2]
    with pytest.raises(InvalidRequest, match="no version before version 1"):
        _sides(history, after=1)


def _sides(history: DefinitionHistory, **given: Any) -> list[Any]:
    found = history.difference("w", **ours(), **given)
    return [found.before, found.after]


def test_an_environment_is_compared_line_by_line(library: Library) -> None:
    """Although its text has but one line."""
    change = library.definitions.environments
    change.create("e", {"a": 1, "b": 2}, origin=library.origin())
    change.update("e", {"a": 1, "b": 3}, origin=library.origin())

    found = library.definitions.history.difference("e", **ours(kind=ENVIRONMENT))

    assert '-  "b": 2\n+  "b": 3\n' in found.text
    assert [part.name for part in found.parts] == ["b"]
