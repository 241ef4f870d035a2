"""Resumes that reach into sub-workflows: several executions, one decision."""

from __future__ import annotations

import pytest

from tests.wf_es.execution.families import Family
from tests.wf_es.execution.plights import ITEMS, broken, deep, handled
from wf_es.errors import RequirementsMissing
from wf_es.execution import commands
from wf_es.execution.commands import TaskResumption
from wf_es.execution.events import WorkflowResumed

# -- one task, deep down ------------------------------------------------------------------


@pytest.mark.parametrize("named", ["outer/inner/t", "an id", "ids as steps"])
def test_a_task_deep_down_is_resumed_with_all_above_it(named: str) -> None:
    """By its path or its id: everything is recorded at once, and the family ends well."""
    family = deep()
    family.prompt = False
    ids = {"an id": family.task("leaf", "t").id}
    ids["ids as steps"] = f"{family.task('main', 'outer').id}/{family.task('mid', 'inner').id}/t"

    told = family.resume({"task": ids.get(named, named), "context": {"m": 5}})

    assert told == [
        "leaf WorkflowResumed",
        "leaf TaskRerun t",
        "leaf ActionScheduled t",
        "mid WorkflowResumed",
        "mid SubWorkflowReopened inner",
        "main WorkflowResumed",
        "main SubWorkflowReopened outer",
    ]
    assert family.states() == {"main": "RUNNING", "mid": "RUNNING", "leaf": "RUNNING"}
    family.prompt = True
    family.complete("leaf", "t")
    family.complete("leaf", "u")
    family.complete("main", "z")
    assert family.states() == {"main": "SUCCESS", "mid": "SUCCESS", "leaf": "SUCCESS"}
    assert family.of("main").output == {"end": 6}


def test_a_parent_that_has_gone_on_follows() -> None:
    """Even one that has succeeded: what it did instead counts no more, and is still there to be read."""
    family = handled()

    told = family.resume({"task": "outer/t"})

    assert told == [
        "sub WorkflowResumed",
        "sub TaskRerun t",
        "sub ActionScheduled t",
        "main WorkflowResumed",
        "main SubWorkflowReopened outer",
    ]
    assert family.task("main", "bad").superseded
    family.complete("sub", "t")
    family.complete("main", "good")
    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS"}


def test_what_ends_with_the_resume_is_recorded_with_it() -> None:
    """Declaring the last task done ends the child, and the parent goes on, in one decision."""
    family = deep()
    family.resume({"task": "outer/inner/t", "action": "continue", "published": {"v": 9}})
    family.fail("leaf", "u")
    family.prompt = False

    told = family.resume({"task": "outer/inner/u", "action": "continue"})

    assert told == [
        "leaf WorkflowResumed",
        "leaf TaskContinued u",
        "leaf TransitionsTaken u",
        "leaf WorkflowCompleted",
        "mid WorkflowResumed",
        "mid SubWorkflowReopened inner",
        "mid SubWorkflowCompleted inner",
        "mid TaskCompleted inner",
        "mid WorkflowCompleted",
        "main WorkflowResumed",
        "main SubWorkflowReopened outer",
        "main SubWorkflowCompleted outer",
        "main TaskCompleted outer",
        "main TaskScheduled z",
        "main ActionScheduled z",
    ]
    family.deliver()
    family.complete("main", "z")
    assert family.of("main").output == {"end": 9}


def test_the_environment_is_changed_everywhere_on_the_way() -> None:
    """A sub-workflow inherits its parent's, so the same change holds for both."""
    family = deep()
    family.resume({"task": "outer/inner/t"}, env={"region": "eu"})
    assert {state.env["region"] for state in family.world.states.values()} == {"eu"}


def test_one_request_stands_behind_all_of_it() -> None:
    """The same command and actor in all histories; what the courier says later is no news."""
    family = deep()
    family.prompt = False
    family.resume({"task": "outer/inner/t"})
    given = {family.world.logs[family.of(name).id][-1].command for name in family.states()}
    assert len(given) == 1
    before = family.of("main").version, family.of("mid").version

    family.deliver()

    assert family.of("main").version == before[0]
    assert type(family.world.logs[family.of("mid").id][-1].data).__name__ == "Delivered"


# -- several tasks at once -----------------------------------------------------------------


def test_each_branch_as_one_call_says() -> None:
    """One is run again, one declared done, one done by hand; the join runs once."""
    family = broken()

    family.resume(
        {"task": "right/t", "action": "continue", "result": 2},
        {"task": "left/t"},
        {"task": "own", "action": "continue"},
    )

    assert family.states() == {"main": "RUNNING", "sub": "RUNNING SUCCESS"}
    family.complete("sub", "t", run=0)
    family.complete("main", "done")
    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS SUCCESS"}
    runs = [task.name for task in family.of("main").tasks.values() if not task.superseded]
    assert sorted(runs) == ["done", "left", "own", "right"]


