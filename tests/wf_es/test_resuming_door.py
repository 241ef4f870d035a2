"""The door's part for repairs: resume by path, all that failed, tasks done by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import wf_es
from wf_es import TaskResumption, Workflows
from wf_es.errors import NothingToResume, Overtaken, RequirementsMissing
from wf_es.execution.commands import ItemResumption

TEXT = """\
version: '2.0'
main:
  tasks:
    outer: {workflow: sub}
sub:
  tasks:
    t: {action: "<% $.get(act, 'std.fail') %>"}
ask:
  output: {answer: <% $.answer %>}
  tasks:
    ask: {action: std.async_noop, publish: {answer: <% task().result %>}, on-success: note}
    note: {action: std.echo output=<% $.answer %>}
many:
  output: {r: <% $.r %>}
  tasks:
    each:
      with-items: i in [1, 2, 3]
      action: std.echo output=<% $.i %>
      publish: {r: <% task().result %>}
"""


@pytest.fixture
def workflows(tmp_path: Path) -> Iterator[Workflows]:
    """An engine over a SQLite file."""
    with wf_es.open(f"sqlite:///{tmp_path}/wf.db", actor="ann", threads=2) as opened:
        opened.create_workflows(TEXT)
        yield opened


def test_all_that_failed(workflows: Workflows) -> None:
    """Without saying what it is; the answer says beforehand what that would be."""
    execution = workflows.start("main")
    assert workflows.wait(execution, 10).state == "ERROR"
    assert workflows.requirements(execution, "failed").will_run == ["outer/t"]
    position = workflows.execution(execution).version
    assert workflows.resume(execution, "failed", reason="again").state == "RUNNING"
    assert workflows.wait(execution, 10).state == "ERROR"
    with pytest.raises(Overtaken, match=f"not at {position} any more"):
        workflows.resume(execution, "failed", position=position)
    wish = TaskResumption(task="outer/t", context={"act": "std.noop"})
    workflows.resume(execution, [wish], position=workflows.execution(execution).version)
    assert workflows.wait(execution, 10).state == "SUCCESS"


def test_a_running_execution_is_not_resumed(workflows: Workflows) -> None:
    """It is said so, and not silently ignored: another one may have done it."""
    execution = workflows.start("ask")
    with pytest.raises(NothingToResume, match="RUNNING already"):
        workflows.resume(execution)


def test_a_task_is_done(workflows: Workflows) -> None:
    """By its name or its id; the reason is what its state says."""
    execution = workflows.start("ask")
    with pytest.raises(RequirementsMissing):
        workflows.complete_task(execution, "ask")
    workflows.complete_task(execution, "ask", result=42, reason="Ada said so")
    assert workflows.wait(execution, 10).output == {"answer": 42}
    told = workflows.events(execution)
    assert [event.reason for event in told if event.reason] == ["Ada said so"]
    workflows.complete_task(execution, workflows.tasks(execution)[0].id, result=42)


def test_each_item_with_its_own_input(workflows: Workflows) -> None:
    """Others keep what they gave."""
    execution = workflows.start("many")
    assert workflows.wait(execution, 10).output == {"r": [1, 2, 3]}
    again: list[int | ItemResumption] = [0, ItemResumption(index=1, input={"output": "two"})]
    with pytest.raises(RequirementsMissing, match="already succeeded"):
        workflows.rerun(execution, "each", items=again)
    workflows.resume(execution, [TaskResumption(task="each", items=again)], allow_succeeded=True)
    assert workflows.wait(execution, 10).output == {"r": [1, "two", 3]}
