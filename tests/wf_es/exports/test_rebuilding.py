"""From what a command has led to it can be written down again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.wf_es.exports.worlds import Story
from wf_es.execution import commands
from wf_es.execution.commands import Command
from wf_es.execution.crossing import is_unfinished
from wf_es.execution.events import ActionCompleted, ExecutionImported, TaskCompleted, WorkflowStarted
from wf_es.exports.rebuilding import commands_for, may_begin
from wf_es.exports.tracing import NotRebuiltError, Trace

FLAT = """
w:
  input: [n: 1, at: <% now() %>]
  tasks:
    a: {action: work, wait-before: 5, timeout: 60, on-error: b}
    b: {action: work}
"""
ITEMS = "w: {tasks: {a: {action: work, with-items: 'i in [1, 2]'}}}"
FAMILY = "w: {tasks: {a: {workflow: s}}}\ns: {tasks: {deep: {action: work}}}"

Tell = Callable[[Story], None]


def timer(told: Story) -> str:
    """Return the id of the timer that is waited for."""
    return told.world.timers()[0][1].id


def action(told: Story) -> str:
    """Return the id of the unfinished action."""
    return next(told.world.unfinished())[1].id


def fire(told: Story) -> None:
    """Let the task begin."""
    told.give(commands.FireTimer, timer_id=timer(told))


STORIES: dict[str, tuple[Tell, type[Command], dict[str, Any]]] = {
    "timer": (fire, commands.FireTimer, {}),
    "pause": (
        lambda told: told.give(commands.PauseWorkflow, message="m"),
        commands.PauseWorkflow,
        {"message": "m"},
    ),
    "stop": (
        lambda told: told.give(commands.StopWorkflow, state="ERROR", message="m"),
        commands.StopWorkflow,
        {"state": "ERROR", "message": "m"},
    ),
    "update": (
        lambda told: told.give(commands.UpdateExecution, description="d"),
        commands.UpdateExecution,
        {"description": "d", "env": None},
    ),
    "delete": (lambda told: told.give(commands.DeleteExecution, force=True), commands.DeleteExecution, {}),
    "confirm": (
        lambda told: told.give(commands.ConfirmDelivery, event=2),
        commands.ConfirmDelivery,
        {"event": 2},
    ),
}

ACTIONS: dict[str, tuple[type[Command], dict[str, Any]]] = {
    "start": (commands.StartAction, {"runner": "r"}),
    "delegate": (commands.DelegateAction, {}),
    "pause action": (commands.PauseAction, {}),
    "complete": (commands.CompleteAction, {"state": "ERROR", "output": {"x": 1}}),
    "start and complete": (commands.CompleteAction, {"state": "SUCCESS", "output": 1, "started_by": "r"}),
}


@pytest.mark.parametrize(("tell", "kind", "fields"), STORIES.values(), ids=STORIES)
def test_what_is_asked_of_an_execution(tell: Tell, kind: type[Command], fields: dict[str, Any]) -> None:
    """The first candidate is the command that was given, and all is decided again."""
    told = Story(FLAT)
    tell(told)
    first = told.rebuilt()[0]
    assert type(first) is kind
    assert {name: getattr(first, name) for name in fields} == fields
    assert told.is_the_same()


@pytest.mark.parametrize(("kind", "fields"), ACTIONS.values(), ids=ACTIONS)
def test_what_is_asked_of_an_action(kind: type[Command], fields: dict[str, Any]) -> None:
    """With what was reported."""
    told = Story(FLAT)
    fire(told)
    told.give(kind, action_id=action(told), **fields)
    first = told.rebuilt()[0]
    assert type(first) is kind
    assert {name: getattr(first, name) for name in fields} == fields
    assert told.is_the_same()


def test_an_action_that_goes_on_and_a_report_that_came_too_late() -> None:
    """The latter is refused, and recorded."""
    told = Story(FLAT)
    fire(told)
    late = action(told)
    told.give(commands.PauseAction, action_id=late)
    told.give(commands.ResumeAction, action_id=late)
    assert isinstance(told.rebuilt()[0], commands.ResumeAction)
    fire(told)
    assert told.world.states[told.id].actions[late].superseded or told.world.states[told.id].is_completed
    told.world.give(commands.CompleteAction, told.id, action_id=late, state="SUCCESS", output=1)
    assert told.is_the_same()


def test_a_start_has_all_that_was_given() -> None:
    """Defaults of the input count as given: they are taken as they stand."""
    told = Story(FLAT, input={"n": 2}, params={"env": {"e": 1}}, description="d")
    (given,) = told.rebuilt()
    assert isinstance(given, commands.StartWorkflow)
    assert (given.workflow_name, given.description, given.params["env"]) == ("w", "d", {"e": 1})
    assert given.input == {"n": 2, "at": "<% now() %>"}
    assert told.is_the_same()


def test_an_environment_that_would_be_evaluated_twice_is_left_alone() -> None:
    """Its values look like expressions, and are not any more."""
    told = Story(FLAT, params={"env": {"e": "<% concat('<', '% 1 %', '>') %>"}})
    with pytest.raises(NotRebuiltError, match="look like expressions"):
        told.rebuilt()
    assert [one.why for one in told.redecided().folded] == [
        "its environment holds texts that look like expressions"
    ]
    quoted = Story(FLAT, params={"env": {"e": "<% 1 %>"}, "evaluate_env": False})
    assert quoted.is_the_same()


def test_deferred_items_are_begun_by_a_command_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its first event is."""
    monkeypatch.setattr("wf_es.execution.items.CHUNK", 2)
    told = Story(ITEMS)
    assert told.world.deferring
    told.world.continue_items()
    (command,) = told.rebuilt()
    assert isinstance(command, commands.ContinueItems)
    assert command.task_id == told.task("a")
    while told.world.deferring:
        told.world.continue_items()
    told.complete()
    assert told.is_the_same()


