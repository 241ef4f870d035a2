"""Tasks: every key, and what is wrong with it."""

from __future__ import annotations

import pytest

from wf_es.definition import Place, Reading, TaskSpec, read_workflows
from wf_es.envelope import JSON

HEAD = "version: '2.0'\nw:\n  input: [x]\n  tasks:\n    a:\n"


def read(body: str, name: str = "a") -> Reading:
    """Read a workflow with one task; its body begins in line 6."""
    lines = "".join(f"      {line}\n" for line in body.splitlines())
    return read_workflows(HEAD.replace(" a:", f" {name}:") + lines, file="w.yaml")


def task_of(body: str) -> TaskSpec:
    """Return the task of a text without problems."""
    reading = read(body)
    assert reading.problems == ()
    return reading.workflows[0].spec.tasks["a"]


def test_reads_all_keys() -> None:
    """Every key arrives in the model, and the source is kept."""
    body = """
description: what it does
tags: [one, two]
action: std.http url=<% $.x %>
input: {method: GET}
publish: {p: <% task().result %>}
publish-on-error: {e: 1}
publish-on-skip: {s: 1}
keep-result: false
safe-rerun: <% $.x %>
target: box-<% $.x %>
"""
    task = task_of(body)
    given = {
        field: getattr(task, field).source
        for field in (
            "action",
            "parameters",
            "input",
            "publish",
            "publish_on_error",
            "publish_on_skip",
            "keep_result",
            "safe_rerun",
            "target",
        )
    }
    assert given == {
        "action": "std.http",
        "parameters": {"url": "<% $.x %>"},
        "input": {"method": "GET"},
        "publish": {"p": "<% task().result %>"},
        "publish_on_error": {"e": 1},
        "publish_on_skip": {"s": 1},
        "keep_result": False,
        "safe_rerun": "<% $.x %>",
        "target": "box-<% $.x %>",
    }
    assert (task.name, task.description, task.tags) == ("a", "what it does", ("one", "two"))
    assert task.source["action"] == "std.http url=<% $.x %>"


def test_a_task_without_action_does_nothing() -> None:
    """The default action is std.noop."""
    assert task_of("publish: {x: 1}").action.source == "std.noop"


def test_places_lead_back_to_the_text() -> None:
    """Keys, nested values and inline parameters have places."""
    task = task_of("action: std.http url=<% $.x %>\ninput:\n  headers: {k: v}\npublish: {p: 1}")
    assert task.place == Place(5, 5)
    expected = {
        "action": Place(6, 15),
        "parameters.url": Place(6, 28),
        "input": Place(7, 7),
        "input.headers.k": Place(8, 22),
        "publish.p": Place(9, 20),
    }
    assert {key: task.places[key] for key in expected} == expected


@pytest.mark.parametrize("value", ["all", "one", 1, 7])
def test_reads_join(value: JSON) -> None:
    """A join is a word or a number from 1 on."""
    text = HEAD + f"      join: {value}\n" + "".join(f"    t{n}: {{on-success: a}}\n" for n in range(7))
    assert read_workflows(text).workflows[0].spec.tasks["a"].join == value


def test_input_may_be_one_expression() -> None:
    """The whole input may come from an expression; white space around a block does not count."""
    assert task_of("input: <% $.x %>").input is not None
    found = task_of("input: |\n  <% $.x %>").input
    assert found is not None
    assert found.expressions[0].is_whole


def test_keys_that_mistral_injects_are_accepted() -> None:
    """A specification as Mistral stores it can be uploaded again."""
    assert task_of("name: a\nversion: '2.0'\ntype: direct\naction: std.noop").name == "a"


