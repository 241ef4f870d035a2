"""Where branches meet."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.execution.context import plain


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
    seen = plain(told.task("z").inbound)
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


BODY = """
w:
  vars: {n: 0}
  tasks:
    begin: {action: std.noop, on-success: [first, second]}
    first: {action: std.async_noop, publish: {f: <% task().result %>}, on-success: j}
    second: {action: std.async_noop, publish: {s: <% task().result %>}, on-success: j}
    j: {join: all, publish: {n: <% $.n + 1 %>}, on-success: [BACK]}
"""


def test_a_branch_outside_the_loop_holds_for_every_round(story: Any) -> None:
    """A loop back into one branch finds what the other had brought."""
    told = story(BODY.replace("BACK", "{first: <% $.n < 3 %>}"))
    told.start()
    told.run_everything()
    told.complete("second", "s1")
    for number in range(3):
        told.complete("first", number)
        told.run_everything()
    assert (told.tasks()["second"], told.tasks()["j"]) == (["SUCCESS"], ["SUCCESS"] * 3)
    assert told.state.output == {"f": 2, "s": "s1", "n": 3}


def test_a_branch_that_is_entered_again_is_waited_for(story: Any) -> None:
    """Only what was not entered since the last turn is carried over."""
    told = story(BODY.replace("BACK", "{first: <% $.n < 2 %>}, {second: <% $.n < 2 %>}"))
    told.start()
    told.run_everything()
    told.complete("first", 1)
    told.complete("second", 1)
    told.run_everything()
    told.complete("first", 2)
    assert told.task("j").state == "WAITING"
    told.complete("second", 2)
    told.run_everything()
    assert told.state.output == {"f": 2, "s": 2, "n": 2}


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_a_branch_that_fails_in_a_later_round_is_lost(story: Any, order: Any) -> None:
    """Its result of the round before does not count for it, in whatever order things happen."""
    told = story(BODY.replace("BACK", "{first: <% $.n < 2 %>}, {second: <% $.n < 2 %>}"))
    told.start()
    told.run_everything()
    told.complete("first", 1)
    told.complete("second", 1)
    told.run_everything()
    for name in order:
        told.complete(name, 2, "ERROR" if name == "second" else "SUCCESS")
    assert told.tasks()["j"] == ["SUCCESS", "ERROR"]
    assert told.task("j").state_info == "Failed by tasks: ['second']"


def test_rounds_that_wait_for_the_same_branch(story: Any) -> None:
    """Several turns may be open; a branch on no cycle serves all of them."""
    told = story(
        """
w:
  vars: {n: 0}
  tasks:
    poll: {publish: {n: <% $.n + 1 %>}, on-success: [j, {poll: <% $.n < 3 %>}]}
    begin: {action: std.async_noop, on-success: [poll, b]}
    b: {action: std.async_noop, on-success: j}
    j: {join: all, action: std.noop}
"""
    )
    told.start()
    told.complete("begin")
    told.run_everything()
    assert told.tasks()["j"] == ["WAITING"] * 3
    told.complete("b")
    told.run_everything()
    assert told.tasks()["j"] == ["SUCCESS"] * 3
    assert told.state.state == "SUCCESS"


def test_a_join_that_each_round_feeds(story: Any) -> None:
    """Branches that a loop starts each time round meet each time round."""
    told = story(
        """
w:
  vars: {n: 0}
  tasks:
    begin: {on-success: go}
    go: {publish: {n: <% $.n + 1 %>}, on-success: [l, r, {go: <% $.n < 3 %>}]}
    l: {action: std.noop, on-success: j}
    r: {action: std.noop, on-success: j}
    j: {join: all, action: std.noop}
"""
    )
    told.start()
    told.run_everything()
    assert told.tasks()["j"] == ["SUCCESS"] * 3
    assert told.state.state == "SUCCESS"


def test_losing_a_handler_that_would_also_lead_to_the_join(story: Any) -> None:
    """A join on n of many lives as long as n can still come, by whatever way."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: z, on-error: rescue}
    b: {action: std.async_noop, on-success: z, on-error: rescue}
    rescue: {action: std.async_noop, on-success: z}
    z: {join: 2, action: std.noop}
"""
    )
    told.start()
    told.complete("a")
    told.fail("b")
    assert told.task("z").state == "WAITING"
    told.complete("rescue")
    told.run_everything()
    assert (told.state.state, told.tasks()["z"]) == ("SUCCESS", ["SUCCESS"])


def test_a_late_branch_that_runs_again_is_late_again(story: Any) -> None:
    """A partial join that never used a branch is not corrected by it."""
    told = story(workflow("one"))
    told.start()
    for name in ("a", "b", "c"):
        told.complete(name)
    told.run_everything()
    told.resume_from({"task": "b"}, allow_succeeded=True)
    assert told.complete("b")[2] == "JoinTriggered z late"
    assert told.tasks()["z"] == ["SUCCESS"]


def test_a_join_that_fails_in_a_circle_ends_the_execution(story: Any) -> None:
    """A join whose failure leads back to itself cannot keep one decision busy for ever."""
    told = story(
        """
w:
  tasks:
    a: {action: std.async_noop, on-success: [j, b], on-error: b}
    j: {join: all, on-error: [j, c]}
    b: {action: std.async_noop, on-error: c}
    c: {action: std.async_noop, on-success: j}
"""
    )
    told.start()
    for name in ("a", "b", "c"):
        told.complete(name)
    told.resume_from({"task": "j", "action": "continue"}, force=True)
    told.resume_from({"task": "a"}, allow_succeeded=True)
    told.resume_from({"task": "c"}, allow_succeeded=True)
    told.complete("c")
    told.fail("a")
    assert told.state.state == "ERROR"
    assert "again and again" in told.state.state_info
    assert len(told.events) < 1_000


def test_a_branch_that_comes_late_to_a_join_leads_no_further(story: Any) -> None:
    """Another join that would have been reached through that one fails at once."""
    told = story(
        """
w:
  tasks:
    first: {action: std.async_noop, on-success: [any, all]}
    second: {action: std.async_noop, on-success: any}
    busy: {action: std.async_noop}
    any: {join: one, action: std.async_noop, on-error: detour}
    detour: {on-success: all}
    all: {join: all}
"""
    )
    told.start()
    told.complete("first")
    told.complete("any")
    assert told.tasks()["all"] == ["WAITING"]
    told.complete("second")
    assert (told.task("all").state, told.task("all").state_info) == ("ERROR", "Failed by tasks: ['detour']")
    assert told.state.state == "RUNNING"
