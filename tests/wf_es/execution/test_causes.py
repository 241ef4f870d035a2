"""Why something happened: chains of causes, back to a request from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import msgspec
import pytest

from tests.properties import generator
from tests.properties.disturbance import Run
from tests.wf_es.execution.conftest import EXECUTION_ID, Story
from tests.wf_es.execution.families import Family
from wf_es.envelope import Recorded
from wf_es.execution import commands
from wf_es.execution import events as log
from wf_es.execution.causes import CAUSE, OCCASION, REQUEST, Link, chain_of_causes

CHAIN = """
w:
  tasks:
    a: {action: std.async_noop, on-success: b}
    b: {action: std.async_noop, wait-before: 5}
"""
NESTED = """
outer:
  tasks:
    call: {workflow: inner}
inner:
  tasks:
    deep: {action: std.async_noop}
"""


def why(told: Story, number: int) -> list[Link]:
    """Return the chain of an event."""
    return list(
        chain_of_causes(EXECUTION_ID, number, lambda stream, after, limit: told.events[after : after + limit])
    )


def names(links: Sequence[Link]) -> list[tuple[str, str | None]]:
    """Return a chain in short: what happened, and how it follows from the next line."""
    return [(type(link.recorded.data).__name__, link.follows) for link in links]


@pytest.fixture
def told(story: Callable[..., Story]) -> Story:
    """Task a, a wait, and the beginning of task b."""
    made = story(CHAIN)
    made.start()
    made.complete("a")
    made.fire("b")
    return made


def test_an_end_is_followed_back_to_the_start(told: Story) -> None:
    """Through tasks, completions of actions and a timer, down to the request."""
    told.complete("b")

    links = why(told, len(told.events))

    assert names(links) == [
        ("WorkflowCompleted", CAUSE),
        ("TaskCompleted", CAUSE),
        ("ActionCompleted", OCCASION),
        ("ActionScheduled", CAUSE),
        ("TaskStarted", CAUSE),
        ("TimerFired", OCCASION),
        ("TimerSet", CAUSE),
        ("TaskDelayed", CAUSE),
        ("TaskScheduled", CAUSE),
        ("TaskCompleted", CAUSE),
        ("ActionCompleted", OCCASION),
        ("ActionScheduled", CAUSE),
        ("TaskScheduled", CAUSE),
        ("WorkflowStarted", None),
    ]
    assert [link.origin for link in links[-2:]] == [f"{EXECUTION_ID}/1", None]


def test_what_somebody_asked_for_is_where_it_ends(told: Story) -> None:
    """A pause has no cause but the request."""
    told.pause()

    assert names(why(told, len(told.events))) == [("WorkflowPaused", None)]
    assert names(why(told, 1)) == [("WorkflowStarted", None)]


def test_an_action_that_a_fork_begins_anew_answers_the_fork(story: Callable[..., Story]) -> None:
    """It was scheduled in another execution; here it runs because of the fork."""
    made = story(CHAIN)
    made.start()
    begun = made.unfinished()[0].id
    made.happened(
        log.ExecutionForked(source_execution_id="e", source_event=3, source_digest="d", actions=[begun])
    )
    forked = made.events[-1].version
    made.complete("a")
    completed = next(event for event in made.events if isinstance(event.data, log.ActionCompleted))

    links = why(made, completed.version)

    assert names(links) == [("ActionCompleted", OCCASION), ("ExecutionForked", None)]
    assert links[1].recorded.version == forked


def test_no_event_no_chain(told: Story) -> None:
    """Numbers that are not there give nothing."""
    assert why(told, len(told.events) + 1) == []
    assert why(told, 0) == []


def test_events_of_one_request_lead_to_its_first(story: Callable[..., Story]) -> None:
    """Routing that had waited for a resume follows from that resume."""
    made = story(CHAIN)
    made.start()
    made.pause()
    made.complete("a")
    made.resume()
    taken = next(event for event in made.events if isinstance(event.data, log.TransitionsTaken))

    links = why(made, taken.version)

    assert names(links) == [("TransitionsTaken", CAUSE), ("WorkflowResumed", None)]
    assert links[0].recorded.command == links[1].recorded.command


def test_a_later_event_of_a_request_without_a_cause(told: Story) -> None:
    """It was asked together with what comes first."""
    told.happened(log.ExecutionUpdated(description="one"))
    told.happened(log.ExecutionUpdated(description="two"))

    links = why(told, len(told.events))

    assert names(links) == [("ExecutionUpdated", REQUEST), ("ExecutionUpdated", None)]


def test_chains_cross_executions() -> None:
    """The end of a sub-workflow leads into it, and its start leads back out."""
    family = Family(NESTED)
    family.start()
    family.complete("inner", "deep")
    outer, inner = family.of("outer").id, family.of("inner").id
    end = family.world.logs[outer][-1]

    def history(stream: str, after: int, limit: int) -> Sequence[Recorded]:
        return family.world.logs[stream][after : after + limit]

    links = list(chain_of_causes(outer, end.version, history))

    crossings = [
        (type(later.recorded.data).__name__, type(earlier.recorded.data).__name__, later.origin)
        for later, earlier in pairwise(links)
        if later.recorded.stream != earlier.recorded.stream
    ]
    end_of_inner = family.of("inner").turned
    assert crossings == [
        ("SubWorkflowCompleted", "WorkflowCompleted", f"{inner}/{end_of_inner}"),
        ("WorkflowStarted", "SubWorkflowScheduled", f"{outer}/3"),
    ]
    assert links[-1].recorded == family.world.logs[outer][0]


def test_a_chain_ends_before_what_is_out_of_sight() -> None:
    """The child's execution was deleted: its event is named but not shown."""
    family = Family(NESTED)
    family.start()
    family.complete("inner", "deep")
    outer, inner = family.of("outer").id, family.of("inner").id
    number = next(
        event.version
        for event in family.world.logs[outer]
        if isinstance(event.data, log.SubWorkflowCompleted)
    )

    def history(stream: str, after: int, limit: int) -> Sequence[Recorded] | None:
        return family.world.logs[stream][after : after + limit] if stream == outer else None

    (link,) = chain_of_causes(outer, number, history)

    assert link.follows == CAUSE
    assert link.origin == f"{inner}/{family.of('inner').turned}"


