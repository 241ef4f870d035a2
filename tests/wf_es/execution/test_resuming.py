"""Going on after a pause or a failure, with or without changed data."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import IllegalState, NotFound, RequirementsMissing
from wf_es.execution import commands
from wf_es.execution.events import WorkflowResumed
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


def test_rerun_leaves_cancelled_executions_alone(story: Any) -> None:
    """Mistral's rerun does not leave CANCELLED."""
    told = story("w: {tasks: {a: {action: std.async_noop, on-error: b}, b: {action: std.async_noop}}}")
    told.start()
    told.fail("a")
    told.when(commands.StopWorkflow, state="CANCELLED", message="no")
    with pytest.raises(IllegalState, match="from CANCELLED to RUNNING"):
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


def test_resume_from_says_what_is_missing(story: Any) -> None:
    """Nothing is recorded while a variable is missing; the report names reader and place."""
    told = failed_by_force(story)
    before = told.state
    with pytest.raises(RequirementsMissing, match="host") as refusal:
        told.resume_from({"task": "b"})
    missing = refusal.value.report.missing
    assert [(item.variable, item.needed_by.task, item.needed_by.key) for item in missing] == [
        ("host", "b", "action.url")
    ]
    assert missing[0].needed_by.line == 8
    assert told.state is before


def test_resume_from_with_a_changed_context(story: Any) -> None:
    """The patch is what was missing: the task runs and the rest follows."""
    told = failed_by_force(story)
    told.resume_from({"task": "b", "context": {"host": "web2"}})
    assert told.unfinished()[0].input == {"url": "web2"}
    told.complete("b", "done")
    told.run_everything()
    assert (told.state.state, told.state.output) == ("SUCCESS", {"r": "done"})
    rerun = next(event for event in told.events if type(event.data).__name__ == "TaskRerun")
    assert rerun.data.context == {"host": "web2"}


def test_patch_reaches_into_input_and_removes(story: Any) -> None:
    """A merge patch changes parts of what the task sees, null removes."""
    told = story(
        """
w:
  input: [cfg]
  tasks:
    p: {publish: {gone: 1}, on-success: a}
    a: {action: std.async_noop, publish: {seen: <% $.cfg %>, gone: "<% $.get(gone, none) %>"}}
"""
    )
    told.start(input={"cfg": {"host": "a", "port": 1}})
    told.run_everything()
    told.fail("a")
    told.resume_from({"task": "a", "context": {"cfg": {"host": "b"}, "gone": None}})
    told.complete("a")
    assert told.task("a").published == {"seen": {"host": "b", "port": 1}, "gone": "none"}


def test_input_patch_changes_the_action_only(story: Any) -> None:
    """A patch on the input changes what the action gets, not the context."""
    told = story("w: {tasks: {a: {action: std.http url=x method=GET}}}")
    told.start()
    told.fail("a")
    told.resume_from({"task": "a", "input": {"url": "y"}})
    assert told.unfinished()[0].input == {"url": "y", "method": "GET"}


def test_force_overrules_missing_variables(story: Any) -> None:
    """Forced, the task runs and fails exactly on the variable that was reported."""
    told = failed_by_force(story)
    events = told.resume_from({"task": "b"}, force=True)
    assert events[0] == "WorkflowResumed"
    assert next(e for e in reversed(told.events) if isinstance(e.data, WorkflowResumed)).data.forced
    assert told.state.state == "ERROR"
    assert "host" in told.state.state_info


def test_continue_with_published_variables(story: Any) -> None:
    """The work was done by hand: what follows goes on with what was given."""
    told = failed_by_force(story)
    with pytest.raises(RequirementsMissing, match="r"):
        told.resume_from({"task": "b", "action": "continue"})
    assert told.resume_from({"task": "b", "action": "continue", "published": {"r": "by hand"}}) == [
        "WorkflowResumed",
        "TaskContinued b",
        "TransitionsTaken b -> c",
        "TaskScheduled c",
        "ActionScheduled std.echo",
    ]
    told.run_everything()
    assert (told.state.state, told.state.output) == ("SUCCESS", {"r": "by hand"})


