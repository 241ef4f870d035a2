"""The embedding door: what a program sees that runs workflows by itself."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

import wf_es
from wf_es import TaskResumption, Workflows
from wf_es.actions import Catalogue, action
from wf_es.envelope import JSON
from wf_es.errors import AlreadyExists, CompletionConflict, NotAllowed, RequirementsMissing
from wf_es.limits import Limits

WAIT = 10.0
"""Seconds until a test gives up waiting."""

TEXT = """\
version: '2.0'

add:
  input: [a, b]
  output:
    sum: <% $.sum %>
  tasks:
    add:
      action: std.echo output=<% $.a + $.b %>
      publish:
        sum: <% task().result %>

ask:
  output:
    answer: <% $.answer %>
  tasks:
    ask:
      action: std.async_noop
      publish:
        answer: <% task().result %>
      on-success: note
    note:
      action: std.noop

deploy:
  output:
    done: <% $.done %>
  tasks:
    build:
      action: std.noop
      on-success: deploy
    deploy:
      action: std.echo output="on <% $.host %>"
      publish:
        done: <% task().result %>

meet:
  tasks:
    here:
      action: std.async_noop
      on-success: both
    there:
      action: std.async_noop
      on-success: both
    both:
      join: all
      action: std.noop
"""


@pytest.fixture
def workflows() -> Iterator[Workflows]:
    """A store in memory with the workflows above, and a runner."""
    with wf_es.open("memory://", actor="ann") as opened:
        opened.create_workflows(TEXT)
        yield opened


def test_a_workflow_runs_to_its_end(workflows: Workflows) -> None:
    """Started, run in this process, waited for."""
    execution = workflows.start("add", {"a": 1, "b": 2})
    state = workflows.wait(execution, WAIT)

    assert (state.state, state.output) == ("SUCCESS", {"sum": 3})
    assert [task.name for task in workflows.tasks(execution)] == ["add"]


def test_a_start_with_an_id_can_be_repeated(workflows: Workflows) -> None:
    """The second one returns the same execution and starts nothing."""
    chosen = str(uuid4())

    assert workflows.start("add", {"a": 1, "b": 2}, id=chosen) == chosen
    workflows.wait(chosen, WAIT)
    before = len(workflows.events(chosen))
    assert workflows.start("add", {"a": 1, "b": 2}, id=chosen) == chosen
    assert len(workflows.events(chosen)) == before


def test_an_action_is_completed_from_outside(workflows: Workflows) -> None:
    """By its id alone, once; the same again is harmless, something else is not."""
    execution = workflows.start("ask")
    (action_id,) = workflows.execution(execution).unfinished

    workflows.on_action_complete(action_id, output={"approved": True})
    assert workflows.wait(execution, WAIT).output == {"answer": {"approved": True}}

    events = len(workflows.events(execution))
    workflows.on_action_complete(action_id, output={"approved": True})
    assert len(workflows.events(execution)) == events
    with pytest.raises(CompletionConflict):
        workflows.on_action_complete(action_id, "ERROR", "no")


def test_a_task_is_completed_by_its_name(workflows: Workflows) -> None:
    """Or by its id; again the same way."""
    execution = workflows.start("ask")

    workflows.task_complete(execution, "ask", "SUCCESS", 42)
    assert workflows.wait(execution, WAIT).output == {"answer": 42}
    workflows.task_complete(execution, workflows.tasks(execution)[0].id, "SUCCESS", 42)
    with pytest.raises(wf_es.NotFound):
        workflows.task_complete(execution, "nothing")


def test_a_task_without_an_action_cannot_be_completed(workflows: Workflows) -> None:
    """The refusal says why."""
    execution = workflows.start("meet")
    workflows.task_complete(execution, "here")

    with pytest.raises(NotAllowed, match="Task 'both' waits for 0 actions"):
        workflows.task_complete(execution, "both")


def test_a_failed_task_is_explained_and_run_again(workflows: Workflows) -> None:
    """What is missing is told before, refused without, and recorded with its reason."""
    execution = workflows.start("deploy")
    assert workflows.wait(execution, WAIT).state == "ERROR"

    needed = workflows.requirements(execution, [TaskResumption(task="deploy")])
    assert not needed.resumable
    assert [missing.variable for missing in needed.missing] == ["host"]
    with pytest.raises(RequirementsMissing, match="host") as caught:
        workflows.rerun(execution, "deploy")
    assert caught.value.report.missing == needed.missing

    workflows.rerun(execution, "deploy", context={"host": "web2"}, reason="web1 is down")
    state = workflows.wait(execution, WAIT)
    assert (state.state, state.output) == ("SUCCESS", {"done": "on web2"})
    assert {event.reason for event in workflows.events(execution)} == {None, "web1 is down"}
    context = workflows.context("deploy", execution=execution)
    assert (context.inbound["host"], context.outbound["done"]) == ("web2", "on web2")
    assert workflows.context(context.task_id) == context


def test_after_a_failed_task_one_can_go_on(workflows: Workflows) -> None:
    """With what it should have published."""
    execution = workflows.start("deploy")
    workflows.wait(execution, WAIT)

    workflows.resume(
        execution, [TaskResumption(task="deploy", action="continue", published={"done": "by hand"})]
    )

    assert workflows.wait(execution, WAIT).output == {"done": "by hand"}


def test_pause_and_resume(workflows: Workflows) -> None:
    """Nothing new starts in between, and results are taken nevertheless."""
    execution = workflows.start("ask")
    assert workflows.pause(execution, "lunch").state == "PAUSED"

    workflows.task_complete(execution, "ask", "SUCCESS", 1)
    assert workflows.wait(execution, WAIT).state == "PAUSED"
    assert [task.name for task in workflows.tasks(execution)] == ["ask"]

    workflows.resume(execution)
    assert workflows.wait(execution, WAIT, until=("SUCCESS",)).state == "SUCCESS"


@pytest.mark.parametrize("state", ["SUCCESS", "ERROR", "CANCELLED"])
def test_an_execution_is_stopped(workflows: Workflows, state: str) -> None:
    """As what the caller says."""
    execution = workflows.start("meet")

    assert workflows.stop(execution, state, "enough").state == state
    assert workflows.execution(execution).state_info == "enough"


def test_a_deleted_execution_is_gone(workflows: Workflows) -> None:
    """A running one only by force."""
    execution = workflows.start("ask")

    with pytest.raises(NotAllowed):
        workflows.delete(execution)
    workflows.delete(execution, force=True)
    with pytest.raises(wf_es.NotFound):
        workflows.execution(execution)


def test_definitions_come_and_go(workflows: Workflows) -> None:
    """Created once, updated, deleted."""
    with pytest.raises(AlreadyExists):
        workflows.create_workflows(TEXT)

    updated = workflows.update_workflows(TEXT.replace("on <%", "to <%"))
    changed = [definition for definition in updated if definition.version == 2]
    assert changed == [workflows.workflow("deploy")]
    assert workflows.workflow(changed[0].id) == changed[0]

    workflows.delete_workflow("add")
    with pytest.raises(wf_es.NotFound, match="workflow_identifier=add"):
        workflows.start("add")


def test_waiting_ends_with_its_time(workflows: Workflows) -> None:
    """The execution is returned as it stands."""
    execution = workflows.start("ask")

    assert workflows.wait(execution, 0).state == "RUNNING"


def test_waiting_is_woken_by_a_commit(workflows: Workflows) -> None:
    """Whoever ends the execution."""
    execution = workflows.start("ask")
    states: list[str] = []
    waiting = threading.Thread(target=lambda: states.append(workflows.wait(execution).state))
    waiting.start()

    workflows.stop(execution)
    waiting.join(WAIT)

    assert states == ["CANCELLED"]


def test_events_tell_who(workflows: Workflows) -> None:
    """The actor that was given, and the runner for what it reported."""
    execution = workflows.start("add", {"a": 1, "b": 2})
    workflows.wait(execution, WAIT)
    events = workflows.events(execution)

    assert events[0].actor == "ann"
    assert workflows.events(execution, after=3) == events[3:]


def test_what_is_unfinished_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Nobody runs it in the first process, the second one does."""
    url = f"sqlite:///{tmp_path / 'log.sqlite'}"
    with wf_es.open(url, threads=0) as first:
        first.create_workflows(TEXT)
        execution = first.start("add", {"a": 1, "b": 2})
        assert first.wait(execution, 0).state == "RUNNING"

    with wf_es.open(url) as second:
        assert second.wait(execution, WAIT).output == {"sum": 3}


