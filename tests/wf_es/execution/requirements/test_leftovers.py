"""What a resume leaves as it failed."""

from __future__ import annotations

from typing import Any

from tests.wf_es.execution.families import Family
from tests.wf_es.execution.requirements.asking import asked
from wf_es.execution.commands import TaskResumption
from wf_es.execution.requirements import Requirements

BRANCHES = """
w:
  tasks:
    a: {action: std.async_noop, on-success: end}
    b: {action: std.async_noop, on-success: end}
    c: {action: std.async_noop, on-error: tidied}
    tidied: {action: std.noop}
    end: {join: all}
"""


def _left(report: Requirements) -> list[tuple[str, str]]:
    return [(item.task, item.state) for item in report.left_failed]


def test_another_branch_stays_as_it_failed(story: Any) -> None:
    """Unless it is chosen, too; nothing stands against that. An ``on-error`` has taken care of ``c``."""
    told = story(BRANCHES)
    told.start()
    for name in ("a", "b", "c"):
        told.fail(name)

    found = asked(told, {"task": "a"})

    assert _left(found) == [("b", "ERROR")]
    assert found.resumable
    assert _left(asked(told, {"task": "a"}, {"task": "b", "action": "continue"})) == []


def test_a_join_that_failed_for_a_branch_waits_again(story: Any) -> None:
    """It is reached again by the branch that is repaired."""
    told = story(BRANCHES)
    told.start()
    told.complete("a")
    told.fail("b")
    told.fail("c")
    assert told.task("end").state == "ERROR"

    assert _left(asked(told, {"task": "b"})) == []
    assert _left(asked(told, {"task": "a"}, allow_succeeded=True)) == [("b", "ERROR")]


def test_a_cancelled_task_is_left_too(story: Any) -> None:
    """The execution is cancelled again by it."""
    told = story(BRANCHES)
    told.start()
    told.fail("a")
    told.complete("b", state="CANCELLED")
    told.fail("c")
    assert _left(asked(told, {"task": "a"})) == [("b", "CANCELLED")]


def test_items_whose_sub_workflows_are_not_resumed() -> None:
    """One of two is repaired: the task fails with the other one."""
    family = Family(
        "main: {tasks: {a: {with-items: 'i in [1, 2, 3]', workflow: sub}}}\n"
        "sub: {tasks: {t: {action: std.async_noop}}}"
    )
    family.start()
    family.complete("sub", "t", run=0)
    family.complete("sub", "t", state="ERROR", run=1)
    family.complete("sub", "t", state="ERROR", run=2)

    def asked_for(*paths: str) -> Requirements:
        wishes = tuple(TaskResumption(task=path) for path in paths)
        return family.world.requirements(family.of("main").id, tasks=wishes)

    assert _left(asked_for("a[1]/t")) == [("a[2]", "ERROR")]
    assert _left(asked_for("a[1]/t", "a[2]/t")) == []
    assert _left(asked_for("a")) == []
