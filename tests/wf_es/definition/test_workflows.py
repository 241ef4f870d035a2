"""Workflows: every key, and what is wrong with it."""

from __future__ import annotations

import pytest

from wf_es.definition import Place, Reading, WorkflowSpec, read_workflows
from wf_es.envelope import JSON

TASKS = "  tasks:\n    a: {action: std.noop}\n"


def read(body: str, tasks: str = TASKS) -> Reading:
    """Read a workflow; its body begins in line 3."""
    lines = "".join(f"  {line}\n" for line in body.splitlines())
    return read_workflows(f"version: '2.0'\nw:\n{lines}{tasks}", file="w.yaml")


def spec_of(body: str) -> WorkflowSpec:
    """Return the workflow of a text without problems."""
    reading = read(body)
    assert reading.problems == ()
    return reading.workflows[0].spec


def test_reads_all_keys() -> None:
    """Every key arrives in the model, with its places."""
    spec = spec_of(
        "type: direct\ndescription: d\ntags: [t]\ninput: [x, y: 5, z: null]\nvars: {v: <% $.x %>}\n"
        "output: {o: <% $.v %>}\noutput-on-error: {e: 1}"
    )
    assert (spec.name, spec.type, spec.description, spec.tags) == ("w", "direct", "d", ("t",))
    defaults: list[tuple[str, bool, JSON]] = [
        (parameter.name, parameter.required, parameter.default) for parameter in spec.input
    ]
    assert defaults == [("x", True, None), ("y", False, 5), ("z", False, None)]
    templates = (spec.vars, spec.output, spec.output_on_error)
    assert [template and template.source for template in templates] == [
        {"v": "<% $.x %>"},
        {"o": "<% $.v %>"},
        {"e": 1},
    ]
    assert spec.places["output.o"] == Place(8, 15)
    assert "tasks" not in spec.places
    assert list(spec.tasks) == ["a"]


@pytest.mark.parametrize(
    ("value", "text"), [("5", "5"), ("[a, 1]", '["a", 1]'), ("", ""), ("{a: ü}", '{"a": "ü"}')]
)
def test_a_description_may_be_anything(value: str, text: str) -> None:
    """What is not text is shown as JSON."""
    assert spec_of(f"description: {value}").description == text


def test_a_dictionary_default_is_kept() -> None:
    """Defaults may be any JSON."""
    assert spec_of("input:\n  - c: {k: [1]}").input[0].default == {"k": [1]}


MISTAKES = [
    ("outputs: {x: 1}", "3:3", "E104", "did you mean 'output'?"),
    ("colour: red", "3:3", "E104", "('colour' was unexpected)"),
    ("type: cyclic", "3:9", "E105", "'cyclic' is not one of ['direct', 'reverse']"),
    ("input: {x: 1}", "3:10", "E105", "is not of type 'array'"),
    ("input: []", "3:10", "E106", "[] should be non-empty"),
    ("input: [x, 5]", "3:14", "E105", "5 is not valid under any of the given schemas"),
    ("input: [{x: 1, y: 2}]", "3:11", "E105", "is not valid under any of the given schemas"),
    ("input: [x, x: 1]", "3:14", "E103", "'x' is declared twice"),
    ("input: [__env]", "3:11", "E113", "'__env' is reserved"),
    ("input: ['']", "3:11", "E109", "must not be empty"),
    ("vars: [x]", "3:9", "E105", "['x'] is not of type 'object'"),
    ("vars: {}", "3:9", "E106", "{} should be non-empty"),
    ("vars: {openstack: 1}", "3:10", "E113", "reserved"),
    ("output: <% $.x %>", "3:11", "E105", "is not of type 'object'"),
    ("output: {}", "3:11", "E106", "{} should be non-empty"),
    ("output:\n  deep:\n    deeper: ['{{ _. }}']", "5:17", "E301", "'output.deep.deeper.0'"),
    ("output-on-error: text", "3:20", "E105", "'text' is not of type 'object'"),
    ("tags: [[]]", "3:10", "E105", "[] is not of type 'string'"),
    ("vars: {x: <% nope() %>}", "3:16", "E302", "'vars.x': there is no function 'nope'"),
]


@pytest.mark.parametrize(("body", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(body: str, place: str, code: str, words: str) -> None:
    """One mistake gives one error, with the place of what is wrong."""
    (problem,) = read(body).errors
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert problem.subject == "workflow 'w'"
    assert words in problem.message


TASK_MISTAKES = [
    ("  description: x\n", "2:1", "E107", "'tasks' is a required property"),
    ("  tasks: {}\n", "3:10", "E106", "{} should be non-empty"),
    ("  tasks: [a]\n", "3:10", "E105", "['a'] is not of type 'object'"),
]


@pytest.mark.parametrize(("body", "place", "code", "words"), TASK_MISTAKES)
def test_a_workflow_has_tasks(body: str, place: str, code: str, words: str) -> None:
    """Without tasks there is nothing to run."""
    (problem,) = read("", tasks=body).errors
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert words in problem.message


def test_there_is_a_limit_of_tasks() -> None:
    """Ten thousand tasks are enough for everybody; the message names the limit."""
    text = "version: '2.0'\nw:\n tasks:\n" + "".join(f"  t{number}: {{a: b}}\n" for number in range(10_001))
    (problem,) = read_workflows(text).errors
    assert problem.code == "E101"
    assert "10001 tasks, the limit is 10000" in problem.message


def test_reverse_workflows_are_checked_as_such() -> None:
    """Transitions are unknown to them, and what is required must be there."""
    tasks = (
        "  tasks:\n    a: {requires: [b, ghost], on-success: b}\n"
        "    b: {action: std.noop, requires: a}\n    c: {requires: 5}\n"
    )
    found = [(p.line, p.code) for p in read("type: reverse", tasks).errors]
    assert found == [(5, "E201"), (5, "E104"), (7, "E105")]
