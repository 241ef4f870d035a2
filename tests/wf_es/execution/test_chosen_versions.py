"""Versions for the executions of a family: who is named by which path, and what goes on with what."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.wf_es.execution.families import Family
from wf_es.definition import read_workflows
from wf_es.envelope import Origin
from wf_es.errors import InvalidRequest, RequirementsMissing
from wf_es.execution.chosen_versions import refuse_useless, version_for
from wf_es.execution.commands import Command, ResumeFrom, TaskResumption
from wf_es.execution.decision import Definition
from wf_es.execution.events import Pin
from wf_es.execution.state import ExecutionState

TREE = """
outer:
  tasks:
    regions: {with-items: 'i in <% [1, 2] %>', workflow: inner, on-success: done}
    done: {action: std.noop}
inner:
  tasks:
    host: {workflow: leaf}
leaf:
  tasks:
    check: {action: std.async_noop}
"""
CHECK = {"task": "regions[1]/host/check"}


def asked(**fields: Any) -> ResumeFrom:
    """Return a resume."""
    fields.setdefault("tasks", (TaskResumption(task="x"),))
    origin = Origin(actor="ann", project="p", command="c", now=msgspec.json.decode('"2026-01-01T00:00:00Z"'))
    return ResumeFrom(execution_id="e", origin=origin, **fields)


@pytest.mark.parametrize(
    ("definitions", "way", "version"),
    [
        ({}, "a", "original"),
        ({"a": 2}, "a", 2),
        ({"a": 2}, "a/b", "original"),
        ({"a/b": "latest"}, "a/b", "latest"),
        ({"a": 2}, "a[7]", 2),
        ({"a": 2, "a[7]": 3}, "a[7]", 3),
        ({"a[7]": 3, "a": 2}, "a[8]", 2),
        ({"a[7]/b": 1, "a/b": 2}, "a[7]/b[0]", 1),
        ({"a/b[0]": 3, "a/b": 2}, "a[7]/b[0]", 3),
        ({"*": 4}, "a/b", 4),
        ({"*": 4, "a": "original"}, "a", "original"),
        ({"*": 4}, "", "latest"),
    ],
)
def test_who_is_named(definitions: dict[str, Any], way: str, version: object) -> None:
    """The more precise path counts; a star is for those that nothing else names."""
    assert version_for(asked(definition="latest", definitions=definitions), way) == version


def test_nobody_is_named_in_vain() -> None:
    """A path that leads to nothing that is resumed is an error, which says what is."""
    ways = ["", "a[0]", "a[0]/b", ""]
    refuse_useless(asked(definitions={"a": 1, "a[0]/b": 2, "*": 3}), ways)
    for key in ("b", "a[1]", "a/b/c", ""):
        with pytest.raises(InvalidRequest, match=r"'a\[0\]', 'a\[0\]/b'") as error:
            refuse_useless(asked(definitions={key: 1}), ways)
        assert f"'{key}'" in error.value.message
    with pytest.raises(InvalidRequest, match="there is none"):
        refuse_useless(asked(definitions={"a": 1}), [""])
    with pytest.raises(InvalidRequest, match="choose the tasks"):
        refuse_useless(asked(definitions={"*": 1}, tasks=()), [""])
    refuse_useless(asked(definitions={"*": 1}, tasks=(), failed=True), [""])


# --- going on ---------------------------------------------------------------------


def failed(monkeypatch: pytest.MonkeyPatch, old: str, new: str, text: str = TREE) -> Family:
    """Return a family in which item 1 has failed at the bottom; then a text is replaced in its workflows."""
    family = Family(text)
    family.start()
    family.complete("leaf", "check", run=0)
    family.fail("leaf", "check")
    reading = read_workflows("version: '2.0'\n" + text.replace(old, new))
    reading.raise_for_errors()
    latest = dict[str, Definition]()
    for workflow in reading.workflows:
        first = family.library.definition(workflow.name)
        if workflow.hash != first.workflow.hash:
            pin = Pin(stream=first.pin.stream, version=2, hash=workflow.hash)
            latest[workflow.name] = msgspec.structs.replace(first, workflow=workflow, pin=pin)
    usual = family.world._definition

    def definition(command: Command, state: ExecutionState) -> Definition:
        later = latest.get(state.workflow_name)
        wanted = isinstance(command, ResumeFrom) and command.definition == "latest"
        if later is not None and (wanted or state.definition == later.pin):
            return later
        return usual(command, state)

    monkeypatch.setattr(family.world, "_definition", definition)
    return family


def versions(family: Family) -> dict[str, list[int]]:
    """Return the versions that executions run, by workflow."""
    found: dict[str, list[int]] = {}
    for state in family.world.states.values():
        assert state.definition is not None
        found.setdefault(state.workflow_name, []).append(state.definition.version)
    return found


def test_a_sub_workflow_goes_on_with_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the one that is resumed; its parents keep theirs."""
    family = failed(monkeypatch, "check: {action: std.async_noop}", "check: {action: std.noop}")

    happened = family.resume(CHECK, definitions={"regions/host": "latest"})

    assert happened[:2] == ["leaf DefinitionChosen", "leaf WorkflowResumed"]
    assert versions(family) == {"outer": [1], "inner": [1, 1], "leaf": [1, 2]}
    assert family.actions(family.of("leaf"), "check")[0].name == "std.noop"


