"""The functions of the expression languages that ask about the execution."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

FIRST = """
w:
  input: [{i: 1}]
  tags: [t]
  tasks:
    a: {action: std.async_noop, publish: {p: <% task().result %>}, on-success: b}
    b: {action: std.echo, input: {output: %s}}
"""


def output_of(story: Any, expression: Any, **start: Any) -> Any:
    """Return what an expression gives in the input of a second task."""
    told = story(FIRST.replace("%s", f'"{expression}"'))
    told.start(**start)
    told.complete("a", {"code": 7})
    assert told.state.state == "RUNNING", told.state.state_info
    return told, told.unfinished()[0].input["output"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("<% task(a).result.code %>", 7),
        ("<% task(a).published %>", {"p": {"code": 7}}),
        ("<% task(a).state %>", "SUCCESS"),
        ("<% task().name %>", "b"),
        ("<% task(nobody) %>", None),
        ("<% execution().name %>", "w"),
        ("<% execution().input %>", {"i": 1}),
        ("<% env().v %>", 5),
        ("<% global(nothing) %>", None),
        ("<% tasks(execution().id).select($.name) %>", ["a", "b"]),
        ("<% tasks(execution().id, state => SUCCESS).select($.name) %>", ["a"]),
        ("{{ task('a').result.code }}", 7),
        ("{{ execution().name }}", "w"),
    ],
)
def test_values(story: Any, expression: Any, expected: Any) -> None:
    """Each function gives what Mistral gives, in both languages."""
    _, value = output_of(story, expression, params={"env": {"v": 5}})
    assert value == expected


def test_task_has_mistrals_fields(story: Any) -> None:
    """The description of a task has Mistral's keys."""
    _, value = output_of(story, "<% task(a) %>")
    assert set(value) == {
        "id",
        "name",
        "spec",
        "state",
        "state_info",
        "result",
        "published",
        "type",
        "workflow_execution_id",
        "created_at",
        "updated_at",
    }


def test_a_spec_has_what_mistral_adds(story: Any) -> None:
    """Of a task its name, the language's version and the type; the workflow's holds those of its tasks."""
    _, task = output_of(story, "<% task(a).spec %>")
    assert (task["action"], task["name"], task["version"], task["type"]) == (
        "std.async_noop",
        "a",
        "2.0",
        "direct",
    )
    _, workflow = output_of(story, "<% execution().spec %>")
    assert (workflow["name"], workflow["version"], workflow["tasks"]["a"]) == ("w", "2.0", task)


def test_uuid_is_one_and_stays_the_same(story: Any) -> None:
    """uuid() draws from the command: deciding again gives the same (checked by every story)."""
    _, value = output_of(story, "<% uuid() %>")
    assert UUID(value).version == 4


@pytest.mark.parametrize(
    ("expression", "function", "asked"),
    [
        ("<% tasks() %>", "tasks", {"workflow_execution_id": None, "state": None}),
        ("<% tasks(other, state => ERROR) %>", "tasks", {"workflow_execution_id": "other", "state": "ERROR"}),
        ("<% executions(state => RUNNING).len() %>", "executions", {"state": "RUNNING", "id": None}),
        ("{{ executions(id='x') }}", "executions", {"id": "x"}),
    ],
)
def test_other_executions_are_asked_about(story: Any, expression: Any, function: Any, asked: Any) -> None:
    """A decision that needs to know about others is made again with the answer."""
    told = story(FIRST.replace("%s", f'"{expression}"'))
    told.answer = lambda question: [{"asked": question.function}]
    told.start()
    told.complete("a")
    question = told.questions[-1]
    assert question.function == function
    assert dict(question.arguments).items() >= asked.items()
    value = told.unfinished()[0].input["output"]
    assert value in ([{"asked": function}], 1)
