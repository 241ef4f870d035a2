"""Reverse workflows: a target, what it requires, and what an error blocks."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.errors import InvalidInput, InvalidRequest
from wf_es.execution import commands
from wf_es.execution.requirements import requirements

DIAMOND = """
w:
  type: reverse
  tasks:
    base: {action: std.echo output=1, publish: {base: <% task().result %>}}
    left: {action: std.echo output=2, publish: {left: <% $.base + 1 %>}, requires: base}
    right: {action: std.async_noop, publish: {right: <% $.base + 2 %>}, requires: [base]}
    top:
      action: std.echo output=<% $.left + $.right %>
      publish: {sum: <% task().result %>}
      requires: [left, right]
    beyond: {action: std.fail, requires: top}
    aside: {action: std.fail}
"""


def diamond(story: Any) -> Any:
    """Return the diamond, on its way to the top."""
    told = story(DIAMOND)
    told.start(params={"task_name": "top"})
    return told


def test_begins_with_what_the_target_needs_and_requires_nothing(story: Any) -> None:
    """What the target does not need is left out, whether it requires anything or not."""
    assert story(DIAMOND).start(params={"task_name": "top"}) == [
        "WorkflowStarted",
        "TaskScheduled base",
        "ActionScheduled std.echo",
    ]


def test_a_task_that_several_require_runs_once(story: Any) -> None:
    """And what it left behind reaches them all; the output is what the target left behind."""
    told = diamond(story).run_everything()
    told.complete("right")
    told.run_everything()
    assert told.tasks() == {
        "base": ["SUCCESS"],
        "left": ["SUCCESS"],
        "right": ["SUCCESS"],
        "top": ["SUCCESS"],
    }
    assert told.state.output == {"base": 1, "left": 2, "right": 3, "sum": 5}
    assert [trigger.task_id for trigger in told.task("top").triggered_by] == [
        told.task("left").id,
        told.task("right").id,
    ]


def test_a_target_that_requires_nothing(story: Any) -> None:
    """Only the target runs."""
    told = story(DIAMOND)
    told.start(params={"task_name": "base"})
    assert told.run_everything().tasks() == {"base": ["SUCCESS"]}
    assert told.state.state == "SUCCESS"


def test_starts_when_the_last_requirement_is_met(story: Any) -> None:
    """Before that the task does not exist."""
    told = diamond(story).run_everything()
    assert "top" not in told.tasks()
    assert told.complete("right") == [
        "ActionCompleted right SUCCESS",
        "TaskCompleted right SUCCESS -> top",
        "TaskScheduled top",
        "ActionScheduled std.echo",
    ]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        pytest.param({}, "params.task_name", id="none"),
        pytest.param({"task_name": None}, "params.task_name", id="null"),
        pytest.param({"task_name": "ghost"}, "task_name=ghost", id="unknown"),
        pytest.param({"task_name": ["top"]}, "there is no such task", id="not a name"),
    ],
)
def test_the_target_must_be_a_task(story: Any, params: Any, words: Any) -> None:
    """Without a target there is nothing to run, so nothing begins."""
    told = story(DIAMOND)
    with pytest.raises(InvalidRequest, match=words) as caught:
        told.start(params=params)
    assert caught.value.details["field"] == "params.task_name"
    assert told.events == []


def test_the_message_about_inputs_names_the_type(story: Any) -> None:
    """As in Mistral."""
    told = story("w: {type: reverse, input: [x], tasks: {a: {action: std.noop}}}")
    with pytest.raises(InvalidInput, match="class=ReverseWorkflowSpec"):
        told.start(params={"task_name": "a"})


def test_an_error_blocks_what_depends_on_it(story: Any) -> None:
    """What does not depend on it still runs; then the workflow fails."""
    told = story(
        "w: {type: reverse, tasks: {"
        "b: {action: std.async_noop}, a: {action: std.async_noop}, a2: {requires: a, publish: {a2: 1}},"
        "top: {requires: [a2, b]}}}"
    )
    told.start(params={"task_name": "top"})
    told.fail("b")
    told.complete("a")
    assert told.state.state == "RUNNING"
    told.run_everything()
    assert told.tasks() == {"b": ["ERROR"], "a": ["SUCCESS"], "a2": ["SUCCESS"]}
    assert told.state.state == "ERROR"
    assert told.state.state_info.startswith("Failure caused by error in tasks: b\n")


def test_a_target_that_was_not_reached_leaves_nothing_behind(story: Any) -> None:
    """What other tasks have published is no result of the execution; what a failed target has, is."""
    told = story("w: {type: reverse, tasks: {a: {publish: {x: 1}}, b: {action: std.fail, requires: a}, "
                 "c: {action: std.noop, requires: b}}}")  # fmt: skip
    told.start(params={"task_name": "c"})
    told.run_everything()
    assert told.state.output == {"result": told.state.state_info}

    told = story("w: {type: reverse, tasks: {a: {publish: {x: 1}}, b: {action: std.fail, requires: a}}}")
    told.start(params={"task_name": "b"})
    told.run_everything()
    assert told.state.output == {"result": told.state.state_info, "x": 1}


def test_a_cancelled_task_cancels(story: Any) -> None:
    """It releases nothing, and the workflow ends as in any other case."""
    told = diamond(story).run_everything()
    told.complete("right", state="CANCELLED")
    assert told.state.state == "CANCELLED"
    assert "top" not in told.tasks()


def test_after_a_rerun_its_dependents_run(story: Any) -> None:
    """The failed task is run again, and what waited for it comes into being."""
    told = diamond(story).run_everything()
    told.fail("right")
    assert told.state.state == "ERROR"
    told.when(commands.RerunTask, task_id=told.task("right").id)
    told.complete("right")
    told.run_everything()
    assert told.state.state == "SUCCESS"
    assert told.state.output["sum"] == 5


def test_a_rerun_while_other_branches_run(story: Any) -> None:
    """A task is started once, whichever requirement comes last."""
    told = story(
        "w: {type: reverse, tasks: {a: {action: std.async_noop}, b: {action: std.async_noop},"
        " top: {requires: [a, b]}}}"
    )
    told.start(params={"task_name": "top"})
    told.fail("a")
    told.when(commands.RerunTask, task_id=told.task("a").id)
    told.complete("a")
    assert "top" not in told.tasks()
    told.complete("b")
    assert told.run_everything().tasks()["top"] == ["SUCCESS"]


def test_a_corrected_requirement_makes_its_dependents_run_again(story: Any) -> None:
    """What had been run with the old value is history, and the others keep their runs."""
    told = diamond(story).run_everything()
    told.complete("right")
    told.run_everything()
    told.resume_from({"task": "left", "context": {"base": 10}}, allow_succeeded=True)
    assert told.task("top").superseded
    told.run_everything()
    assert told.tasks() == {
        "base": ["SUCCESS"],
        "left": ["SUCCESS"],
        "right": ["SUCCESS"],
        "top": ["SUCCESS", "SUCCESS"],
    }
    assert told.state.output["sum"] == 14


def test_two_chosen_tasks_where_one_requires_the_other(story: Any) -> None:
    """Each runs again, and the one that was chosen itself is not started twice."""
    told = diamond(story).run_everything()
    told.complete("right")
    told.run_everything()
    told.resume_from({"task": "left"}, {"task": "top", "context": {"left": 100}}, allow_succeeded=True)
    told.run_everything()
    assert told.tasks()["top"] == ["SUCCESS"]
    assert told.state.output["sum"] == 103


@pytest.mark.parametrize("way", ["skip", "continue"])
def test_skipping_and_declaring_done_meet_a_requirement(story: Any, way: str) -> None:
    """Both say: go on without."""
    told = story(DIAMOND.replace("publish: {right", "publish-on-skip: {right: 7}, publish: {right"))
    told.start(params={"task_name": "top"})
    told.run_everything()
    told.fail("right")
    if way == "skip":
        told.when(commands.SkipTask, task_id=told.task("right").id)
    else:
        told.resume_from({"task": "right", "action": "continue", "published": {"right": 7}})
    told.run_everything()
    assert told.state.output["sum"] == 9


def test_what_ends_during_a_pause_releases_on_resume(story: Any) -> None:
    """Also when all requirements of a task were met in the pause."""
    told = diamond(story)
    told.pause()
    told.complete("base", 1)
    assert told.tasks() == {"base": ["SUCCESS"]}
    told.resume()
    told.pause()
    told.complete("left")
    told.complete("right")
    told.resume()
    assert told.tasks()["top"] == ["RUNNING"]
    assert told.run_everything().state.output["sum"] == 5


def test_what_could_not_be_started_holds_the_others_back(story: Any) -> None:
    """They are released once, when the failed one has been dealt with."""
    told = story(
        "w: {type: reverse, tasks: {a: {action: std.noop},"
        " bad: {action: std.echo output=<% $.x %>, requires: a},"
        " good: {requires: a}, top: {requires: [bad, good]}}}"
    )
    told.start(params={"task_name": "top"})
    told.run_everything()
    assert told.state.state == "ERROR"
    assert told.tasks() == {"a": ["SUCCESS"], "bad": ["ERROR"]}
    told.resume_from({"task": "bad", "context": {"x": 1}})
    assert told.run_everything().tasks() == {
        "a": ["SUCCESS"],
        "bad": ["SUCCESS"],
        "good": ["SUCCESS"],
        "top": ["SUCCESS"],
    }
    assert told.state.state == "SUCCESS"


def test_cancelling_ends_it(story: Any) -> None:
    """What ends later is recorded and releases nothing."""
    told = diamond(story).run_everything()
    told.when(commands.StopWorkflow, state="CANCELLED")
    assert told.complete("right") == ["ActionCompleted right SUCCESS", "TaskCompleted right SUCCESS"]
    assert told.state.state == "CANCELLED"


def test_defaults_require(story: Any) -> None:
    """``task-defaults: requires`` holds for every task but the one that is required."""
    told = story(
        "w: {type: reverse, task-defaults: {requires: setup}, tasks: {"
        "setup: {action: std.noop}, a: {action: std.noop}, top: {requires: a}}}"
    )
    told.start(params={"task_name": "top"})
    told.run_everything()
    assert list(told.tasks()) == ["setup", "a", "top"]
    assert told.state.state == "SUCCESS"


def test_a_resume_tells_what_dependents_lack(story: Any) -> None:
    """A variable that nothing on the way gives is missing, with the task that reads it."""
    told = story(
        "w: {type: reverse, tasks: {"
        "a: {action: std.fail, publish: {a: 1}}, b: {action: std.noop, publish: {b: 2}},"
        " c: {action: std.fail}, both: {action: std.echo output=<% $.a + $.b + $.x %>, requires: [a, b]},"
        " blocked: {action: std.echo output=<% $.y %>, requires: [a, c]}, top: {requires: [both, blocked]}}}"
    )
    told.start(params={"task_name": "top"})
    told.run_everything()
    command = commands.ResumeFrom(
        execution_id=told.state.id, origin=told.origin(), tasks=(commands.TaskResumption(task="a"),)
    )
    report = requirements(told.state, told.definition, command, told.answer)
    assert report.will_run == ["a", "both"]
    assert [(item.variable, item.needed_by.task) for item in report.missing] == [("x", "both")]


@pytest.mark.parametrize("size", [10, 400])
def test_an_end_costs_what_it_releases(story: Any, size: int) -> None:
    """Each end of many that one task requires decides two events, whatever the others do."""
    names = [f"t{number}" for number in range(size)]
    tasks = "".join(f"    {name}: {{action: std.noop}}\n" for name in names)
    told = story(f"w:\n  type: reverse\n  tasks:\n{tasks}    top: {{requires: [{', '.join(names)}]}}\n")
    told.start(params={"task_name": "top"})
    for name in reversed(names[1:]):
        assert told.complete(name) == [
            f"ActionCompleted {name} SUCCESS",
            f"TaskCompleted {name} SUCCESS -> top",
        ]
    assert "TaskScheduled top" in told.complete("t0")
    assert told.run_everything().state.state == "SUCCESS"
