"""Resumes that reach into sub-workflows, in a real store: one commit, and one of two at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import pytest

import wf_es
from wf_es import TaskResumption, Workflows
from wf_es.errors import ConflictError, InvalidRequest, NotFound, RequirementsMissing
from wf_es.execution.commands import PauseWorkflow, ResumeFrom
from wf_es.execution.events import TaskContinued, TaskRerun, WorkflowResumed
from wf_es.resuming_door import Version

TEXT = """\
version: '2.0'
main:
  tasks:
    outer: {workflow: sub, on-success: done}
    done: {action: std.noop}
sub:
  tasks:
    t: {action: "<% $.get(act, 'std.fail') %>"}
plain:
  tasks:
    t: {action: "<% $.get(act, 'std.fail') %>"}
idle:
  tasks:
    t: {action: std.async_noop}
needy:
  tasks:
    own: {action: std.async_noop}
    outer: {workflow: lacking}
lacking:
  tasks:
    t: {action: std.async_noop, on-success: u}
    u: {action: std.echo output=<% $.gone %>}
"""
ROUNDS = 100
WAITING = {"act": "std.async_noop"}


@pytest.fixture
def workflows(tmp_path: Path) -> Iterator[Workflows]:
    """An engine over a SQLite file, with everything that runs beside it."""
    with wf_es.open(f"sqlite:///{tmp_path}/wf.db", actor="ann", threads=2) as opened:
        opened.create_workflows(TEXT)
        yield opened


def _failed(workflows: Workflows, name: str) -> str:
    execution = workflows.start(name)
    assert workflows.wait(execution, 10, until=("ERROR",)).state == "ERROR"
    return execution


def test_a_path_leads_into_a_sub_workflow(workflows: Workflows) -> None:
    """What is recorded is recorded at once, and both executions go on."""
    execution = _failed(workflows, "main")
    child = next(iter(workflows.execution(execution).children))
    wish = TaskResumption(task="outer/t", context={"act": "std.noop"})
    origin = workflows.engine.origin("ada", reason="mended")

    report = workflows.requirements(execution, [wish])
    receipt = workflows.engine.execute(ResumeFrom(execution_id=execution, origin=origin, tasks=(wish,)))

    assert report.resumable
    assert report.will_run == ["outer/t", "done"]
    assert {recorded.stream for recorded in receipt.events} == {execution, child}
    assert {recorded.actor for recorded in receipt.events} == {"ada"}
    told = [recorded for recorded in receipt.events if isinstance(recorded.data, WorkflowResumed)]
    assert {(recorded.stream, recorded.reason) for recorded in told} == {
        (execution, "mended"),
        (child, "mended"),
    }
    assert workflows.wait(execution, 10).state == "SUCCESS"


def test_all_that_failed_get_the_same_data(workflows: Workflows) -> None:
    """In sub-workflows, too; the question is asked with it as well."""
    execution = _failed(workflows, "main")
    report = workflows.requirements(execution, "failed", context={"act": "std.noop"})
    assert report.will_run == ["outer/t", "done"]

    workflows.resume(execution, "failed", context={"act": "std.noop"})

    assert workflows.wait(execution, 10).state == "SUCCESS"
    fork = workflows.fork(_failed(workflows, "plain"), "failed", context={"act": "std.noop"})
    assert workflows.wait(fork.id, 10).state == "SUCCESS"
    with pytest.raises(InvalidRequest, match="belongs into each"):
        workflows.resume(execution, [TaskResumption(task="done")], context={"x": 1})


def test_a_sub_workflow_goes_on_with_another_version(workflows: Workflows) -> None:
    """Asked first, then done; in a fork, too, which leaves the original as it is."""
    execution = _failed(workflows, "main")
    (child,) = workflows.execution(execution).children
    workflows.update_workflows(
        TEXT.replace(
            "sub:\n  tasks:\n    t: {action: \"<% $.get(act, 'std.fail') %>\"}",
            "sub:\n  tasks:\n    t: {action: std.noop}",
        )
    )
    wish = [TaskResumption(task="outer/t")]
    latest: dict[str, Version] = {"outer": "latest"}

    fork = workflows.fork(execution, wish, definitions=latest).id
    report = workflows.requirements(execution, wish, definitions=latest)
    workflows.resume(execution, wish, definitions=latest)

    assert report.resumable
    assert workflows.fork_requirements(execution, wish, definitions=latest, allow_succeeded=True).report
    for one in (fork, execution):
        assert workflows.wait(one, 10).state == "SUCCESS"
        (below,) = workflows.execution(one).children
        pins = [workflows.execution(member).definition for member in (one, below)]
        assert [pin and pin.version for pin in pins] == [1, 2]
    assert workflows.execution(child).definition_since > 1


def test_a_resume_outlives_the_process(tmp_path: Path) -> None:
    """Another process reads of both executions what was decided on them together."""
    url = f"sqlite:///{tmp_path}/wf.db"
    with wf_es.open(url, threads=2) as first:
        first.create_workflows(TEXT)
        execution = _failed(first, "main")
        first.resume(execution, [TaskResumption(task="outer/t", context=WAITING)])
    with wf_es.open(url, threads=2) as second:
        child = next(iter(second.execution(execution).children))
        assert [second.execution(member).state for member in (execution, child)] == ["RUNNING"] * 2
        second.task_complete(child, "t")
        assert second.wait(execution, 10).state == "SUCCESS"


def test_refusals_are_raised_by_the_future(workflows: Workflows) -> None:
    """Also those for which nothing had to be decided."""
    execution = _failed(workflows, "main")
    engine = workflows.engine
    for task, kind in (("outer/ghost", NotFound), ("t/t", NotFound), ("outer[1]/t", InvalidRequest)):
        command = ResumeFrom(
            execution_id=execution, origin=engine.origin("ada"), tasks=(TaskResumption(task=task),)
        )
        assert isinstance(engine.submit(command).exception(), kind)


def test_what_is_asked_of_the_past_is_answered_from_the_past(workflows: Workflows) -> None:
    """The sub-workflow is seen as it was at that moment, too."""
    execution = _failed(workflows, "main")
    position = workflows.execution(execution).version
    wish = TaskResumption(task="outer/t", context=WAITING)
    workflows.resume(execution, [wish])
    command = ResumeFrom(execution_id=execution, origin=workflows.engine.origin("ada"), tasks=(wish,))

    assert workflows.engine.requirements(command, str(position)).resumable
    assert not workflows.engine.requirements(command).resumable


_RERUN = {"task": "t", "context": WAITING}
_INSIDE = {"task": "outer/t", "context": WAITING}
_DONE = {"task": "outer/t", "action": "continue"}


@pytest.mark.parametrize(
    ("name", "wishes"),
    [("plain", [_RERUN]), ("main", [_INSIDE]), ("main", [_DONE]), ("idle", [])],
    ids=["a task again", "a task of a sub-workflow again", "a task done by hand", "after a pause"],
)
def test_of_two_resumes_at_the_same_moment_one_takes_effect(
    workflows: Workflows, name: str, wishes: list[dict[str, Any]]
) -> None:
    """And the other one is told, in each of 100 rounds."""
    engine, tasks = workflows.engine, tuple(TaskResumption(**wish) for wish in wishes)
    together = Barrier(2)

    def resume(execution: str, actor: str) -> Exception | None:
        command = ResumeFrom(execution_id=execution, origin=engine.origin(actor), tasks=tasks)
        together.wait()
        try:
            engine.execute(command)
        except ConflictError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        for round_ in range(ROUNDS):
            execution = workflows.start(name) if name == "idle" else _failed(workflows, name)
            if name == "idle":
                engine.execute(PauseWorkflow(execution_id=execution, origin=engine.origin("ann")))
            answers = list(pool.map(resume, [execution] * 2, ["ada", "bob"]))
            assert answers.count(None) == 1, f"round {round_}: {answers}"
            winner = ("ada", "bob")[answers.index(None)]
            members = [execution, *workflows.execution(execution).children]
            events = [recorded for member in members for recorded in workflows.events(member)]
            did = [
                recorded.actor
                for recorded in events
                if isinstance(recorded.data, TaskRerun | TaskContinued if tasks else WorkflowResumed)
            ]
            assert did == [winner], f"round {round_}"
            workflows.stop(execution)


def _until(look: Callable[[], object], seconds: float = 10.0) -> None:
    end = monotonic() + seconds
    while not look():
        assert monotonic() < end, "it did not happen"
        sleep(0.01)


def _standing_still(workflows: Workflows) -> str:
    """Return an execution that stands still with its sub-workflow, which lacks something."""
    execution = workflows.start("needy")
    child = next(iter(workflows.execution(execution).children))
    _until(lambda: workflows.engine.standing(child).unfinished)
    workflows.engine.execute(PauseWorkflow(execution_id=execution, origin=workflows.engine.origin("ann")))
    assert workflows.wait(child, 10, until=("PAUSED",)).state == "PAUSED"
    return execution


def test_a_sub_workflow_that_would_go_on_and_lacks_something(workflows: Workflows) -> None:
    """The resume of its parent is refused with its path, and changes nothing; force overrules it."""
    execution = _standing_still(workflows)
    command = ResumeFrom(execution_id=execution, origin=workflows.engine.origin("ada"))

    report = workflows.engine.requirements(command)
    with pytest.raises(RequirementsMissing) as refused:
        workflows.engine.execute(command)

    assert refused.value.report.missing == report.missing
    assert [(item.variable, item.needed_by.task) for item in report.missing] == [("gone", "outer/u")]
    assert workflows.execution(execution).state == "PAUSED"
    workflows.engine.execute(ResumeFrom(execution_id=execution, origin=command.origin, force=True))
    assert workflows.execution(execution).state == "RUNNING"


def test_a_repeated_resume_is_not_asked_again_about_what_is_below(workflows: Workflows) -> None:
    """It has been carried out, whatever has become of the sub-workflow since."""
    execution = _standing_still(workflows)
    origin = workflows.engine.origin("ada", key="once")
    workflows.engine.execute(ResumeFrom(execution_id=execution, origin=origin, force=True))

    receipt = workflows.engine.execute(ResumeFrom(execution_id=execution, origin=origin))

    assert not receipt.events