def test_sub_workflows_and_their_parents() -> None:
    """Starts, orders and reports, in both logs; the parent pauses and goes on with a new environment."""
    told = Story(FAMILY)
    (child,) = told.world.states[told.id].children
    told.give(commands.PauseWorkflow)
    assert isinstance(told.rebuilt(child)[0], commands.FollowOrder)
    told.give(commands.ResumeWorkflow, env={"x": 1})
    (order, *_) = told.rebuilt(child)
    assert isinstance(order, commands.FollowOrder)
    assert (order.demand, order.env) == ("RUNNING", {"x": 1})
    told.give(commands.PauseWorkflow, child)
    told.give(commands.ResumeWorkflow, child)
    told.complete()
    assert isinstance(told.rebuilt()[0], commands.ReportSubWorkflow)
    assert told.is_the_same()
    assert not is_unfinished(told.world.states[child])


def test_a_sub_workflow_that_cannot_start_is_refused_by_its_parent() -> None:
    """With the words that the log has."""
    told = Story("w: {tasks: {a: {workflow: <% 'nowhere' %>}}}")
    (command,) = told.rebuilt()
    assert isinstance(command, commands.RefuseSubWorkflow)
    assert "nowhere" in command.message
    assert told.is_the_same()


def test_what_no_command_leads_to_is_not_rebuilt() -> None:
    """An import, a result that is no longer there, and what only follows from something else."""
    (trace,) = Story(FLAT).traces()

    def why(data: Any) -> str:
        first = msgspec.structs.replace(trace.first, data=data)
        with pytest.raises(NotRebuiltError) as refused:
            commands_for(Trace(trace.state, [first]))
        return refused.value.why

    assert "from a file" in why(ExecutionImported(events=1, digest="", exported_at=""))
    assert "ad-hoc" in why(ActionCompleted(action_id="a", state="ERROR", output="x", reported="y"))
    assert "no command" in why(TaskCompleted(task_id="t", state="ERROR"))


def test_only_some_events_begin_a_decision() -> None:
    """Those with which one may begin, unless they follow from another one."""
    (trace,) = Story(FLAT).traces()
    kinds = [type(one.data) for index, one in enumerate(trace.events) if may_begin(trace, index, trace.state)]
    assert kinds == [WorkflowStarted]
