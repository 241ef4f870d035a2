"""The functions of the expression languages: every spelling, and in every scope."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from tests.wf_es.execution.places import DATA, GIVEN, PLACES, begun, first, w


class Function(NamedTuple):
    """A function in all its spellings, each to be wrapped in the marks of its language.

    ``gives`` is the value, or a function that says whether it is right.
    """

    yaql: list[str]
    jinja: list[str]
    gives: Any


def is_uuid(value: Any) -> bool:
    """Whether a value looks like a random UUID."""
    return isinstance(value, str) and len(value) == 36 and value[14] == "4"


FUNCTIONS = {
    "task": Function(
        ["task(before).name", "task(name => before).name", "task(taskName => before).name"],
        [
            "task('before').name",
            "task(name='before').name",
            "task(task_name='before').name",
            "('before' | task).name",
        ],
        "before",
    ),
    "task, the current one": Function(["task().name"], ["task().name"], "t"),
    "task, unknown": Function(["task(nobody)"], ["task('nobody')", "'nobody' | task"], None),
    "task, its fields": Function(
        ["task(before).keys().orderBy($)"],
        ["task('before').keys() | sort"],
        sorted(
            "id name spec state state_info result published type workflow_execution_id created_at"
            " updated_at".split()
        ),
    ),
    "tasks": Function(
        [
            "tasks(execution().id).name",
            "tasks(workflow_execution_id => execution().id).select($.name)",
            "tasks(execution().id, false).name",
        ],
        [
            "tasks(execution().id) | map(attribute='name') | list",
            "tasks(workflow_execution_id=execution().id) | map(attribute='name') | list",
            "execution().id | tasks | map(attribute='name') | list",
        ],
        ["before", "t"],
    ),
    "tasks in a state": Function(
        [
            "tasks(execution().id, state => SUCCESS).name",
            "tasks(execution().id, recursive => false, state => SUCCESS, flat => true).name",
        ],
        [
            "tasks(execution().id, state='SUCCESS') | map(attribute='name') | list",
            "execution().id | tasks(state='SUCCESS') | map(attribute='name') | list",
        ],
        ["before"],
    ),
    "task, of none": Function(["task(nothing)"], ["task('nothing')"], None),
    "tasks of others": Function(
        ["tasks('other', true, ERROR)", "tasks(other, recursive => true, state => ERROR)"],
        ["tasks('other', True, 'ERROR')", "'other' | tasks(recursive=True, state='ERROR')"],
        ["tasks", {"flat": False, "recursive": True, "state": "ERROR", "workflow_execution_id": "other"}],
    ),
    "execution": Function(["execution().name"], ["execution().name"], "w"),
    "execution, its fields": Function(
        ["execution().keys().orderBy($)"],
        ["execution().keys() | sort"],
        sorted("id name spec input params created_at updated_at root_execution_id".split()),
    ),
    "executions": Function(
        ["executions(state => ERROR, id => x)", "executions(x, state => ERROR)"],
        ["executions(state='ERROR', id='x')", "'x' | executions(state='ERROR')"],
        [
            "executions",
            {"from_time": None, "id": "x", "root_execution_id": None, "state": "ERROR", "to_time": None},
        ],
    ),
    "env": Function(["env().e", "$.get('__env').e"], ["env().e", "_.__env.e", "_['__env']['e']"], {"v": 1}),
    "global": Function(
        ["global(g)", "global('g')", "global(name => g)", "global(varName => g)"],
        ["global('g')", "global(name='g')", "global(var_name='g')", "'g' | global"],
        "global",
    ),
    "global, of vars": Function(["global(v)"], ["global('v')", "'v' | global"], "var"),
    "global, unknown": Function(["global(nothing)"], ["global('nothing')", "'nothing' | global"], None),
    "uuid": Function(["uuid()"], ["uuid()"], is_uuid),
    "json_dump": Function(
        ["json_dump($.data)"], ["json_dump(_.data)", "_.data | json_dump"], json.dumps(DATA, indent=4)
    ),
    "json_parse": Function(
        ["json_parse(json_dump($.data))"],
        ["json_parse(json_dump(_.data))", "_.data | json_dump | json_parse"],
        DATA,
    ),
    "yaml_dump": Function(
        ["yaml_dump($.data)"], ["yaml_dump(_.data)", "_.data | yaml_dump"], "a:\n- 1\n- b: null\n"
    ),
    "yaml_parse": Function(
        ["yaml_parse(yaml_dump($.data))"],
        ["yaml_parse(yaml_dump(_.data))", "_.data | yaml_dump | yaml_parse"],
        DATA,
    ),
    "filters of Jinja": Function(
        ["$.hosts.join('-')"], ["_.hosts | join('-')", "_.hosts | map('upper') | join('-') | lower"], "x-y"
    ),
}


def spellings() -> list[Any]:
    """Return every spelling of every function, as a whole expression."""
    return [
        pytest.param(name, code, id=f"{name}: {code}")
        for name, function in FUNCTIONS.items()
        for code in (
            *(f"<% {code} %>" for code in function.yaql),
            *(f"{{{{ {code} }}}}" for code in function.jinja),
        )
    ]


@pytest.mark.parametrize(("name", "code"), spellings())
def test_functions(story: Any, name: str, code: str) -> None:
    """Each gives the same in both languages, as a function and, in Jinja, as a filter."""
    spec = w(
        tasks={
            "before": {"on-success": {"publish": {"global": {"g": "global"}}, "next": "t"}},
            "t": {"action": "std.echo", "input": {"output": code}},
        },
        vars={"v": "var"},
    )
    told = story("w: " + json.dumps(spec))
    told.answer = lambda question: [question.function, dict(question.arguments)]
    told.start(input=GIVEN, params={"env": {"e": {"v": 1}}})
    told.complete("before")
    assert told.unfinished(), told.state.state_info
    found, expected = first(told).input["output"], FUNCTIONS[name].gives
    assert expected(found) if callable(expected) else found == expected


SCOPES = (
    "vars",
    "input",
    "target",
    "publish",
    "on-success.publish.global",
    "on-error.publish.atomic",
    "message of fail",
    "output",
    "output-on-error",
)


@pytest.mark.parametrize("code", ["<% json_dump(env().e) %>", "{{ env().e | json_dump }}"])
@pytest.mark.parametrize("name", SCOPES)
def test_functions_are_there_in_every_scope(story: Any, name: str, code: str) -> None:
    """Whatever can be seen there, functions can be called."""
    told = begun(story, PLACES[name].around(code), params={"env": {"e": 3}})
    assert PLACES[name].look(told) == "3"


@pytest.mark.parametrize("code", ["<% global(v) %>", "{{ global('v') }}", "{{ 'v' | global }}"])
@pytest.mark.parametrize("name", [name for name in SCOPES if name != "vars"])
def test_global_is_there_in_every_scope(story: Any, name: str, code: str) -> None:
    """Once the execution has begun, its global variables can be asked for, whatever hides them."""
    told = begun(story, {**PLACES[name].around(code), "vars": {"v": "var"}})
    assert PLACES[name].look(told) == "var"


@pytest.mark.parametrize("code", ["<% task() %>", "{{ task() }}"])
@pytest.mark.parametrize("name", ["vars", "output", "output-on-error"])
def test_there_is_no_task_outside_of_one(story: Any, name: str, code: str) -> None:
    """Without a name the function gives null there."""
    told = begun(story, PLACES[name].around(code))
    assert PLACES[name].look(told) is None
