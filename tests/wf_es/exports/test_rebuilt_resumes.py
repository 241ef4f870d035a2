"""All ways of going on can be told from what they have led to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.wf_es.exports.worlds import Story
from wf_es.errors import RequestError
from wf_es.execution import commands
from wf_es.execution.commands import Command, ItemResumption, ResumeFrom, TaskResumption

FLAT = """
w:
  tasks:
    a: {action: work, publish: {x: <% task().result %>}, on-success: b, on-skip: b}
    b: {action: work, publish: {y: <% $.get(z) %>}}
"""
ITEMS = "w: {tasks: {a: {action: work input=<% $.i %>, with-items: 'i in [1, 2, 3]'}}}"
FAMILY = """
w: {tasks: {a: {workflow: s, on-error: c}, c: {action: work}}}
s: {tasks: {deep: {action: work, on-success: deeper}, deeper: {action: work}}}
"""

Tell = Callable[[Story], None]


def resume(told: Story, *wishes: TaskResumption, **fields: Any) -> None:
    """Go on from tasks."""
    told.give(ResumeFrom, tasks=wishes, **fields)


def wish(task: str, **fields: Any) -> TaskResumption:
    """Return what is wanted of a task."""
    return TaskResumption(task=task, **fields)


WAYS: dict[str, tuple[Tell, type[Command]]] = {
    "rerun": (lambda told: told.give(commands.RerunTask, task_id=told.task("a")), commands.RerunTask),
    "rerun with an environment": (
        lambda told: told.give(commands.RerunTask, task_id=told.task("a"), env={"e": 1}),
        commands.RerunTask,
    ),
    "skip": (lambda told: told.give(commands.SkipTask, task_id=told.task("a")), commands.SkipTask),
    "by hand": (
        lambda told: told.give(commands.CompleteTask, task_id=told.task("a"), published={"x": 2}),
        ResumeFrom,
    ),
    "by hand, by force": (
        lambda told: told.give(commands.CompleteTask, task_id=told.task("a"), force=True),
        ResumeFrom,
    ),
    "with a context": (lambda told: resume(told, wish("a", context={"z": 1})), ResumeFrom),
    "with an input": (lambda told: resume(told, wish("a", input={"z": 1}), env={"e": 1}), ResumeFrom),
    "behind it": (lambda told: resume(told, wish("a", action="continue", published={"x": 2})), ResumeFrom),
    "with a result": (lambda told: resume(told, wish("a", action="continue", result=7)), ResumeFrom),
    "with both": (
        lambda told: resume(told, wish("a", action="continue", result=None, published={"x": 2})),
        ResumeFrom,
    ),
    "with another context behind it": (
        lambda told: resume(told, wish("a", action="continue", context={"z": 1}), force=True),
        ResumeFrom,
    ),
}


@pytest.mark.parametrize(("tell", "kind"), WAYS.values(), ids=WAYS)
def test_a_failed_execution_goes_on(tell: Tell, kind: type[Command]) -> None:
    """The plainest command that leads there comes first."""
    told = Story(FLAT)
    told.complete("ERROR", "x")
    tell(told)
    assert type(told.rebuilt()[0]) is kind
    told.complete()
    assert told.is_the_same()


WHILE_PAUSED: dict[str, Tell] = {
    "rerun": lambda told: told.give(commands.RerunTask, task_id=told.task("a"), env={"e": 1}),
    "skip": lambda told: told.give(commands.SkipTask, task_id=told.task("a")),
    "by hand": lambda told: told.give(commands.CompleteTask, task_id=told.task("c"), message="m"),
    "from a task": lambda told: resume(told, wish("a"), env={"e": 1}),
    "as a whole": lambda told: told.give(commands.ResumeWorkflow, env={"e": 1}),
    "as a whole, by force": lambda told: resume(told, force=True),
}


@pytest.mark.parametrize("tell", WHILE_PAUSED.values(), ids=WHILE_PAUSED)
def test_a_paused_execution_goes_on(tell: Tell) -> None:
    """Tasks that are told to run while it stands still begin later."""
    told = Story("w: {tasks: {a: {action: work, on-error: [noop]}, c: {action: work}, d: {action: work}}}")
    told.give(commands.PauseWorkflow)
    told.complete("ERROR", "x")
    tell(told)
    told.give(commands.ResumeWorkflow)
    assert told.is_the_same()


@pytest.mark.parametrize(
    "items", ["all", "failed", [2], [ItemResumption(index=2, input={"x": 1}), 0]], ids=str
)
def test_chosen_items_run_again(items: Any) -> None:
    """With input of their own."""
    told = Story(ITEMS)
    for state in ("SUCCESS", "SUCCESS", "ERROR"):
        told.complete(state)
    resume(told, wish("a", items=items), allow_succeeded=True)
    assert told.is_the_same()


def test_a_task_that_runs_is_run_again_without_a_resume() -> None:
    """The execution is RUNNING, so the first event is about the task."""
    told = Story("w: {tasks: {a: {action: work, on-success: noop}, c: {action: work}}}")
    told.complete()
    resume(told, wish("a"), allow_succeeded=True)
    assert isinstance(told.rebuilt()[0], commands.RerunTask)
    told.give(commands.CompleteTask, task_id=told.task("c"), state="ERROR", message="m")
    assert told.is_the_same()


def test_what_waited_to_go_on_is_named_without_an_event() -> None:
    """A task that had succeeded when the execution was stopped."""
    told = Story("w: {tasks: {a: {action: work, on-success: b}, b: {action: work}, c: {action: work}}}")
    told.give(commands.StopWorkflow, state="ERROR")
    told.complete()
    resume(told, wish("a", action="continue"))
    assert told.is_the_same()


@pytest.mark.parametrize("chosen", ["a/deep", "failed", "a/deeper"])
def test_a_resume_below_is_told_from_the_log_of_each_member(chosen: str) -> None:
    """The child runs from its task, and its parent goes on with it."""
    told = Story(FAMILY)
    if chosen == "a/deeper":
        told.complete()
    told.complete("ERROR", "x")
    told.complete("ERROR", "x")
    fields: dict[str, Any] = {"failed": True} if chosen == "failed" else {"tasks": (wish(chosen),)}
    told.world.resume(told.id, **fields)
    told.post.deliver_all(told.world)
    assert told.is_the_same()


def test_a_fork_goes_on_as_it_was_told() -> None:
    """From where it stood, from a task, and from a task below; its copies are decided, too."""
    told = Story(FAMILY)
    told.complete()
    told.complete("ERROR", "x")
    for at, task in ((None, None), (4, None), (None, "a"), (None, "c"), (None, "a/deeper")):
        wishes = () if task is None else (wish(task, context={"z": 1}),)
        with suppress(RequestError):
            told.world.fork(told.id, at, tasks=wishes, allow_succeeded=True, env={"e": 1})
        told.post.deliver_all(told.world)
    forked = [execution for execution, state in told.world.states.items() if state.forked_from is not None]
    assert len(forked) >= 8
    for execution in forked:
        found = told.redecided(execution)
        assert found.unlike is None, found.unlike
        assert "ExecutionForked" not in {one.kind for one in found.folded}
        assert all(one.why.startswith("a copy") for one in found.folded)
