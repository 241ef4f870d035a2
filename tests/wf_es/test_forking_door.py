"""Forking in a program that embeds the engine: real threads, and a store in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

import wf_es
from wf_es import Catalogue, RequirementsMissing, TaskResumption, Workflows, action
from wf_es.execution.state import ExecutionState

WAIT = 10.0
"""Seconds until a test gives up waiting."""

TEXT = """\
version: '2.0'

main:
  output:
    seen: <% $.seen %>
  tasks:
    note: {action: count what=note, on-success: ask}
    ask: {action: std.async_noop, publish: {answer: <% task().result %>}, on-success: [tell, below]}
    tell: {action: count, input: {what: <% $.answer %>}, publish: {seen: <% $.answer %>}}
    below: {workflow: inner, wait-after: 0.05}

inner:
  tasks:
    each:
      with-items: i in <% [1, 2] %>
      action: count what=item
"""


@pytest.fixture
def calls() -> list[str]:
    """What the action was called with, in any order."""
    return []


@pytest.fixture
def workflows(calls: list[str]) -> Iterator[Workflows]:
    """An open store with an action that counts."""
    lock = threading.Lock()

    @action(name="count")
    def count(what: str) -> str:
        """Remember the call."""
        with lock:
            calls.append(what)
        return what

    with wf_es.open("memory://", catalogue=Catalogue.standard().with_actions(count)) as opened:
        opened.create_workflows(TEXT)
        yield opened


@pytest.fixture
def asking(workflows: Workflows) -> ExecutionState:
    """An execution that waits for an answer."""
    return reached(workflows, workflows.start("main"), lambda state: "ask" in state.latest)


def reached(
    workflows: Workflows, execution: str, condition: Callable[[ExecutionState], bool]
) -> ExecutionState:
    """Wait until an execution is in a certain situation."""
    for _ in range(1_000):
        state = workflows.execution(execution)
        if condition(state):
            return state
        workflows.wait(execution, 0.01, until=())
    raise AssertionError("it never came to that")


def answer(workflows: Workflows, execution: str, value: str) -> ExecutionState:
    """Give the answer that an execution waits for, and wait for its end."""
    workflows.task_complete(execution, "ask", result=value)
    return workflows.wait(execution, WAIT)


def test_both_go_on_side_by_side(workflows: Workflows, asking: ExecutionState, calls: list[str]) -> None:
    """Each with its own answer, and what had been done before the fork is not done again."""
    fork = workflows.fork(asking.id, reason="what if")

    assert answer(workflows, fork.id, "no").output == {"seen": "no"}
    assert answer(workflows, asking.id, "yes").output == {"seen": "yes"}
    assert sorted(calls) == sorted(["note", "no", "item", "item", "yes", "item", "item"])


def test_a_fork_of_the_past_begins_what_was_under_way(
    workflows: Workflows, asking: ExecutionState, calls: list[str]
) -> None:
    """At the first event the counting action was about to run; the answer comes later, and by another id."""
    fork = workflows.fork(asking.id, at=1)

    again = reached(workflows, fork.id, lambda state: "ask" in state.latest)
    assert again.latest["ask"] != asking.latest["ask"]
    assert calls == ["note", "note"]


def test_a_task_runs_with_other_data(workflows: Workflows, asking: ExecutionState, calls: list[str]) -> None:
    """In a fork of an execution that has ended; nothing else of it is done again."""
    answer(workflows, asking.id, "yes")
    calls.clear()
    tell = TaskResumption(task="tell", context={"answer": "maybe"})
    report = workflows.fork_requirements(asking.id, [tell], allow_succeeded=True).report
    fork = workflows.fork(asking.id, [tell], allow_succeeded=True)

    assert workflows.wait(fork.id, WAIT).output == {"seen": "maybe"}
    assert calls == ["maybe"]
    assert [(item.task, item.action) for item in report.repeats] == [("tell", "count")]
    assert workflows.execution(asking.id).output == {"seen": "yes"}


def test_what_is_missing_is_told(workflows: Workflows, asking: ExecutionState) -> None:
    """And nothing is forked; it can be overruled."""
    done = TaskResumption(task="ask", action="continue")
    with pytest.raises(RequirementsMissing) as refused:
        workflows.fork(asking.id, [done])
    assert {item.variable for item in refused.value.report.missing} == {"answer"}

    fork = workflows.fork(asking.id, [done], force=True)
    assert workflows.wait(fork.id, WAIT).state == "ERROR"


def test_an_id_of_ones_own_makes_it_repeatable(workflows: Workflows, asking: ExecutionState) -> None:
    """Asking twice gives one fork."""
    chosen = "7b2f3c3e-6d0e-4b56-9d1c-0f6d2f1a9c11"
    first = workflows.fork(asking.id, id=chosen)

    assert workflows.fork(asking.id, id=chosen).id == first.id == chosen
