"""What a resume does again, and what it goes on waiting for."""

from __future__ import annotations

from typing import Any

from tests.wf_es.execution.families import Family
from tests.wf_es.execution.requirements.asking import asked
from wf_es.execution.commands import TaskResumption


def test_repeated_effects_are_named(story: Any) -> None:
    """An action that ran before will be called again."""
    told = story("w: {tasks: {a: {action: std.http url=u}}}")
    told.start()
    told.fail("a")
    found = asked(told, {"task": "a"})
    assert [(item.task, item.action, item.state) for item in found.repeats] == [("a", "std.http", "ERROR")]


def test_a_repeated_effect_is_named_once_for_all_its_attempts(story: Any) -> None:
    """Retries were the same call, so it is called once more and not as often as it was."""
    told = story("w: {tasks: {a: {action: std.http url=u, retry: {count: 2, delay: 0}}}}")
    told.start()
    for _ in range(3):
        told.fail("a")
    assert len(asked(told, {"task": "a"}).repeats) == 1


def test_times_that_have_not_come_are_outstanding(story: Any) -> None:
    """What somebody waits for may be a time; a timeout is not waited for."""
    told = story(
        "w: {tasks: {a: {action: std.http url=u}, b: {action: std.noop, wait-before: 60},"
        " c: {action: std.async_noop, timeout: 60}}}"
    )
    told.start()
    told.fail("a")
    found = asked(told, {"task": "a"}).outstanding
    assert [(item.task, item.action, item.due) for item in found] == [
        ("c", "std.async_noop", None),
        ("b", "wait-before", "2026-01-01 00:01:01"),
    ]


def test_only_the_sub_workflows_of_wished_items_are_repeated() -> None:
    """Those of other items keep what they did."""
    family = Family(
        "main: {tasks: {a: {with-items: 'i in [1, 2, 3]', workflow: sub}}}\n"
        "sub: {tasks: {t: {action: std.async_noop}}}"
    )
    family.start()
    for run in (0, 1):
        family.complete("sub", "t", run=run)
    failed = family.of("sub")
    family.fail("sub", "t")

    wish = TaskResumption(task="a", items="failed")
    found = family.world.requirements(family.of("main").id, tasks=(wish,))

    assert [(item.task, item.id) for item in found.repeats] == [("a", failed.id)]
