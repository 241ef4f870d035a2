"""Going on after a pause or a failure, with or without changed data."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import IllegalState, NotFound
from wf_es.execution import commands
from wf_es.execution.state import actions_of

CHAIN = """
w:
  output: {r: <% $.get(r) %>}
  tasks:
    a: {action: std.async_noop, publish: {x: <% task().result %>}, on-success: b}
    b:
      action: std.http url=<% $.host %>
      publish: {r: <% task().result %>}
      on-success: [c]
    c: {action: std.echo output=<% $.r %>}
"""


def failed_by_force(story: Any) -> Any:
    """Return an execution whose task b cannot run because host is not set."""
    told = story(CHAIN)
    told.start()
    told.complete("a", 1)
    assert told.state.state == "ERROR"
    return told


def failed(
    story: Any, text: Any = "w: {tasks: {a: {action: std.async_noop, on-success: b}, b: {action: std.noop}}}"
) -> Any:
    """Return an execution whose task a failed."""
    told = story(text)
    told.start()
    told.fail("a")
    assert told.state.state == "ERROR"
    return told


def test_results_while_paused_wait_with_their_routing(story: Any) -> None:
    """A result is kept and published at once, what follows waits."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, publish: {x: 1}, on-success: b}, b: {action: std.noop}}}"
    )
    told.start()
    assert told.pause() == ["WorkflowPaused"]
    assert told.pause() == []
    assert told.complete("a") == ["ActionCompleted a SUCCESS", "TaskCompleted a SUCCESS"]
    assert told.task("a").published == {"x": 1}
    assert told.resume() == [
        "WorkflowResumed",
        "TransitionsTaken a -> b",
        "TaskScheduled b",
        "ActionScheduled std.noop",
    ]


def test_resume_of_a_running_execution_is_harmless(story: Any) -> None:
    """Only a paused execution resumes in Mistral's way."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    told.start()
    assert told.resume() == []


def test_resume_may_change_the_environment(story: Any) -> None:
    """The patch on the environment is seen by what runs afterwards."""
    told = story("w: {tasks: {a: {on-success: b}, b: {action: std.echo output=<% env().v %>}}}")
    told.start(params={"env": {"v": 1}})
    told.pause()
    told.complete("a")
    told.resume(env={"v": 2})
    assert told.unfinished()[0].input == {"output": 2}


def test_rerun_keeps_the_task_and_runs_its_action_again(story: Any) -> None:
    """The task keeps its id; the earlier action no longer counts."""
    told = failed(story)
    task = told.task("a")
    assert told.when(commands.RerunTask, task_id=task.id) == [
        "WorkflowResumed",
        "TaskRerun a RUNNING",
        "ActionScheduled std.async_noop",
    ]
    assert actions_of(told.state, task)[0].superseded
    told.complete("a")
    told.run_everything()
    assert told.state.state == "SUCCESS"
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS"]}


def test_rerun_while_paused_runs_on_resume(story: Any) -> None:
    """A rerun of a failed task in a paused execution takes effect when it resumes."""
    told = story("w: {tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}}}")
    told.start()
    told.fail("a")
    told.pause()
    assert told.when(commands.RerunTask, task_id=told.task("a").id) == ["TaskRerun a IDLE"]
    assert told.resume()[-2:] == ["TaskStarted a", "ActionScheduled std.async_noop"]


@pytest.mark.parametrize("reset", [True, False])
def test_rerun_refuses_what_did_not_fail(story: Any, reset: Any) -> None:
    """Mistral's rerun is for tasks in ERROR."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    told.start()
    with pytest.raises(IllegalState, match="must be in ERROR"):
        told.when(commands.RerunTask, task_id=told.task("a").id, reset=reset)


def test_rerun_without_reset_is_refused(story: Any) -> None:
    """Keeping items needs a task that has items."""
    told = failed(story)
    with pytest.raises(IllegalState, match="with-items"):
        told.when(commands.RerunTask, task_id=told.task("a").id, reset=False)


def test_rerun_of_an_unknown_task(story: Any) -> None:
    """An unknown id is not found."""
    with pytest.raises(NotFound, match="Task execution not found"):
        failed(story).when(commands.RerunTask, task_id="nobody")


def cancelled(story: Any) -> Any:
    """An execution that was cancelled after a task had failed, while another one was running."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, on-success: c}, b: {action: std.async_noop}, "
        "c: {action: std.noop}}}"
    )
    told.start()
    told.fail("a")
    told.when(commands.StopWorkflow, state="CANCELLED", message="no")
    return told


def test_rerun_takes_a_cancelled_execution_up_again(story: Any) -> None:
    """The failed task runs again, and what was under way is awaited again."""
    told = cancelled(story)
    told.when(commands.RerunTask, task_id=told.task("a").id)
    assert (told.state.state, told.state.state_info) == ("RUNNING", None)
    told.complete("a")
    told.complete("b")
    told.run_everything()
    assert told.state.state == "SUCCESS"
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS"], "c": ["SUCCESS"]}


def test_skip_takes_a_cancelled_execution_up_again(story: Any) -> None:
    """What follows the skipped task begins."""
    told = cancelled(story)
    told.when(commands.SkipTask, task_id=told.task("a").id)
    told.complete("b")
    told.run_everything()
    assert told.state.state == "SUCCESS"
    assert told.tasks() == {"a": ["SKIPPED"], "b": ["SUCCESS"], "c": ["SUCCESS"]}


def test_rerun_leaves_a_success_alone(story: Any) -> None:
    """An execution that has succeeded goes on only by a resume that says so."""
    told = story("w: {tasks: {a: {action: std.async_noop, on-error: b}, b: {action: std.noop}}}")
    told.start()
    told.fail("a")
    told.run_everything()
    with pytest.raises(IllegalState, match="from SUCCESS to RUNNING"):
        told.when(commands.RerunTask, task_id=told.task("a").id)


def test_skip_goes_on_with_on_skip(story: Any) -> None:
    """A skipped task publishes and is routed as skipped."""
    told = failed(
        story,
        """
w:
  output: {s: <% $.s %>}
  tasks:
    a:
      action: std.async_noop
      on-success: never
      on-skip: b
      publish-on-skip: {s: skipped}
    b: {action: std.noop}
    never: {action: std.noop}
""",
    )
    told.when(commands.SkipTask, task_id=told.task("a").id)
    told.run_everything()
    assert told.tasks() == {"a": ["SKIPPED"], "b": ["SUCCESS"]}
    assert told.state.output == {"s": "skipped"}


def test_skip_without_on_skip_uses_on_success(story: Any) -> None:
    """Where on-skip gives nothing, on-success goes on."""
    told = failed(story)
    told.when(commands.SkipTask, task_id=told.task("a").id)
    told.run_everything()
    assert told.tasks() == {"a": ["SKIPPED"], "b": ["SUCCESS"]}


def test_skip_of_a_succeeded_task_is_refused(story: Any) -> None:
    """Only a failed task can be skipped."""
    told = story("w: {tasks: {a: {on-success: b}, b: {action: std.async_noop}}}")
    told.start()
    told.complete("a")
    with pytest.raises(IllegalState, match="is in SUCCESS"):
        told.when(commands.SkipTask, task_id=told.task("a").id)
