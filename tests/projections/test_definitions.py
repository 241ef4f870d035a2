"""Tests of the rows of definitions, of all kinds alike."""

from __future__ import annotations

from typing import Any

import pytest

from projections import Query, Views
from projections.collection import Collection
from wf_es.definition.versions import DefinitionDeleted
from wf_es.errors import NotFound

ACTION = """version: '2.0'
greet:
  base: std.echo
  base-input: {output: "<% $.name %>"}
  input: [name, greeting: Hello, number: 5, list: [a, b], nothing: null]
"""
TEXTS = {
    "workflow": "version: '2.0'\ngreet:\n  tasks:\n    a: {action: std.noop}\n",
    "workbook": "version: '2.0'\nname: greet\n",
    "action": ACTION,
    "environment": '{"a":1}',
}
KINDS = sorted(TEXTS)
TIMES = {"created_at": "2026-11-21 08:00:01.123456", "updated_at": "2026-11-21 08:00:01.123456"}


def collection(views: Views, kind: str) -> Collection:
    """Return the collection of a kind."""
    found = getattr(views, f"{kind}s")
    assert isinstance(found, Collection)
    return found


def test_an_action_row_has_everything_mistral_shows(story: Any, views: Views) -> None:
    """In Mistral's order; its input is shown like that of an installed action."""
    story.upload(
        "d", ACTION, "greet", kind="action", tags=["t"], scope="public", description="d", namespace="n"
    )
    views.catch_up()

    row = views.actions.get("d", "home")

    assert list(row.items()) == [
        ("id", "d"),
        ("name", "greet"),
        ("is_system", False),
        ("input", 'name, greeting="Hello", number=5, list=["a","b"], nothing=null'),
        ("description", "d"),
        ("tags", ["t"]),
        ("definition", ACTION),
        ("scope", "public"),
        ("project_id", "home"),
        *TIMES.items(),
        ("namespace", "n"),
        ("checksum", "5"),
        ("version", 1),
    ]


def test_a_workbook_row_has_everything_mistral_shows(story: Any, views: Views) -> None:
    """In Mistral's order."""
    story.upload("d", TEXTS["workbook"], "greet", kind="workbook", tags=["t"], namespace="n")
    views.catch_up()

    assert list(views.workbooks.get("d", "home").items()) == [
        ("id", "d"),
        ("name", "greet"),
        ("namespace", "n"),
        ("definition", TEXTS["workbook"]),
        ("tags", ["t"]),
        ("scope", "private"),
        ("project_id", "home"),
        *TIMES.items(),
        ("checksum", "5"),
        ("version", 1),
        ("description", ""),
    ]


def test_an_environment_row_has_everything_mistral_shows(story: Any, views: Views) -> None:
    """Its variables are data again."""
    story.upload("d", '{"a":{"b":[1,null]}}', "e", kind="environment", description="d")
    views.catch_up()

    assert list(views.environments.get("d", "home").items()) == [
        ("id", "d"),
        ("name", "e"),
        ("description", "d"),
        ("variables", {"a": {"b": [1, None]}}),
        ("scope", "private"),
        ("project_id", "home"),
        *TIMES.items(),
        ("version", 1),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_shows_the_newest_version(kind: str, story: Any, views: Views) -> None:
    """And keeps the time of creation."""
    story.upload("d", TEXTS[kind], "greet", kind=kind)
    views.catch_up()
    story.upload_again("d", TEXTS[kind])
    views.catch_up()

    row = collection(views, kind).get("d", "home")
    assert (row["version"], row["created_at"]) == (2, TIMES["created_at"])
    assert row["updated_at"] == "2026-11-21 08:00:02.123456"


@pytest.mark.parametrize("stepwise", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_definition_goes_and_may_come_back(
    kind: str, stepwise: bool, story: Any, views: Views
) -> None:
    """Deleting removes the row; creating it again brings it back under its id."""
    story.upload("d", TEXTS[kind], "greet", kind=kind)
    if stepwise:
        views.catch_up()
    story.record("d", DefinitionDeleted())
    if stepwise:
        views.catch_up()
        assert collection(views, kind).list(Query(project="home")).rows == []
    story.upload("d", TEXTS[kind], "greet", kind=kind)
    views.catch_up()

    assert collection(views, kind).get("d", "home")["version"] == 3
    before = collection(views, kind).list(Query(project=None)).rows
    views.rebuild()
    assert collection(views, kind).list(Query(project=None)).rows == before
    assert views.quarantined() == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_shown_in_its_own_place(kind: str, story: Any, views: Views) -> None:
    """And nowhere else."""
    story.upload("d", TEXTS[kind], "greet", kind=kind)
    views.catch_up()

    shown = {other: len(collection(views, other).list(Query(project=None)).rows) for other in KINDS}
    assert shown == {other: int(other == kind) for other in KINDS}


def test_a_kind_of_a_later_release_is_passed_over(story: Any, views: Views) -> None:
    """It disturbs nothing."""
    story.upload("d", "text", kind="melody")
    story.upload_again("d", "text")
    story.record("d", DefinitionDeleted())
    views.catch_up()

    assert views.quarantined() == []


@pytest.mark.parametrize("kind", KINDS)
def test_definitions_are_found_by_name_or_id(kind: str, story: Any, views: Views) -> None:
    """One's own is preferred to a public one of the same name."""
    story.upload("theirs", TEXTS[kind], "greet", project="other", scope="public", kind=kind)
    story.upload("private", TEXTS[kind], "greet", project="other", namespace="n", kind=kind)
    story.upload("mine", TEXTS[kind], "greet", kind=kind)
    views.catch_up()

    assert views.definition(kind, "greet", "home")["id"] == "mine"
    assert views.definition(kind, "greet", "third")["id"] == "theirs"
    assert views.definition(kind, "theirs", "home")["id"] == "theirs"
    for unknown in ("private", "nope"):
        with pytest.raises(NotFound, match="not found"):
            views.definition(kind, unknown, "home")


def test_a_namespace_is_looked_at_alone(story: Any, views: Views) -> None:
    """A name means something else in each namespace."""
    story.upload("one", TEXTS["action"], "greet", kind="action")
    story.upload("two", TEXTS["action"], "greet", kind="action", namespace="n")
    views.catch_up()

    assert views.definition("action", "greet", "home", "n")["id"] == "two"
    with pytest.raises(NotFound, match=r"Action definition not found \[action_name=greet, namespace=m\]"):
        views.definition("action", "greet", "home", "m")