def test_a_long_way_back_is_gone_once(story: Callable[..., Story]) -> None:
    """An answer that came very late: what stands before it is read part by part, each part once."""
    made = story(CHAIN)
    made.start()
    asked = made.events[-1].version
    for number in range(5_000):
        made.happened(log.ExecutionUpdated(description=str(number)))
    made.complete("a")
    read: list[int] = []

    def history(stream: str, after: int, limit: int) -> Sequence[Recorded]:
        assert stream == EXECUTION_ID
        read.append(after)
        return made.events[after : after + limit]

    completed = next(event for event in made.events if isinstance(event.data, log.ActionCompleted))
    links = list(chain_of_causes(EXECUTION_ID, completed.version, history))

    assert [link.recorded.version for link in links][:2] == [completed.version, asked]
    assert names(links)[-1] == ("WorkflowStarted", None)
    assert read == sorted(set(read), reverse=True)


def test_what_is_of_no_interest_is_not_read(told: Story) -> None:
    """The part with the event and the part with its cause, however much stands between them."""
    for number in range(1_000):
        told.happened(log.ExecutionUpdated(description=str(number)))
    last = msgspec.structs.replace(told.events[-1], cause="1")
    read: list[int] = []

    def history(stream: str, after: int, limit: int) -> Sequence[Recorded]:
        assert stream == EXECUTION_ID
        read.append(after)
        return [*told.events[:-1], last][after : after + limit]

    links = list(chain_of_causes(EXECUTION_ID, last.version, history))

    assert [link.recorded.version for link in links] == [last.version, 1]
    assert read == [1000, 0]


@pytest.mark.parametrize("seed", range(60))
def test_every_chain_ends_at_a_request(seed: int) -> None:
    """In any execution under any commands a chain goes back in time and has no end in the middle."""
    run = Run(generator.library(Random(seed), False), Random(seed))
    run.live()
    logs = run.world.logs

    def history(stream: str, after: int, limit: int) -> Sequence[Recorded]:
        return logs[stream][after : after + limit]

    for stream, events in logs.items():
        for event in events[:: max(1, len(events) // 20)]:
            links = list(chain_of_causes(stream, event.version, history))
            again = f"seed {seed}, event {stream}/{event.version}: {names(links)}"
            assert links[0].recorded == event, again
            assert links[-1].follows is None, again
            assert _begins_a_request(links[-1].recorded, logs[links[-1].recorded.stream]), again
            times = [link.recorded.time for link in links]
            assert times == sorted(times, reverse=True), again


def _begins_a_request(recorded: Recorded, events: Sequence[Recorded]) -> bool:
    """Return whether an event is the first of what somebody outside asked for."""
    before: Any = events[recorded.version - 2] if recorded.version > 1 else None
    is_first = before is None or before.command != recorded.command
    return recorded.cause is None and is_first and not isinstance(recorded.data, log.ActionCompleted)


def test_a_stopped_execution_ends_because_somebody_said_so(story: Callable[..., Story]) -> None:
    """The chain has one link, with who it was and why."""
    made = story(CHAIN)
    made.start()
    made.when(commands.StopWorkflow, state="CANCELLED", origin=made.origin(reason="wrong release"))
    end = next(event for event in made.events if isinstance(event.data, log.WorkflowCompleted))

    (link,) = why(made, end.version)

    assert (link.recorded.actor, link.recorded.reason) == ("ada", "wrong release")
