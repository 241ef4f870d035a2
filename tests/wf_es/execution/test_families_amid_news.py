"""Resumes of families while news between their members is on its way, and crashes at any moment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.families import Family
from tests.wf_es.execution.plights import HANDLED, deep
from wf_es.envelope import Origin
from wf_es.errors import ConflictError
from wf_es.execution import commands
from wf_es.execution.commands import ResumeFrom, TaskResumption
from wf_es.execution.families import Family as Members
from wf_es.execution.families import members_of

# -- what is on its way --------------------------------------------------------------------


def test_an_order_on_its_way_does_not_undo_a_resume() -> None:
    """A parent was cancelled and resumed before its child heard of either."""
    family = Family(HANDLED)
    family.start()
    family.prompt = False
    family.give("main", commands.StopWorkflow, state="CANCELLED", message="no")
    assert family.states() == {"main": "CANCELLED", "sub": "RUNNING"}

    family.resume({"task": "outer/t"})
    family.deliver()

    assert family.states() == {"main": "RUNNING", "sub": "RUNNING"}
    family.prompt = True
    family.complete("sub", "t")
    family.complete("main", "good")
    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS"}


def test_a_report_on_its_way_is_heard_first() -> None:
    """A child has failed and its parent does not know it yet."""
    family = Family(HANDLED)
    family.start()
    family.prompt = False
    family.fail("sub", "t")
    assert family.states() == {"main": "RUNNING", "sub": "ERROR"}

    family.resume({"task": "outer/t"})
    family.deliver()

    assert family.task("main", "bad").superseded
    assert family.states() == {"main": "RUNNING", "sub": "RUNNING"}


@pytest.mark.parametrize("delivered", range(4))
def test_a_crash_at_any_moment_changes_nothing(delivered: int) -> None:
    """The resume was recorded as a whole, so what is found again is no news."""
    family = deep()
    family.prompt = False
    family.resume({"task": "outer/inner/t"})
    for _ in range(delivered):
        if family.post.waiting:
            family.post.deliver(family.world, next(iter(family.post.waiting)))
    family.crash()
    family.deliver()

    assert family.states() == {"main": "RUNNING", "mid": "RUNNING", "leaf": "RUNNING"}
    family.prompt = True
    for name, task in (("leaf", "t"), ("leaf", "u"), ("main", "z")):
        family.complete(name, task)
    assert family.of("main").output == {"end": 2}


def test_asking_twice_with_one_key_does_it_once() -> None:
    """The second time nothing happens, and nothing is refused."""
    family = deep()
    assert family.resume({"task": "outer/inner/t"}, key="k")
    assert family.resume({"task": "outer/inner/t"}, key="k") == []


def test_a_family_that_has_changed_meanwhile_is_a_conflict() -> None:
    """Who put it together with too few members is told."""
    family = deep()
    main = family.of("main")
    origin = Origin(actor="ada", project="p", command="c", now=family.world.now)
    command = ResumeFrom(execution_id=main.id, origin=origin, tasks=(TaskResumption(task="outer/inner/t"),))
    members = members_of(command, main, family.world.states.__getitem__, lambda task: None)
    assert members == [family.of(name).id for name in ("main", "mid", "leaf")]

    def nothing(*arguments: Any) -> Any:
        raise AssertionError(arguments)

    with pytest.raises(ConflictError, match="changed meanwhile"):
        Members({main.id: main}, nothing, nothing).resume(command)
