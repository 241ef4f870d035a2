"""Copying events into a new stream: what is kept, what is called otherwise, and who must not act on it."""

from __future__ import annotations

import msgspec
import pytest

from tests.wf_es.execution.families import Family
from wf_es.envelope import Event
from wf_es.execution.copying import HOLDING_IDS, copied, new_ids, news
from wf_es.execution.events import EXECUTION_EVENTS, ExecutionForked, Trigger
from wf_es.execution.ids import nth_id
from wf_es.execution.reducer import fold
from wf_es.execution.state import ExecutionState

NEW = "33333333-3333-4333-8333-333333333333"

TEXT = """
main:
  tasks:
    a: {action: std.async_noop, publish: {me: <% task().id %>}, on-success: [b, c]}
    b: {workflow: below, on-success: d}
    c: {action: std.async_noop, wait-before: 60, on-success: d}
    d: {join: all, action: std.async_noop}
below:
  tasks:
    t: {action: std.async_noop}
"""

NO_IDS = set(
    """
    action attempt base description digest event exported_at handled kind message name outcome policy
    project reason reported runner source_digest source_execution_id state state_info tags target
    workflow_name workflow_namespace
    """.split()
)
"""Fields of events that are texts and name neither a task nor an action, timer or execution of the family."""


def told() -> tuple[Family, ExecutionState]:
    """Return a family with an action, a timer, a sub-workflow and a join that waits."""
    family = Family(TEXT)
    started = family.start()
    family.complete("main", "a")
    family.complete("below", "t")
    return family, family.world.states[started.id]


@pytest.mark.parametrize("event_type", EXECUTION_EVENTS, ids=lambda event_type: event_type.__name__)
def test_every_field_that_holds_ids_is_known(event_type: type[Event]) -> None:
    """A new event that names a task or an action must be copied right, so its fields are looked at."""
    for field in msgspec.inspect.type_info(event_type).fields:  # type: ignore[attr-defined]
        assert not _holds_texts(field.type) or field.name in HOLDING_IDS | NO_IDS, (
            f"{event_type.__name__}.{field.name}: say in copying.py whether it holds ids"
        )


def _holds_texts(kind: msgspec.inspect.Type) -> bool:
    """Whether a field is a text, a list of texts, or what names the trigger of a task."""
    if isinstance(kind, msgspec.inspect.UnionType):
        return any(_holds_texts(one) for one in kind.types)
    if isinstance(kind, msgspec.inspect.ListType):
        return _holds_texts(kind.item_type)
    return isinstance(kind, msgspec.inspect.StrType) or (
        isinstance(kind, msgspec.inspect.StructType) and kind.cls is Trigger
    )


def test_a_copy_has_the_same_numbers_people_times_and_bodies() -> None:
    """Nothing but ids is another."""
    family, state = told()
    log = family.world.logs[state.id]
    copies = copied(log, NEW, new_ids(log, NEW))

    for original, copy in zip(log, copies, strict=True):
        assert copy.stream == NEW
        for name in ("version", "time", "actor", "project", "command", "key", "reason"):
            assert getattr(copy, name) == getattr(original, name)
        assert type(copy.data) is type(original.data)


def test_ids_are_those_that_the_new_stream_would_have_given() -> None:
    """So what the copy goes on with never meets an id that is taken."""
    family, state = told()
    log = family.world.logs[state.id]
    copy = fold(NEW, copied(log, NEW, new_ids(log, NEW)))

    taken = [*copy.tasks, *copy.actions, *copy.timers, *copy.children]
    assert set(taken) <= {nth_id(NEW, number) for number in range(1, copy.counter + 1)}
    assert copy.counter == state.counter
    assert not set(taken) & {*state.tasks, *state.actions, *state.timers, *state.children}


def test_a_copy_stands_as_the_original_does() -> None:
    """Folded, the two differ in ids alone."""
    family, state = told()
    log = family.world.logs[state.id]
    ids = {**new_ids(log, NEW), state.id: NEW}
    copy = fold(NEW, copied(log, NEW, ids))

    back = {new: old for old, new in ids.items()}
    again = fold(state.id, copied(copied(log, NEW, ids), state.id, back))
    assert again == state
    assert {name: copy.tasks[run].state for name, run in copy.latest.items()} == {
        name: state.tasks[run].state for name, run in state.latest.items()
    }


def test_values_of_users_are_left_alone() -> None:
    """Even where one of them is an id of the engine's."""
    family, state = told()
    log = family.world.logs[state.id]
    copy = fold(NEW, copied(log, NEW, new_ids(log, NEW)))

    original = state.latest["a"]
    assert copy.tasks[copy.latest["a"]].published == {"me": original}


def test_causes_in_other_streams_are_called_as_these_are() -> None:
    """What the copy of a sub-workflow brought about names the copy."""
    family, state = told()
    log = family.world.logs[state.id]
    child = next(iter(state.children))
    before = [recorded.cause or "" for recorded in log]
    after = [recorded.cause or "" for recorded in copied(log, NEW, {child: "the-copy"})]

    assert any(cause.startswith(child) for cause in before)
    assert after == [cause.replace(child, "the-copy") for cause in before]


def test_news_are_without_copies() -> None:
    """Of a stream that was forked in a commit, only what comes from there on has happened now."""
    family, state = told()
    log = family.world.logs[state.id]
    copies = copied(log, NEW, new_ids(log, NEW))
    forked = msgspec.structs.replace(
        copies[-1],
        version=len(log) + 1,
        data=ExecutionForked(source_execution_id=state.id, source_event=len(log), source_digest="d"),
    )
    after = msgspec.structs.replace(copies[-1], version=len(log) + 2)

    assert news([*copies, log[0], forked, after]) == [log[0], forked, after]
    assert news(log) is log