MISTAKES = [
    ("on-sucess: b", "6:7", "E104", "unknown key 'on-sucess'; did you mean 'on-success'?"),
    ("colour: red", "6:7", "E104", "Additional properties are not allowed ('colour' was unexpected)"),
    ("policies: {timeout: 1}", "6:7", "E104", "write its keys directly under the task"),
    ("requires: [a]", "6:7", "E104", "it belongs to tasks of workflows of type 'reverse'"),
    ("on-failure: fail", "6:7", "E104", "the key for a failed task is 'on-error'"),
    ("action: 5", "6:15", "E105", "'action' must be text: 5 is not of type 'string'"),
    ("action: ''", "6:15", "E106", "'action' is empty"),
    ("action: (x=1)", "6:15", "E111", "does not begin with the name of an action"),
    ("action: std.echo output", "6:24", "E111", "cannot read 'output'"),
    ("action: std.echo output=<% $. %>", "6:37", "E301", "'action.output': cannot read"),
    ("action: a\nworkflow: b", "7:7", "E112", "not both"),
    ("input: [x]", "6:14", "E105", "['x'] is not of type 'object'"),
    ("input: {}", "6:14", "E106", "{} should be non-empty"),
    ("input: text", "6:14", "E303", "'input' must be one whole expression"),
    ("input: text <% $.x %>", "6:14", "E303", "'input' must be one whole expression"),
    ("publish: [x]", "6:16", "E105", "['x'] is not of type 'object'"),
    ("publish: {}", "6:16", "E106", "{} should be non-empty"),
    ("publish:", "6:15", "E105", "None is not of type 'object'"),
    ("publish: <% $.x %>", "6:16", "E105", "is not of type 'object'"),
    ("publish: {openstack: 1}", "6:17", "E113", "'openstack' is reserved"),
    ("publish-on-error: {__task_execution: 1}", "6:26", "E113", "reserved"),
    ("publish:\n  x:\n    - y: <% $. %>", "8:22", "E301", "'publish.x.0.y': cannot read"),
    ("publish: {x: '<% $.x %> {{ _.x }}'}", "6:31", "E304", "YAQL and Jinja"),
    ("publish: {x: <% foo($.x) %>}", "6:23", "E302", "there is no function 'foo'"),
    ("publish: {x: <% $.x.toUper() %>}", "6:27", "E302", "did you mean 'toUpper'?"),
    ("publish: {x: '{{ _.x | uper }}'}", "6:30", "E302", "did you mean 'upper'?"),
    ("join: 0", "6:13", "E403", "not 0"),
    ("join: -1", "6:13", "E403", "not -1"),
    ("join: true", "6:13", "E403", "not True"),
    ("join: 1.5", "6:13", "E403", "not 1.5"),
    ("join: '2'", "6:13", "E403", "not '2'"),
    ("join: any", "6:13", "E403", "not 'any'"),
    ("keep-result: 1", "6:20", "E105", "1 is not of type 'boolean'"),
    ("safe-rerun: maybe", "6:19", "E303", "one whole expression"),
    ("target: ''", "6:15", "E106", "'target' is empty"),
    ("description: ''", "6:20", "E106", "'' should be non-empty"),
    ("tags: one", "6:13", "E105", "'one' is not of type 'array'"),
    ("tags: [a, 5]", "6:17", "E105", "5 is not of type 'string'"),
    ("tags: [a, a]", "6:17", "E103", "non-unique elements"),
    ("tags: []", "6:13", "E106", "[] should be non-empty"),
]


@pytest.mark.parametrize(("body", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(body: str, place: str, code: str, words: str) -> None:
    """A mistake has its code and the place of what is wrong."""
    found = [p for p in read(body).errors if p.code == code]
    assert len(found) == 1
    assert f"{found[0].line}:{found[0].column}" == place
    assert found[0].subject == "task 'a'"
    assert words in found[0].message


BODIES = [
    ("a:", "E105", "None is not of type 'object'"),
    ("a: {}", "E106", "{} should be non-empty"),
    ("a: [1]", "E105", "[1] is not of type 'object'"),
]


@pytest.mark.parametrize(("task", "code", "words"), BODIES)
def test_a_task_is_a_mapping_with_something_in_it(task: str, code: str, words: str) -> None:
    """The message is Mistral's, the task is named."""
    (problem,) = read_workflows(f"version: '2.0'\nw:\n  tasks:\n    {task}\n").errors
    assert (problem.code, problem.subject) == (code, "task 'a'")
    assert words in problem.message


NAMES = [
    ("a b", None),
    ("a.b-c", None),
    ("\u00fcml\u00e4ut \u4e2d", None),
    ("noop", None),
    ("'x'", None),
    ("x" * 255, None),
    ("x" * 256, "has 256 characters, 255 are allowed"),
    ("''", "must not be empty"),
    ('"a\\tb"', "control characters"),
]


@pytest.mark.parametrize(("name", "words"), NAMES)
def test_names_of_tasks(name: str, words: str | None) -> None:
    """Nearly any visible text may be the name of a task."""
    reading = read("action: std.noop", name)
    assert [p.code for p in reading.errors] == ([] if words is None else ["E109"])
    assert words is None or words in reading.errors[0].message


def test_names_of_joins_are_shorter() -> None:
    """A join may have 208 characters."""
    text = "version: '2.0'\nw:\n  tasks:\n    s: {{on-success: {0}}}\n    {0}: {{join: all}}\n"
    assert read_workflows(text.format("j" * 208)).errors == ()
    (problem,) = read_workflows(text.format("j" * 209)).errors
    assert problem.code == "E109"
    assert "208 are allowed" in problem.message
