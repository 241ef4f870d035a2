"""Other values stand in place of secrets, in the state before a decision and in its events."""

from __future__ import annotations

import msgspec

from tests.wf_es.exports.worlds import CODEC, Story
from wf_es.exports.document import History
from wf_es.exports.standins import StandIns, literals
from wf_es.exports.tracing import Trace

TEXT = "w: {input: [password, kind], tasks: {a: {action: work}}}"


def masked(told: Story, *replaced: tuple[bytes, bytes]) -> History:
    """Return the history with something else in the text of its first event."""
    (history,) = told.document().histories
    text = bytes(history.events[0].event)
    for old, new in replaced:
        text = text.replace(old, new)
    first = msgspec.structs.replace(history.events[0], event=msgspec.Raw(text), masked=True)
    return msgspec.structs.replace(history, events=(first, *history.events[1:]))


GIVEN = {"input": {"password": "secret", "kind": "k"}}


def story() -> Story:
    """Return an execution that has a secret."""
    told = Story(TEXT, **GIVEN)
    told.complete()
    return told


def inputs(traces: list[Trace]) -> list[object]:
    """Return the password in each state."""
    return [trace.state.input["password"] for trace in traces]


def test_values_of_all_kinds_stand_there() -> None:
    """In the state that a decision is made in."""
    told = story()
    stand_ins = StandIns(masked(told, (b'"secret"', b'"***"')), CODEC)
    (_, last) = told.traces()
    found = list(stand_ins.traces(last))
    assert inputs(found) == ["-" * 40, {}, [], 0, 10**9, True]
    assert all(one.events == last.events for one in found)


def test_they_stand_in_the_events_of_the_decision_itself() -> None:
    """What was given is known from there."""
    told = story()
    stand_ins = StandIns(masked(told, (b'"secret"', b'"***"')), CODEC)
    found = stand_ins.traces(told.traces()[0])
    assert [one.first.data.input["password"] for one in found][:2] == ["-" * 40, {}]  # type: ignore[attr-defined]


def test_where_no_secret_was_left_out_there_is_nothing_to_vary() -> None:
    """Before the first one, and in other executions."""
    told = story()
    (history,) = told.document().histories
    assert StandIns(history, CODEC).traces(told.traces()[0]) == []
    last = msgspec.structs.replace(history.events[-1], masked=True)
    late = msgspec.structs.replace(history, events=(*history.events[:-1], last))
    stand_ins = StandIns(late, CODEC)
    assert not stand_ins.concern(told.traces()[0])
    assert stand_ins.concern(told.traces()[1])


def test_a_value_that_does_not_fit_is_left_out() -> None:
    """A name must be a text, so neither a mapping nor a list can stand there."""
    told = story()
    changed = masked(told, (b'"secret"', b'"***"'), (b'"workflow_name":"w"', b'"workflow_name":"***"'))
    found = StandIns(changed, CODEC).traces(told.traces()[1])
    assert inputs(list(found)) == ["-" * 40]


def test_what_it_may_be_compared_with_stands_there_too() -> None:
    """Texts and numbers of the definitions, each once, and not without end."""
    told = story()
    text = "a: <% $.password = 'x' or $.pin = 4711 %>, b: {{ _.y == \"z\" }}, c: 'x' v1.5 t2"
    assert literals([text]) == ("x", 4711, "z")
    assert len(literals([f"'{number}'" for number in range(1000)])) == 50
    stand_ins = StandIns(masked(told, (b'"secret"', b'"***"')), CODEC, literals([text]))
    assert inputs(list(stand_ins.traces(told.traces()[1])))[-3:] == ["x", 4711, "z"]


def test_lists_as_long_as_those_that_were_run_stand_there() -> None:
    """A task with items needs one of the right length."""
    told = Story(
        "w: {input: [password, kind], tasks: {a: {action: work, with-items: 'i in [7, 8, 9]'}}}", **GIVEN
    )
    found = StandIns(masked(told, (b'"secret"', b'"***"')), CODEC).traces(told.traces()[0])
    passwords = [one.first.data.input["password"] for one in found]  # type: ignore[attr-defined]
    assert ["-"] * 3 in passwords


def test_an_earlier_trace_can_be_asked_for_again() -> None:
    """A decision may be looked at before the one that it belongs to is judged."""
    told = story()
    stand_ins = StandIns(masked(told, (b'"secret"', b'"***"')), CODEC)
    first, last = told.traces()
    assert stand_ins.traces(last)
    assert [one.state.version for one in stand_ins.traces(first)] == [0] * 6
    assert stand_ins.is_masked(1)
    assert not stand_ins.is_masked(2)
