"""A fork: what was under way is begun anew, what is chosen is run with other data, and the rest stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.wf_es.execution.families import Family
from wf_es.errors import NotFound, RequirementsMissing
from wf_es.execution import commands
from wf_es.execution.commands import TaskResumption
from wf_es.execution.state import ExecutionState
from wf_es.simulation import Step

CHAIN = """
main:
  vars: {host: a.example.com}
  tasks:
    build: {action: std.async_noop, publish: {image: <% task().result %>}, on-success: deploy}
    deploy:
      action: std.echo output="<% $.image %> on <% $.host %>"
      publish: {done: <% task().result %>}
      on-success: report
    report: {action: std.noop}
"""


def wish(task: str, **fields: Any) -> TaskResumption:
    """Return what is asked about one task."""
    return TaskResumption(task=task, **fields)


def fresh(step: Step) -> list[str]:
    """Return what a fork has recorded of its own, as names of events."""
    assert step.after.forked_from is not None
    return [type(recorded.data).__name__ for recorded in step.events[step.after.forked_from.since - 1 :]]


def unfinished(state: ExecutionState) -> list[str]:
    """Return the names of the tasks that wait for an action."""
    return sorted(state.tasks[state.actions[action_id].task_id].name for action_id in state.unfinished)


def fork(family: Family, at: int | None = None, **fields: Any) -> Step:
    """Fork the only execution of the workflow ``main``; return what the fork did."""
    steps: Sequence[Step] = family.world.fork(family.all_of("main")[0].id, at, **fields)
    return steps[0]


def test_it_goes_on_where_the_original_stood() -> None:
    """The past is the original's; the future is its own."""
    family = Family(CHAIN)
    source = family.start()
    family.complete("main", "build", "image-1")
    made = fork(family, at=3).after

    assert unfinished(made) == ["build"]
    family.complete("main", "build", "image-2")
    family.complete("main", "deploy", "done")
    assert family.of("main").id == made.id
    assert family.task("main", "build").published == {"image": "image-2"}
    assert family.world.states[source.id].tasks[source.latest["build"]].published == {"image": "image-1"}


def test_the_lineage_is_recorded_with_who_asked_and_why() -> None:
    """One event says where the copies end; those before it still name who did what then."""
    family = Family(CHAIN)
    source = family.start()
    family.world.now += timedelta(days=3)
    step = fork(family)

    lineage = step.after.forked_from
    assert lineage is not None
    assert (lineage.execution_id, lineage.event, lineage.since) == (source.id, 3, 4)
    assert step.events[3].command != step.events[0].command
    assert step.events[0].time == family.world.logs[source.id][0].time
    assert step.after.created_at == family.world.now


def test_an_unfinished_action_is_begun_anew_under_another_id() -> None:
    """Whoever had it in the original knows nothing of the fork; its input is what it was."""
    family = Family(CHAIN)
    source = family.start()
    action_id = next(iter(source.unfinished))
    family.give("main", commands.StartAction, action_id=action_id, runner="r")
    family.give("main", commands.DelegateAction, action_id=action_id)
    made = fork(family).after

    (again,) = made.unfinished
    assert again != action_id
    assert not made.actions[again].started
    assert not made.actions[again].delegated
    assert made.actions[again].input == source.actions[action_id].input


def test_an_ended_action_is_not_begun_again() -> None:
    """Results are part of the past."""
    family = Family(CHAIN)
    family.start()
    family.complete("main", "build", "image-1")
    made = fork(family)

    assert unfinished(made.after) == ["deploy"]
    assert fresh(made) == ["ExecutionForked"]


def test_it_goes_on_from_a_task_with_other_data() -> None:
    """Also from one that ran at that moment: nothing runs in a fork yet."""
    family = Family(CHAIN)
    family.start()
    family.complete("main", "build", "image-1")
    made = fork(family, tasks=(wish("deploy", context={"host": "b.example.com"}),))

    (action_id,) = made.after.unfinished
    assert made.after.actions[action_id].input == {"output": "image-1 on b.example.com"}
    assert fresh(made) == ["ExecutionForked", "TaskRerun", "ActionScheduled"]


def test_a_task_can_be_named_by_its_id_in_the_original() -> None:
    """That is the one that a person sees there."""
    family = Family(CHAIN)
    source = family.start()
    made = fork(family, tasks=(wish(source.latest["build"], action="continue", published={"image": "x"}),))

    assert unfinished(made.after) == ["deploy"]
    assert made.after.state == "RUNNING"


def test_what_had_followed_a_chosen_task_is_not_begun() -> None:
    """It ends as CANCELLED and has no say; only what is new runs."""
    family = Family(CHAIN)
    family.start()
    family.complete("main", "build", "image-1")
    made = fork(family, tasks=(wish("build"),), allow_succeeded=True)

    assert unfinished(made.after) == ["build"]
    overtaken = made.after.tasks[made.after.latest["deploy"]]
    assert (overtaken.state, overtaken.superseded) == ("CANCELLED", True)
    family.complete("main", "build", "image-2")
    family.complete("main", "deploy")
    family.complete("main", "report")
    assert family.of("main").state == "SUCCESS"