def test_one_that_is_refused_stops_all() -> None:
    """Nothing is half done, and the answer names the task by its path."""
    family = broken()
    family.resume({"task": "left/t"})
    before = {execution: len(log) for execution, log in family.world.logs.items()}

    with pytest.raises(RequirementsMissing) as refused:
        family.resume({"task": "own"}, {"task": "right/t"}, {"task": "left/t"})

    assert [item.task for item in refused.value.report.refused] == ["left/t"]
    assert {execution: len(log) for execution, log in family.world.logs.items()} == before


def test_the_same_task_cannot_be_meant_twice() -> None:
    """Neither by two names, nor inside of what is chosen as a whole."""
    family = broken()
    identifier = family.task("sub", "t").id
    with pytest.raises(RequirementsMissing, match="named twice"):
        family.resume({"task": "right/t"}, {"task": identifier})
    with pytest.raises(RequirementsMissing, match="chosen as a whole"):
        family.resume({"task": "right/t"}, {"task": "right"})


def test_what_is_missing_anywhere_stops_all() -> None:
    """The report names tasks by their paths."""
    family = deep()
    main = family.of("main")
    wish = TaskResumption(task="outer/inner/t", action="continue", published={"v": 1})
    lacking = TaskResumption(task="outer/inner/t", action="continue")
    again = TaskResumption(task="outer/inner/t")

    assert family.world.requirements(main.id, tasks=(wish,)).resumable
    (missing,) = family.world.requirements(main.id, tasks=(lacking,)).missing
    assert (missing.variable, missing.needed_by.task) == ("v", "outer/inner/")
    assert missing.settable_at == ["outer/inner/t"]
    report = family.world.requirements(main.id, tasks=(again,))

    assert report.will_run == ["outer/inner/t", "outer/inner/u", "z"]
    assert report.position == main.version
    assert report.repeats[0].task == "outer/inner/t"


# -- items --------------------------------------------------------------------------------


def test_an_item_is_named_in_the_path() -> None:
    """It alone runs again, and the results of the others are kept; two in one call work as well."""
    family = Family(ITEMS)
    family.start()
    for run, state in enumerate(("ERROR", "SUCCESS", "ERROR")):
        family.complete("sub", "t", None, state, run=run)

    family.resume({"task": "outer[0]/t"}, {"task": "outer[2]/t", "action": "continue"})

    assert family.states() == {"main": "RUNNING", "sub": "RUNNING SUCCESS SUCCESS"}
    family.complete("sub", "t", run=0)
    assert family.of("main").output == {"r": [1, 4, 9]}


def test_an_item_of_a_parent_that_has_gone_on() -> None:
    """Counts stay right, also where an item had run again by itself in between."""
    family = Family("""
main:
  tasks:
    outer: {with-items: "i in [1, 2]", workflow: sub, on-error: mend}
    mend: {action: std.async_noop}
sub:
  tasks:
    t: {action: std.async_noop}
""")
    family.start()
    family.complete("sub", "t", run=0)
    family.complete("sub", "t", None, "ERROR", run=1)
    family.complete("main", "mend")
    second = family.all_of("sub")[1]
    family.world.give(commands.RerunTask, second.id, task_id=second.latest["t"])
    family.deliver()
    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS RUNNING"}

    family.complete("sub", "t", run=1)
    family.resume({"task": "outer[1]/t"}, allow_succeeded=True)

    items = family.task("main", "outer").items
    assert items is not None
    assert (items.running, items.succeeded, items.failed) == (1, 1, 0)
    family.complete("sub", "t", run=1)
    assert family.task("main", "outer").state == "SUCCESS"
    assert family.of("main").state == "SUCCESS"


def test_what_the_parent_needs_afterwards_counts_as_well() -> None:
    """What follows above the resumed task must have its data; what overruled that is recorded."""
    family = Family("""
main:
  tasks:
    outer: {workflow: sub, on-success: z}
    z: {action: std.echo output=<% $.host %>}
sub:
  tasks:
    t: {action: std.async_noop}
""")
    main = family.start().id
    family.fail("sub", "t")
    with pytest.raises(RequirementsMissing, match="Missing variables: host") as refused:
        family.resume({"task": "outer/t"})
    assert [item.needed_by.task for item in refused.value.report.missing] == ["z"]

    family.resume({"task": "outer/t"}, force=True)

    forced = {
        recorded.stream: recorded.data.forced
        for log in family.world.logs.values()
        for recorded in log
        if isinstance(recorded.data, WorkflowResumed)
    }
    assert forced == {main: True, family.of("sub").id: False}
