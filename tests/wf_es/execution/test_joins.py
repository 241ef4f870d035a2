"""Where branches meet."""

from __future__ import annotations

from typing import Any

import pytest


def workflow(join: object = "all", b: str = "on-success: z") -> str:
    """Return three branches that meet in z."""
    return f"""
w:
  tasks:
    a: {{action: std.async_noop, publish: {{v: from-a, a: 1}}, on-success: z}}
    b: {{action: std.async_noop, publish: {{v: from-b}}, {b}}}
    c: {{action: std.async_noop, publish: {{v: from-c}}, on-success: z}}
    z: {{join: {join}, action: std.noop}}
    other: {{action: std.noop}}
"""


def test_all_waits_for_every_branch(story: Any) -> None:
    """The join is created by the first trigger and begins with the last."""
    told = story(workflow())
    told.start()
    assert told.complete("a") == [
        "ActionCompleted a SUCCESS",
        "TaskCompleted a SUCCESS -> z",
        "TaskScheduled z WAITING",
    ]
    assert told.complete("b")[-1] == "JoinTriggered z"
    assert told.complete("c")[-3:] == ["JoinTriggered z", "TaskStarted z", "ActionScheduled std.noop"]


def test_later_completion_wins_a_clash(story: Any) -> None:
    """Branches that wrote equally often are decided by the order of the log."""
    told = story(workflow())
    told.start()
    for name in ("c", "a", "b"):
        told.complete(name)
    seen = {name: variable.value for name, variable in told.task("z").inbound.items()}
    assert seen == {"v": "from-b", "a": 1}


@pytest.mark.parametrize("join", ["one", 1, 2])
def test_partial_join_runs_once(story: Any, join: Any) -> None:
    """Late triggers are recorded and start nothing."""
    told = story(workflow(join))
    told.start()
    told.complete("a")
    told.complete("b")
    assert told.complete("c")[-1] == "JoinTriggered z late"
    told.run_everything()
    assert told.tasks()["z"] == ["SUCCESS"]
    assert told.state.state == "SUCCESS"


def test_all_fails_when_a_branch_cannot_come(story: Any) -> None:
    """A branch that ended without reaching the join makes it fail at once."""
    told = story(workflow(b="on-error: z"))
    told.start()
    told.complete("a")
    told.complete("b")
    assert told.task("z").state == "ERROR"
    assert told.task("z").state_info == "Failed by tasks: ['b']"
    assert told.state.state == "RUNNING"


def test_a_join_created_late_sees_who_cannot_come(story: Any) -> None:
    """The first trigger finds out about branches that ended before it."""
    told = story(workflow(b="on-error: z"))
    told.start()
    told.complete("b")
    told.complete("a")
    assert told.task("z").state_info == "Failed by tasks: ['b']"


def test_two_of_three_survives_one_loss(story: Any) -> None:
    """A partial join fails only when too few can still come."""
    told = story(workflow(2, b="on-error: z"))
    told.start()
    told.complete("b")
    told.complete("a")
    assert told.task("z").state == "WAITING"
    told.complete("c")
    assert told.task("z").state == "RUNNING"


def test_a_failed_join_may_be_handled(story: Any) -> None:
    """A join that failed is an ordinary task error."""
    told = story(
        """
w:
  tasks:
    a: {action: std.noop, on-success: z}
    b: {action: std.noop, on-success: [{z: <% false %>}]}
    z: {join: all, action: std.noop, on-error: rescue}
    rescue: {action: std.noop}
"""
    )
    told.start()
    told.run_everything()
    assert told.tasks()["rescue"] == ["SUCCESS"]
    assert told.state.state == "SUCCESS"


def test_a_join_nobody_triggers_is_never_created(story: Any) -> None:
    """Branches that all end elsewhere leave no trace of the join."""
    told = story("w: {tasks: {a: {action: std.noop, on-error: z}, z: {join: all, action: std.noop}}}")
    told.start()
    told.run_everything()
    assert told.tasks() == {"a": ["SUCCESS"]}


def test_each_round_of_a_loop_is_a_turn(story: Any) -> None:
    """A join inside a loop runs once per round."""
    told = story(
        """
w:
  vars: {n: 0}
  tasks:
    begin: {on-success: [l, r]}
    l: {action: std.noop, on-success: j}
    r: {action: std.noop, on-success: j}
    j:
      join: all
      publish: {n: <% $.n + 1 %>}
      on-success: [{l: <% $.n < 3 %>}, {r: <% $.n < 3 %>}]
"""
    )
    told.start()
    told.run_everything()
    assert told.tasks()["j"] == ["SUCCESS"] * 3
    assert told.state.state == "SUCCESS"


def test_a_loop_before_a_join_is_one_turn(story: Any) -> None:
    """A branch that loops first and then reaches the join counts once."""
    told = story(
        """
w:
  vars: {n: 0}
  tasks:
    begin: {on-success: poll}
    poll: {publish: {n: <% $.n + 1 %>}, on-success: [{poll: <% $.n < 4 %>}, {j: <% $.n >= 4 %>}]}
    b: {action: std.noop, on-success: j}
    j: {join: all, action: std.noop}
"""
    )
    told.start()
    told.run_everything()
    assert told.tasks()["poll"] == ["SUCCESS"] * 4
    assert told.tasks()["j"] == ["SUCCESS"]
    assert told.state.state == "SUCCESS"


def test_two_runs_of_one_branch_are_one_arrival(story: Any) -> None:
    """A task that ran twice in the same round triggers the join's turn once."""
    told = story(
        """
w:
  tasks:
    a: {on-success: x}
    b: {on-success: x}
    x: {action: std.noop, on-success: j}
    c: {action: std.async_noop, on-success: j}
    j: {join: all, action: std.noop}
"""
    )
    told.start()
    told.run_everything()
    told.complete("c")
    told.run_everything()
    assert told.tasks()["j"] == ["SUCCESS"]
    assert told.state.state == "SUCCESS"


def test_joins_that_wait_for_each_other_fail(story: Any) -> None:
    """When only joins are left, the oldest fails and nothing hangs."""
    told = story(
        """
w:
  tasks:
    a: {on-success: [j1, j2]}
    j1: {join: all, on-success: j2}
    j2: {join: all, on-success: j1}
"""
    )
    told.start()
    told.run_everything()
    assert told.state.state == "ERROR"
    assert told.state.incomplete == 0


def test_nested_mappings_merge_key_by_key(story: Any) -> None:
    """Branches that published parts of one mapping both keep theirs."""
    told = story(
        """
w:
  output: {d: <% $.d %>}
  tasks:
    a: {publish: {d: {x: 1, both: a}}, on-success: z}
    b: {publish: {d: {y: 2, both: b}}, on-success: z}
    z: {join: all}
"""
    )
    told.start()
    told.run_everything()
    assert told.state.output == {"d": {"x": 1, "y": 2, "both": "b"}}
