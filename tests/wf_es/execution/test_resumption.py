"""Going on from chosen tasks, with changed data."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import IllegalState, NothingToResume, Overtaken, RequirementsMissing
from wf_es.execution.commands import ItemResumption
from wf_es.execution.events import TaskRerun, WorkflowResumed

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
        "TaskContinued b SUCCESS",
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
    told = story(CHAIN)
    told.start()
    told.fail("a")
    with pytest.raises(IllegalState, match="name the tasks"):
        told.resume_from()


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


def test_items_run_again_each_with_its_own_input(story: Any) -> None:
    """The event keeps what was changed for which item; another attempt of the policy keeps it, too."""
    told = story(
        """
w:
  tasks:
    a: {with-items: "i in [1, 2, 3]", action: std.echo output=<% $.i %>, retry: {count: 1, delay: 5}}
"""
    )
    told.start()
    for _ in range(2):
        for index, state in enumerate(("SUCCESS", "ERROR", "ERROR")):
            told.end_item("a", index, "x", state)
        if told.task("a").state == "DELAYED":
            told.fire("a")
    assert told.state.state == "ERROR"

    told.resume_from(
        {
            "task": "a",
            "input": {"delay": 1},
            "items": [1, ItemResumption(index=2, input={"output": "three", "delay": None})],
        }
    )

    rerun = next(event.data for event in told.events if isinstance(event.data, TaskRerun))
    assert (rerun.items, rerun.item_input) == ([1, 2], {"2": {"output": "three", "delay": None}})
    assert [action.input for action in told.unfinished()] == [{"output": 2, "delay": 1}, {"output": "three"}]
    for index in (1, 2):
        told.end_item("a", index, "x", "ERROR")
    told.fire("a")
    assert [action.input for action in told.unfinished()][2] == {"output": "three"}


def test_an_item_changed_twice_is_refused(story: Any) -> None:
    """Which of the two is meant cannot be told."""
    told = story('w: {tasks: {a: {with-items: "i in [1]", action: std.echo output=<% $.i %>}}}')
    told.start()
    told.fail("a")
    twice = [ItemResumption(index=0, input={"output": n}) for n in (1, 2)]
    with pytest.raises(RequirementsMissing, match="named twice, each with input of its own"):
        told.resume_from({"task": "a", "items": twice})


def test_what_a_task_gave_is_corrected(story: Any) -> None:
    """If asked, one that succeeded counts as done with other data: the rest of what it gave is kept."""
    told = story("""
w:
  output:
    all: <% [$.x, $.y, task(a).result] %>
  tasks:
    a: {action: std.async_noop, publish: {x: 1, y: 2}, on-success: b}
    b: {action: std.async_noop}
""")
    told.start()
    told.complete("a", "r")
    told.complete("b")
    wish = {"task": "a", "action": "continue", "published": {"x": 10}}
    with pytest.raises(RequirementsMissing, match="but with other data, if you ask with allow_succeeded"):
        told.resume_from(wish)
    told.resume_from(wish, allow_succeeded=True)
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["SUCCESS", "RUNNING"]}
    told.complete("b")
    assert told.state.output == {"all": [10, 2, "r"]}


def test_another_moment_than_the_one_that_was_looked_at(story: Any) -> None:
    """Who says at which event the execution was is told when it has moved on."""
    told = story(CHAIN)
    told.start()
    told.fail("a")
    position = told.state.version
    with pytest.raises(Overtaken, match=f"at event {position} and not at {position - 1}"):
        told.resume_from({"task": "a"}, position=position - 1)
    assert (
        told.resume_from({"task": "a", "context": {"host": "h"}}, position=position)[0] == "WorkflowResumed"
    )
    with pytest.raises(NothingToResume):
        told.resume_from()


def test_one_that_runs_beside_a_failure_says_what_can_be_resumed(story: Any) -> None:
    """It needs no resume as a whole, but its failed branch may."""
    told = story("w: {tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}}}")
    told.start()
    told.fail("a")
    with pytest.raises(NothingToResume, match="name the tasks, or 'failed'"):
        told.resume_from()
