"""Definitions as streams: given events, when an upload, then events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from wf_es.definition import versions
from wf_es.definition.versions import (
    Content,
    DefinitionCreated,
    DefinitionDeleted,
    DefinitionState,
    DefinitionUpdated,
    Subject,
)
from wf_es.envelope import Origin, Recorded
from wf_es.errors import AlreadyExists, InvalidRequest, NotFound, WfEsError

SUBJECT = Subject(project="p", namespace="n", name="w")
FIRST = Content(text="one", hash="h1", checksum="c1", tags=("t",), description="d")
SECOND = Content(text="two", hash="h2", checksum="c2", scope="public")
ORIGIN = Origin(
    actor="ann", project="p", command="c", now=datetime(2026, 1, 1, tzinfo=UTC), key="k", reason="r"
)

Decide = Callable[[DefinitionState], tuple[Recorded, ...]]


def create(content: Content = FIRST) -> Decide:
    """Return the upload of something new."""
    return lambda state: versions.create(state, SUBJECT, content, ORIGIN)


def update(content: Content = SECOND) -> Decide:
    """Return the upload of another content."""
    return lambda state: versions.update(state, SUBJECT, content, ORIGIN)


def delete() -> Decide:
    """Return the deletion."""
    return lambda state: versions.delete(state, SUBJECT, ORIGIN)


def after(*decisions: Decide) -> DefinitionState:
    """Return the state after some decisions."""
    state = versions.initial(SUBJECT.id)
    for decide in decisions:
        for recorded in decide(state):
            state = versions.evolve(state, recorded)
    return state


CREATED = DefinitionCreated(
    kind="workflow",
    name="w",
    namespace="n",
    text="one",
    hash="h1",
    checksum="c1",
    tags=["t"],
    description="d",
)
UPDATED = DefinitionUpdated(text="two", hash="h2", checksum="c2", scope="public")

DECISIONS: dict[str, tuple[tuple[Decide, ...], Decide, list[Any]]] = {
    "create": ((), create(), [CREATED]),
    "create after a deletion": ((create(), delete()), create(), [CREATED]),
    "update": ((create(),), update(), [UPDATED]),
    "update to the same": ((create(),), update(FIRST), []),
    "update to what it was before": ((create(), update()), update(SECOND), []),
    "delete": ((create(),), delete(), [DefinitionDeleted()]),
}


@pytest.mark.parametrize(("given", "when", "then"), DECISIONS.values(), ids=DECISIONS)
def test_decisions(given: tuple[Decide, ...], when: Decide, then: list[Any]) -> None:
    """What is recorded; nothing to change means no events."""
    assert [recorded.data for recorded in when(after(*given))] == then


REFUSALS: dict[str, tuple[tuple[Decide, ...], Decide, type[WfEsError], str]] = {
    "create twice": (
        (create(),),
        create(SECOND),
        AlreadyExists,
        r"Duplicate entry for WorkflowDefinition \['name', 'namespace', 'project_id'\]: w, n, p",
    ),
    "update nothing": (
        (),
        update(),
        NotFound,
        r"Workflow not found \[workflow_identifier=w, namespace=n\]",
    ),
    "update what was deleted": ((create(), delete()), update(), NotFound, "not found"),
    "delete nothing": ((), delete(), NotFound, "not found"),
    "delete twice": ((create(), delete()), delete(), NotFound, "not found"),
    "create for nobody": (
        (),
        create(msgspec.structs.replace(FIRST, scope="secret")),
        InvalidRequest,
        "Scope must be one of private, public, not 'secret'",
    ),
    "update for nobody": (
        (create(),),
        update(msgspec.structs.replace(FIRST, scope="")),
        InvalidRequest,
        "Scope must be one of",
    ),
}


@pytest.mark.parametrize(("given", "when", "error", "message"), REFUSALS.values(), ids=REFUSALS)
def test_refusals(given: tuple[Decide, ...], when: Decide, error: type[WfEsError], message: str) -> None:
    """What is refused, in Mistral's words where it has some."""
    with pytest.raises(error, match=message):
        when(after(*given))


def test_the_envelope_tells_who_and_why() -> None:
    """Everything of the origin is in the event, at the next place of the stream."""
    (recorded,) = update()(after(create()))

    assert (recorded.stream, recorded.version, recorded.time) == (SUBJECT.id, 2, ORIGIN.now)
    assert (recorded.actor, recorded.project, recorded.command) == ("ann", "p", "c")
    assert (recorded.key, recorded.reason) == ("k", "r")


def test_the_state_after_each_event() -> None:
    """Folding gives what a reader is shown."""
    created = after(create())
    assert (created.kind, created.name, created.namespace, created.project) == ("workflow", "w", "n", "p")
    assert (created.content, created.version, created.exists) == (FIRST, 1, True)

    updated = after(create(), update())
    assert (updated.content, updated.version, updated.created_at) == (SECOND, 2, created.created_at)

    deleted = after(create(), update(), delete())
    assert (deleted.version, deleted.exists) == (3, False)

    again = after(create(), update(), delete(), create())
    assert (again.content, again.version, again.exists) == (FIRST, 4, True)


def test_folding_is_evolving_one_by_one() -> None:
    """A log of any length gives one state."""
    first = create()(after())
    second = update()(after(create()))

    assert versions.fold(SUBJECT.id, (*first, *second)) == after(create(), update())
    assert versions.fold(SUBJECT.id, ()) == versions.initial(SUBJECT.id)


def test_nothing_exists_before_the_first_event() -> None:
    """The initial state is that of an unknown definition."""
    assert not versions.initial("x").exists


DIFFERENT = {
    "project": Subject(project="q", namespace="n", name="w"),
    "namespace": Subject(project="p", namespace="", name="w"),
    "name": Subject(project="p", namespace="n", name="v"),
    "kind": Subject(project="p", namespace="n", name="w", kind="action"),
    "a shifted border": Subject(project="p", namespace="nw", name=""),
    "quotes": Subject(project="p", namespace='n","w', name=""),
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
def test_each_part_makes_another_id(other: Subject) -> None:
    """No two definitions share a stream."""
    assert other.id != SUBJECT.id
    assert str(UUID(other.id)) == other.id


def test_an_id_is_for_ever() -> None:
    """A stored id is found again by every later release."""
    assert SUBJECT.id == "dcc025d7-a855-51dd-98b9-af58bac50b8e"