def test_continue_with_a_result_publishes_like_the_task(story: Any) -> None:
    """Given a result, the task's own publish clause does the rest."""
    told = failed_by_force(story)
    told.resume_from({"task": "b", "action": "continue", "result": "r1"})
    assert told.task("b").result == "r1"
    assert told.task("b").published == {"r": "r1"}


@pytest.mark.parametrize("action", ["rerun", "continue"])
def test_a_succeeded_task_is_refused(story: Any, action: Any) -> None:
    """The refusal says why, and that one may insist."""
    told = failed_by_force(story)
    with pytest.raises(RequirementsMissing, match="already succeeded"):
        told.resume_from({"task": "a", "action": action})


def test_a_succeeded_task_runs_again_if_asked(story: Any) -> None:
    """With allow_succeeded what follows runs again too, as new task executions."""
    told = story("w: {tasks: {a: {on-success: b}, b: {action: std.noop}}}")
    told.start()
    told.run_everything()
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.run_everything()
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS", "SUCCESS"]}
    assert told.state.state == "SUCCESS"


def test_a_running_task_is_refused(story: Any) -> None:
    """A task that has not ended cannot be resumed."""
    told = story("w: {tasks: {a: {action: std.async_noop}}}")
    told.start()
    with pytest.raises(RequirementsMissing, match="still RUNNING"):
        told.resume_from({"task": "a"})


def test_resume_of_a_finished_execution_needs_a_task(story: Any) -> None:
    """Without a task there is nothing to resume in an execution that has ended."""
    with pytest.raises(IllegalState, match="name the tasks"):
        failed(story).resume_from()


def test_resume_from_without_tasks_ends_a_pause(story: Any) -> None:
    """An empty resume is the plain one."""
    told = story("w: {tasks: {a: {action: std.noop}}}")
    told.start()
    told.pause()
    assert told.resume_from() == ["WorkflowResumed"]


def test_several_failed_branches_in_one_call(story: Any) -> None:
    """Each branch gets its own answer and the join behind them runs once."""
    told = story(
        """
w:
  output: {v: <% $.v %>, u: <% $.u %>}
  tasks:
    a: {action: std.async_noop, publish: {v: <% task().result %>}, on-success: z}
    b: {action: std.async_noop, publish: {u: <% task().result %>}, on-success: z}
    z: {join: all, action: std.noop}
"""
    )
    told.start()
    told.fail("a")
    told.fail("b")
    assert told.state.state == "ERROR"
    told.resume_from({"task": "a"}, {"task": "b", "action": "continue", "published": {"u": 2}})
    told.complete("a", 1)
    told.run_everything()
    assert (told.state.state, told.state.output) == ("SUCCESS", {"v": 1, "u": 2})
    assert told.tasks()["z"] == ["SUCCESS"]


def test_rerun_revives_a_join_that_failed_for_it(story: Any) -> None:
    """A join that never began waits again once its lost branch is run again."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: z}
    b: {action: std.async_noop, on-success: z}
    z: {join: all, action: std.noop}
"""
    )
    told.start()
    told.complete("a")
    told.fail("b")
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["ERROR"], "z": ["ERROR"]}
    told.resume_from({"task": "b"})
    told.complete("b")
    told.run_everything()
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS"], "z": ["SUCCESS"]}
    assert told.state.state == "SUCCESS"


def test_rerun_of_a_branch_runs_the_join_behind_it_again(story: Any) -> None:
    """A rerun is a correction: the join runs again with what the other branch had brought."""
    told = story(
        """
w:
  output: {sum: <% $.sum %>}
  tasks:
    a: {action: std.async_noop, publish: {a: <% task().result %>}, on-success: m}
    m: {action: std.noop, on-success: z}
    b: {action: std.async_noop, publish: {b: <% task().result %>}, on-success: z}
    z: {join: all, action: std.noop, publish: {sum: <% $.a + $.b %>}}
"""
    )
    told.start()
    told.complete("a", 1)
    told.complete("b", 10)
    told.run_everything()
    assert told.state.output == {"sum": 11}
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.complete("a", 5)
    told.run_everything()
    assert told.tasks()["z"] == ["SUCCESS", "SUCCESS"]
    assert told.state.output == {"sum": 15}