def test_what_is_missing_is_refused_with_the_list() -> None:
    """And nothing is left behind."""
    family = Family(CHAIN)
    family.start()
    before = list(family.world.states)
    with pytest.raises(RequirementsMissing) as refused:
        fork(family, tasks=(wish("build", action="continue"),))

    assert [item.variable for item in refused.value.report.missing] == ["image"]
    assert list(family.world.states) == before


def test_a_fork_without_changes_lacks_no_more_than_its_original_did() -> None:
    """It is told what will be missing, and is made all the same."""
    family = Family(CHAIN.replace("vars: {host: a.example.com}", "description: no host"))
    family.start()
    made = fork(family)
    assert unfinished(made.after) == ["build"]

    with pytest.raises(RequirementsMissing):
        fork(family, tasks=(wish("build"),))
    with pytest.raises(RequirementsMissing):
        fork(family, env={"a": 1})


def test_a_task_that_had_not_begun_by_then_is_unknown() -> None:
    """The fork knows no more than the moment did."""
    family = Family(CHAIN)
    family.start()
    family.complete("main", "build", "image-1")
    with pytest.raises(NotFound, match="deploy"):
        fork(family, at=2, tasks=(wish("deploy"),))


def test_a_paused_execution_goes_on() -> None:
    """An empty request means to go on, as it does for a resume."""
    family = Family(CHAIN)
    family.start()
    family.give("main", commands.PauseWorkflow)
    family.complete("main", "build", "image-1")
    made = fork(family)

    assert made.after.state == "RUNNING"
    assert unfinished(made.after) == ["deploy"]


def test_an_ended_execution_stays_as_it_is_until_tasks_are_chosen() -> None:
    """Its copy has ended as well; from a failed task it goes on."""
    family = Family(CHAIN)
    family.start()
    family.fail("main", "build")
    still = fork(family)
    assert (still.after.state, fresh(still)) == ("ERROR", ["ExecutionForked"])

    again = fork(family, tasks=(wish("build"),))
    assert again.after.state == "RUNNING"
    assert unfinished(again.after) == ["build"]


def test_the_environment_can_be_changed() -> None:
    """As in a resume: by a merge patch."""
    family = Family(CHAIN)
    family.start(params={"env": {"region": "north", "size": 1}})

    assert fork(family, env={"region": "south"}).after.env == {"region": "south", "size": 1}


def test_a_paused_action_is_begun_anew_and_so_it_runs() -> None:
    """Whoever had paused it in the original has nothing to do with the fork."""
    family = Family(CHAIN)
    source = family.start()
    family.give("main", commands.PauseAction, action_id=next(iter(source.unfinished)))
    made = fork(family).after

    assert made.state == "RUNNING"
    assert [made.actions[action_id].state for action_id in made.unfinished] == ["RUNNING"]
    family.complete("main", "build", "image-1")
    assert unfinished(family.of("main")) == ["deploy"]


TIMES = """
main:
  tasks:
    wait: {action: std.async_noop, wait-before: 100, timeout: 30}
"""


def due(state: ExecutionState, family: Family) -> float:
    """Return in how many seconds the only timer is due."""
    (timer,) = state.timers.values()
    return (timer.due - family.world.now).total_seconds()


def test_a_time_that_is_still_to_come_stays() -> None:
    """Somebody waits until eleven, here as there."""
    family = Family(TIMES)
    family.start()
    family.world.now += timedelta(seconds=40)

    assert due(fork(family).after, family) == 60


def test_a_time_that_has_gone_by_counts_from_now() -> None:
    """It would be over at once otherwise, and that is not what the moment was like."""
    family = Family(TIMES)
    family.start()
    family.world.now += timedelta(days=1)

    assert due(fork(family).after, family) == 100


def test_a_timeout_counts_from_now() -> None:
    """What it limits is begun anew."""
    family = Family(TIMES)
    started = family.start()
    family.world.fire(started, next(iter(started.timers.values())))
    family.world.now += timedelta(seconds=20)
    made = fork(family)

    assert due(made.after, family) == 30
    assert "TimerSet" in fresh(made)


ITEMS = """
main:
  tasks:
    each:
      with-items: i in <% [1, 2, 3] %>
      concurrency: 2
      action: std.async_noop
"""


def items_under_way(state: ExecutionState) -> set[int | None]:
    """Return the indexes of the items that wait for their actions."""
    return {state.actions[action_id].index for action_id in state.unfinished}


def test_items_go_on_one_by_one() -> None:
    """What has ended counts, what ran is begun anew, what had not begun begins in its turn."""
    family = Family(ITEMS)
    family.start()
    before = family.complete("main", "each").after
    made = fork(family).after

    assert items_under_way(made) == items_under_way(before)
    assert 2 in items_under_way(made)
    for _ in range(2):
        family.complete("main", "each")
    assert family.of("main").state == "SUCCESS"


def test_a_fork_can_be_forked() -> None:
    """Its past is what it was told, and it has its own place in it."""
    family = Family(CHAIN)
    family.start()
    first = fork(family)
    family.complete("main", "build", "image-2")
    second = family.world.fork(first.after.id)[0]

    assert second.after.forked_from is not None
    assert second.after.forked_from.execution_id == first.after.id
    assert [recorded.version for recorded in second.events] == list(range(1, len(second.events) + 1))
    assert unfinished(second.after) == ["deploy"]