def test_a_program_brings_its_own_actions() -> None:
    """As plain functions."""

    @wf_es.action(name="shop.greet", idempotent=True)
    def greet(name: str) -> str:
        """Greet somebody."""
        return f"Hello {name}"

    catalogue = wf_es.Catalogue.standard().with_actions(greet)
    with wf_es.open("memory://", catalogue=catalogue) as workflows:
        workflows.create_workflows(
            "version: '2.0'\nw:\n  output:\n    said: <% task(a).result %>\n"
            "  tasks:\n    a:\n      action: shop.greet name=Ann\n"
        )
        execution = workflows.start("w")

        assert workflows.wait(execution, WAIT).output == {"said": "Hello Ann"}


def test_times_come_also_in_another_program(tmp_path: Path) -> None:
    """What one program left waiting, the next one that opens the store lets happen."""
    url = f"sqlite:///{tmp_path / 'wf.sqlite'}"
    with wf_es.open(url) as workflows:
        workflows.create_workflows("version: '2.0'\nw: {tasks: {a: {wait-before: 0.3, wait-after: 0.05}}}")
        execution = workflows.start("w")
    with wf_es.open(url, threads=0) as onlooker:
        assert onlooker.wait(execution, 0.5).state == "RUNNING"
    with wf_es.open(url) as workflows:
        assert workflows.wait(execution, WAIT).state == "SUCCESS"


