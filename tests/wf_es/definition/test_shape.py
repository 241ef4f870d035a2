"""Checks of shape: starts, joins, and tasks that nobody reaches."""

from __future__ import annotations

import pytest

from wf_es.definition import Problem, read_workflows


def problems_of(tasks: str) -> tuple[Problem, ...]:
    """Return the problems of tasks written in one line each; the first line is 5."""
    lines = "".join(f"    {line.strip()}\n" for line in tasks.strip().splitlines())
    return read_workflows(f"version: '2.0'\nw:\n  vars: {{go: 1}}\n  tasks:\n{lines}").problems


CASES = [
    (
        "a: {on-success: b}\nb: {on-success: a}",
        [(2, "E401", "workflow 'w'", "Failed to find start tasks in direct workflow")],
    ),
    ("a: {on-success: a}", [(2, "E401", "workflow 'w'", "at least one task without inbound transition")]),
    ("a: {on-success: b}\nb: {join: all}", []),
    ("a: {join: all}", [(5, "E402", "task 'a'", "needs at least 1 inbound tasks, but 0 lead here")]),
    ("a: {join: one}", [(5, "E402", "task 'a'", "needs at least 1")]),
    (
        "a: {on-success: b, on-error: b}\nb: {join: 2}",
        [(6, "E402", "task 'b'", "at least 2 inbound tasks, but 1")],
    ),
    ("a: {on-success: c}\nb: {on-success: c}\nc: {join: 2}", []),
    ("a: {on-success: b}\nb: {join: one, on-success: {b: <% $.go %>}}", []),
    (
        "a: {action: std.noop}\nb: {on-success: c}\nc: {on-success: [b, d]}\nd: {action: std.noop}",
        [
            (6, "W505", "task 'b'", "never runs"),
            (7, "W505", "task 'c'", "never"),
            (8, "W505", "task 'd'", "never"),
        ],
    ),
]


@pytest.mark.parametrize(("tasks", "expected"), CASES)
def test_reports_shapes_that_cannot_work(tasks: str, expected: list[tuple[int, str, str, str]]) -> None:
    """Each finding names the task or workflow and stands at its place."""
    found = problems_of(tasks)
    assert [(p.line, p.code, p.subject) for p in found] == [case[:3] for case in expected]
    assert all(case[3] in problem.message for case, problem in zip(expected, found, strict=True))


DOUBTFUL = [
    "a: {on-sucess: b}\nb: {join: all}",
    "a: {on-success: bb}\nb: {join: all}",
    "a: {on-success: [{b: true}, 5]}\nb: {join: 2}",
    "a:\nb: {join: all}",
    "a: {action: std.noop}\na: {on-success: b}\nb: {join: all}",
]


@pytest.mark.parametrize("tasks", DOUBTFUL)
def test_does_not_blame_a_join_for_a_clause_that_cannot_be_read(tasks: str) -> None:
    """Where transitions are in doubt, only the doubtful ones are reported."""
    codes = {problem.code for problem in problems_of(tasks)}
    assert codes
    assert not codes & {"E402", "W505"}


def test_other_mistakes_do_not_hide_the_shape() -> None:
    """All problems at once: a bad expression and an impossible join."""
    codes = [p.code for p in problems_of("a: {publish: {x: <% $. %>}, colour: red}\nb: {join: all}")]
    assert codes == ["E301", "E104", "E402"]
