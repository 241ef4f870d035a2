"""What a task calls: an action or a workflow, with inline parameters."""

from __future__ import annotations

import pytest

from wf_es.definition import Place, Reading, read_workflows
from wf_es.envelope import JSON


def read(task: str) -> Reading:
    """Read a workflow with one task, written in line 5."""
    return read_workflows(f"version: '2.0'\nw:\n  input: [x]\n  tasks:\n    a: {task}\n")


CALLS: list[tuple[str, str, JSON, JSON]] = [
    ("{workflow: other}", "std.noop", "other", None),
    (
        "{workflow: other n=<% $.x %> word=hey factor=0.5}",
        "std.noop",
        "other",
        {"n": "<% $.x %>", "word": "hey", "factor": 0.5},
    ),
    ("{workflow: <% $.x %>}", "std.noop", "<% $.x %>", None),
    ("{workflow: 'sub.{{ _.x }} k=1'}", "std.noop", "sub.{{ _.x }}", {"k": 1}),
    ("{action: std.echo output=1}", "std.echo", None, {"output": 1}),
    ("{publish: {p: 1}}", "std.noop", None, None),
]


@pytest.mark.parametrize(("task", "action", "workflow", "parameters"), CALLS)
def test_reads_name_and_parameters(task: str, action: str, workflow: JSON, parameters: JSON) -> None:
    """A workflow takes the place of the action; its name may be an expression."""
    reading = read(task)
    assert reading.problems == ()
    spec = reading.workflows[0].spec.tasks["a"]
    assert spec.action.source == action
    assert (spec.workflow and spec.workflow.source) == workflow
    assert (spec.parameters and spec.parameters.source) == parameters


def test_parameters_have_places() -> None:
    """A message can point into the text of the call."""
    spec = read("{workflow: other n=<% $.x %>}").workflows[0].spec.tasks["a"]
    assert (spec.places["workflow"], spec.places["parameters.n"]) == (Place(5, 19), Place(5, 27))


MISTAKES = [
    ("{workflow: 5}", "5:19", "E105", "5 is not of type 'string'"),
    ("{workflow: ''}", "5:19", "E106", "'workflow' is empty"),
    ("{workflow: (x=1)}", "5:19", "E111", "does not begin with the name of a workflow"),
    ("{workflow: other n}", "5:25", "E111", "cannot read 'n'"),
    ("{workflow: <% $. %>}", "5:25", "E301", "'workflow': cannot read"),
    ("{workflow: o n=<% nope() %>}", "5:26", "E302", "no function 'nope'"),
    ("{action: a, workflow: b}", "5:20", "E112", "not both"),
]


@pytest.mark.parametrize(("task", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(task: str, place: str, code: str, words: str) -> None:
    """One mistake gives one error."""
    (problem,) = read(task).errors
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert words in problem.message