def test_the_face_is_small_and_whole() -> None:
    """Few names, each of which is there."""
    assert len(wf_es.__all__) <= 25
    assert sorted(wf_es.__all__) == sorted(set(wf_es.__all__))
    for name in wf_es.__all__:
        assert getattr(wf_es, name).__doc__
    with pytest.raises(AttributeError, match="nothing"):
        _ = wf_es.nothing


def test_importing_the_package_loads_nothing() -> None:
    """Neither engine nor store nor threads, until a name is used."""
    loaded = "[name for name in sys.modules if name.startswith('wf_es')]"
    code = f"import sys, threading, wf_es; print({loaded}, threading.active_count())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "['wf_es'] 1\n"


@action("test.nested")
def nested(levels: int) -> JSON:
    """Return so many lists in each other."""
    found: list[JSON] = []
    for _ in range(levels - 1):
        found = [found]
    return found


@pytest.mark.parametrize("most", [3, 64, 200])
def test_a_result_may_be_nested_as_deep_as_the_limit(most: int) -> None:
    """At the limit it counts, one above it the action fails and names the setting."""
    catalogue = Catalogue.standard(plugins=()).with_actions(nested)
    with wf_es.open("memory://", catalogue=catalogue, limits=Limits(result_nesting=most)) as opened:
        text = "w: {input: [n], output: {o: 1}, tasks: {a: {action: test.nested levels=<% $.n %>}}}"
        opened.create_workflows(f"version: '2.0'\n{text}\n")

        fits, too_deep = (opened.wait(opened.start("w", {"n": n}), WAIT) for n in (most, most + 1))

    assert fits.state == "SUCCESS"
    assert too_deep.state == "ERROR"
    assert f"{most} levels (WF_ES_LIMIT_RESULT_NESTING)" in (too_deep.state_info or "")
