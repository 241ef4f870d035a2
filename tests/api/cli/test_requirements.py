"""The report of a resume, in words."""

from __future__ import annotations

from typing import Any

import pytest

from api.cli.requirements import requirement_lines

NEED = {
    "task": "deploy",
    "key": "input.output",
    "expression": "<% $.host %>",
    "line": 8,
    "column": 15,
    "workflow": "web",
}
REPORT = {
    "resumable": False,
    "will_run": ["deploy", "announce"],
    "repeats": [{"task": "deploy", "action": "std.http"}],
    "missing": [
        {"variable": "host", "needed_by": NEED, "settable_at": ["deploy"]},
        {"variable": "task('test')", "needed_by": {**NEED, "expression": "<% task(test).result %>"}},
        {"variable": "port", "needed_by": {**NEED, "task": "", "key": "output"}, "settable_at": []},
        {"variable": "channel", "needed_by": {}},
    ],
    "unknown": [
        {"kind": "action", "name": "acme", "why": "there is no such action", "needed_by": NEED},
        {"kind": "input", "name": "x", "why": "no such input", "needed_by": NEED, "is_certain": False},
    ],
    "undetermined": [{"variable": None, "why": "the name is computed", "needed_by": NEED}],
    "present": [
        {"variable": "a", "source": "context", "task": "build", "event": 7, "needed_by": NEED},
        {"variable": "b", "source": "task", "task": "test", "event": None, "needed_by": NEED},
        {"variable": "c", "source": "vars", "needed_by": {"task": "outer/", "key": "output.r"}},
    ],
    "outstanding": [{"name": "ask"}],
    "refused": [{"task": "build", "why": "already succeeded"}],
    "position": 57,
}


def test_every_part_of_the_report_is_told() -> None:
    """What stands against the resume comes first, each with its place and what helps."""
    assert requirement_lines(REPORT) == [
        "missing:",
        "  PLACE     VARIABLE      NEEDED BY      IN            EXPRESSION               REMEDY",
        "  web:8:15  host          task 'deploy'  input.output  <% $.host %>             --set host=...",
        "  web:8:15  task('test')  task 'deploy'  input.output  <% task(test).result %>"
        "  it will not have run: --force",
        "  web:8:15  port          workflow       output        <% $.host %>"
        "             no chosen task can give it: --force",
        "            channel",
        "unknown or not given:",
        "  PLACE     WHAT           NEEDED BY      WHY",
        "  web:8:15  action 'acme'  task 'deploy'  there is no such action",
        "  web:8:15  input 'x'      task 'deploy'  no such input            only if a task fails before",
        "refused: build (already succeeded)",
        "will run: deploy, announce",
        "runs again what has already had an effect: deploy (std.http)",
        "cannot be told in advance:",
        "  PLACE     VARIABLE  NEEDED BY      IN            EXPRESSION    WHY",
        "  web:8:15  ?         task 'deploy'  input.output  <% $.host %>  the name is computed",
        "still under way: ask",
        "present:",
        "  VARIABLE  FROM                      NEEDED BY            IN",
        "  a         event 7, by task 'build'  task 'deploy'        input.output",
        "  b         task 'test', on the way   task 'deploy'        input.output",
        "  c         vars                      workflow of 'outer'  output.r",
    ]


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ({"source": "override", "task": "deploy"}, "this request"),
        ({"source": "global", "task": "a", "event": 4}, "global (event 4, by task 'a')"),
        ({"source": "input", "event": 1}, "input (event 1)"),
        ({"source": "vars"}, "vars"),
        ({"source": "context", "event": 9}, "event 9"),
    ],
)
def test_where_a_variable_comes_from(origin: dict[str, Any], words: str) -> None:
    """An event or a task is named if there is one."""
    *_, line = requirement_lines({"present": [{"variable": "v", "needed_by": NEED, **origin}]})
    assert f"  {words}  " in line


def test_an_unknown_entry_is_shown_as_data() -> None:
    """Nothing that the server says is swallowed."""
    assert requirement_lines({"outstanding": [{"x": 1}]}) == ['still under way: {"x": 1}']


@pytest.mark.parametrize(
    ("variable", "settable_at", "remedy"),
    [
        ("env().host", [], "--env host=..."),
        ("env().db.port", [], """--env db:='{"port": ...}'"""),
        ("order.id", ["a"], """--set order:='{"id": ...}'"""),
        ("order.id", [], "no chosen task can give it: --force"),
        ("task('a').result.id", [], "its answer lacks it: --force"),
    ],
)
def test_what_helps_against_a_missing_key(variable: str, settable_at: list[str], remedy: str) -> None:
    """What is given is put together with what is there."""
    missing = {"variable": variable, "needed_by": NEED, "settable_at": settable_at}
    (_, _, row) = requirement_lines({"missing": [missing]})
    assert row.endswith(f"  {remedy}")