def test_all_that_failed_with_the_latest_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A star names what is resumed, however deep; a version that counts anyway is not chosen."""
    family = failed(monkeypatch, "check: {action: std.async_noop}", "check: {action: std.noop}")

    family.resume(failed=True, definitions={"*": "latest"})

    assert versions(family) == {"outer": [1], "inner": [1, 1], "leaf": [1, 2]}


def test_what_does_not_fit_is_told_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing happens then to any of them."""
    family = failed(monkeypatch, "check: {action: std.async_noop}", "look: {action: std.async_noop}")
    before = dict(family.world.states)

    with pytest.raises(RequirementsMissing) as error:
        family.resume(CHECK, definitions={"regions[1]/host": "latest"})

    (refused,) = error.value.report.refused
    assert refused.task == "regions[1]/host/check"
    assert "version 2 of the workflow has no such task" in refused.why
    assert family.world.states == before


@pytest.mark.parametrize(
    ("task", "why"),
    [
        ("{action: std.noop}", "it runs as WORKFLOW, and in version 2 of the workflow as ACTION"),
        (
            "{with-items: 'i in <% [1] %>', workflow: leaf}",
            "and in version 2 of the workflow it runs for a list",
        ),
    ],
)
def test_a_task_that_runs_again_with_its_sub_workflow_must_fit(
    monkeypatch: pytest.MonkeyPatch, task: str, why: str
) -> None:
    """It had ended, and is under way again: as what it is."""
    family = failed(monkeypatch, "host: {workflow: leaf}", f"host: {task}")

    with pytest.raises(RequirementsMissing) as error:
        family.resume(CHECK, definitions={"regions": "latest"})

    (refused,) = error.value.report.refused
    assert refused.task == "regions[1]/host"
    assert why in refused.why


def test_what_followed_the_failure_need_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts no more once the task runs again with its sub-workflow."""
    handled = ", on-error: clean"
    text = TREE.replace(", on-success: done", f", on-success: done{handled}")
    text = text.replace("    done:", "    clean: {action: std.async_noop}\n    done:")
    family = failed(monkeypatch, "clean", "other", text)
    family.complete("outer", "clean")
    assert family.of("outer").state == "SUCCESS"

    family.resume(CHECK, definition="latest", allow_succeeded=True)

    outer = family.of("outer")
    assert (outer.state, versions(family)["outer"]) == ("RUNNING", [2])
    assert outer.tasks[outer.latest["clean"]].superseded
    family.fail("leaf", "check")
    assert "other" in family.of("outer").latest
