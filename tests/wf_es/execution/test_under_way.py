"""What sub-workflows need that are under way while something above them is resumed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.families import Family
from tests.wf_es.execution.requirements.asking import missing, undetermined
from wf_es.errors import RequirementsMissing
from wf_es.execution import commands, under_way
from wf_es.execution.commands import TaskResumption
from wf_es.execution.requirements import Requirements

BESIDE = """
main:
  tasks:
    a: {action: std.async_noop, on-success: b}
    b: {action: std.noop}
    outer: {workflow: mid, on-success: last}
    last: {action: std.noop}
mid:
  tasks:
    inner: {workflow: leaf, publish: {r: 1}, on-success: m}
    m: {action: std.echo output=<% $.r %><% $.q %>}
leaf:
  tasks:
    t: {action: std.async_noop, publish: {v: <% $.v %>}, on-success: u}
    u: {action: std.echo output=<% $.w %>}
"""


def began(text: str = BESIDE, **fields: Any) -> Family:
    """Return a family of which everything has begun."""
    family = Family(text)
    family.start(**fields)
    return family


def asked(family: Family, *wishes: dict[str, Any], **fields: Any) -> Requirements:
    """Return what a resume of the execution at the top would need."""
    tasks = tuple(TaskResumption(**wish) for wish in wishes)
    return family.world.requirements(family.of("main").id, tasks=tasks, **fields)


def test_what_runs_beside_a_chosen_task_is_looked_into() -> None:
    """However far below; each with its path, and what it awaits."""
    family = began()
    family.fail("main", "a")

    report = asked(family, {"task": "a"})

    assert not report.resumable
    assert missing(report) == {
        "q@outer/m.action.output",
        "v@outer/inner/t.publish.v",
        "w@outer/inner/u.action.output",
    }
    assert [item.needed_by.workflow for item in report.missing] == ["mid", "leaf", "leaf"]
    assert [item.settable_at for item in report.missing] == [[], [], []]
    assert report.will_run == ["a", "b", "last", "outer/m", "outer/inner/u"]
    assert [item.task for item in report.outstanding] == ["outer", "outer/inner", "outer/inner/t"]
    assert report.position == family.of("main").version
    with pytest.raises(RequirementsMissing):
        family.resume({"task": "a"})
    family.resume({"task": "a"}, force=True)


def test_what_stands_still_goes_on_with_its_parent() -> None:
    """All that was paused with it is looked into."""
    family = began()
    family.give("main", commands.PauseWorkflow)
    assert family.states() == {"main": "PAUSED", "mid": "PAUSED", "leaf": "PAUSED"}

    assert missing(asked(family)) == {
        "q@outer/m.action.output",
        "v@outer/inner/t.publish.v",
        "w@outer/inner/u.action.output",
    }


def test_what_has_ended_or_counts_no_more_needs_nothing() -> None:
    """A chosen task begins its sub-workflow anew, and one that has ended has had what it needed."""
    family = began(BESIDE.replace("publish: {v: <% $.v %>}, ", "").replace("output=<% $.w %>", "output=1"))
    family.complete("leaf", "t")
    family.complete("leaf", "u")
    assert family.states()["leaf"] == "SUCCESS"
    family.fail("main", "a")
    assert missing(asked(family, {"task": "a"})) == set()
    assert family.states()["mid"] == "ERROR"

    again = asked(family, {"task": "outer"})
    assert [item.task for item in again.outstanding] == []
    assert missing(again) == {"q@outer/m.action.output"}


ITEMS = """
main:
  tasks:
    outer: {with-items: 'i in <% range(3) %>', workflow: sub, input: {i: <% $.i %>}}
sub:
  input: [i]
  tasks:
    t: {action: std.async_noop, on-success: u}
    u: {action: std.echo output=<% $.needed %>}
"""


def test_other_items_of_a_task_are_looked_into() -> None:
    """When one of them is resumed inside, and its siblings still run."""
    family = began(ITEMS)
    family.fail("sub", "t", "boom")

    report = asked(family, {"task": "outer[2]/t", "context": {"needed": 1}})

    assert missing(report) == {"needed@outer[0]/u.action.output", "needed@outer[1]/u.action.output"}
    assert [item.task for item in report.outstanding] == ["outer", "outer", "outer[0]/t", "outer[1]/t"]


def test_of_many_only_some_are_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is said to be there."""
    monkeypatch.setattr(under_way, "MOST", 2)
    family = began(ITEMS)
    family.give("main", commands.PauseWorkflow)

    report = asked(family)

    assert missing(report) == {"needed@outer[0]/u.action.output", "needed@outer[1]/u.action.output"}
    assert undetermined(report) == {
        "None@outer/.workflow": "1 more sub-workflows are under way: ask for the requirements of each"
    }


def test_one_that_has_not_begun() -> None:
    """Nobody knows yet what it will find."""
    family = Family(BESIDE, prompt=False)
    family.start()

    report = asked(family, {"task": "a", "action": "continue"}, allow_succeeded=True)

    assert undetermined(report) == {"None@outer/.workflow": "it has not begun yet: ask again"}
