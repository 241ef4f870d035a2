"""What tasks of reverse workflows require, and the graph that follows from it."""

from __future__ import annotations

import pytest

from tests.effort import cost
from wf_es.definition import Graph, Reading, read_workflows


def read(tasks: str, head: str = "") -> Reading:
    """Read a reverse workflow; its tasks begin in line 6, one per line."""
    lines = "".join(f"    {line}\n" for line in tasks.splitlines())
    text = f"version: '2.0'\nw:\n  {head or 'input: [x]'}\n  type: reverse\n  tasks:\n{lines}"
    return read_workflows(text, file="w.yaml")


def graph_of(tasks: str) -> Graph:
    """Return the graph of a text without problems."""
    reading = read(tasks)
    assert reading.problems == ()
    return reading.workflows[0].graph


DIAMOND = """\
top: {requires: [left, right]}
left: {requires: base}
alone: {action: std.noop}
base: {action: std.noop}
right: {requires: [base]}"""


def test_the_graph_of_a_diamond() -> None:
    """Edges lead from what is required; order is that of the definition."""
    graph = graph_of(DIAMOND)
    assert graph.requires == {
        "top": ("left", "right"),
        "left": ("base",),
        "alone": (),
        "base": (),
        "right": ("base",),
    }
    assert graph.start_tasks == ("alone", "base")
    assert graph.outbound["base"] == ("left", "right")
    assert graph.inbound["top"] == ("left", "right")
    assert graph.looping == frozenset()
    assert graph.descendants("base") == {"left", "right", "top"}


@pytest.mark.parametrize(
    ("target", "needed"),
    [
        ("top", ("top", "left", "base", "right")),
        ("left", ("left", "base")),
        ("base", ("base",)),
        ("alone", ("alone",)),
    ],
)
def test_what_is_needed_for_a_target(target: str, needed: tuple[str, ...]) -> None:
    """The target and all it requires, directly or not, in the order of the definition."""
    assert graph_of(DIAMOND).needed_for(target) == needed


def test_needed_for_is_quick() -> None:
    """Ten thousand tasks in a row are asked for in no time."""
    lines = "".join(f"    t{n}: {{requires: t{n + 1}}}\n" for n in range(9_999))
    text = f"version: '2.0'\nw:\n  type: reverse\n  tasks:\n{lines}    t9999: {{action: std.noop}}\n"
    graph = read_workflows(text).workflows[0].graph
    assert len(graph.needed_for("t0")) == 10_000
    assert cost(lambda: graph.needed_for("t0"), limit=0.1) < 0.1


MISTAKES = [
    ("a: {requires: ghost}", "6:19", "E201", "Task 'ghost' not found"),
    ("alpha: {action: x}\nb: {requires: [alpa]}", "7:20", "E201", "did you mean 'alpha'?"),
    ("a: {requires: fail}", "6:19", "E201", "an engine command cannot be required"),
    ("a: {requires: a}", "6:19", "E404", "task 'a' requires itself"),
    ("a: {requires: []}", "6:19", "E106", "[] should be non-empty"),
    ("a: {requires: ''}", "6:19", "E106", "'' should be non-empty"),
    ("a: {requires: 5}", "6:19", "E105", "a task or a list of tasks, not 5"),
    ("a: {requires: [5]}", "6:20", "E105", "5 is not of type 'string'"),
    ("a: {action: x}\nb: {requires: [a, a]}", "7:23", "E103", "non-unique"),
    ("a: {requires: b}\nb: {requires: a}", "6:19", "E404", "(a -> b -> a)"),
    (
        "z: {requires: a}\na: {requires: [n, c]}\nn: {x: 1}\nc: {requires: [a]}",
        "7:9",
        "E404",
        "(a -> c -> a)",
    ),
    ("a: {on-success: b}\nb: {action: x}", "6:9", "E104", "('on-success' was unexpected)"),
    ("a: {join: all}", "6:9", "E104", "('join' was unexpected)"),
]


@pytest.mark.parametrize(("tasks", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(tasks: str, place: str, code: str, words: str) -> None:
    """The mistake is among the errors, once."""
    found = [problem for problem in read(tasks).errors if problem.code == code and words in problem.message]
    assert [f"{problem.line}:{problem.column}" for problem in found] == [place]


def test_each_circle_is_reported_once() -> None:
    """Two circles, of which one is long: the way is cut, nothing is said twice."""
    ring = "".join(f"r{n}: {{requires: r{(n + 1) % 30}}}\n" for n in range(30))
    found = read(f"a: {{requires: b}}\nb: {{requires: a}}\nc: {{requires: [a]}}\n{ring}").errors
    assert sorted(problem.code for problem in found) == ["E404", "E404"]
    assert any(problem.message.count("->") == 10 and "-> ...)" in problem.message for problem in found)


def test_many_circles_are_found_quickly() -> None:
    """A hostile text costs no more than an honest one."""
    lines = "".join(f"    a{n}: {{requires: b{n}}}\n    b{n}: {{requires: a{n}}}\n" for n in range(2_000))
    text = f"version: '2.0'\nw:\n  type: reverse\n  tasks:\n{lines}"
    assert read_workflows(text).errors
    assert cost(lambda: read_workflows(text), limit=5) < 5


def test_a_task_that_is_called_like_a_command_can_be_required() -> None:
    """Tasks come first, as in transitions."""
    assert graph_of("fail: {action: std.noop}\na: {requires: fail}").requires["a"] == ("fail",)


VARIABLES = [
    ("a: {publish: {v: 1}}\nb: {requires: a, input: {i: <% $.v %>}}", []),
    ("a: {publish: {v: 1}}\nb: {requires: a}\nc: {requires: b, input: {i: <% $.v %>}}", []),
    ("a: {publish: {v: 1}}\nb: {input: {i: <% $.v %>}}", ["7:20"]),
    ("a: {publish: {v: 1}, requires: b}\nb: {input: {i: <% $.v %>}}", ["7:20"]),
    ("a: {requires: ghost, input: {i: <% $.v %>}}", []),
]


@pytest.mark.parametrize(("tasks", "places"), VARIABLES)
def test_a_task_sees_the_variables_of_what_it_requires(tasks: str, places: list[str]) -> None:
    """Not those of tasks that require it, or of strangers; where names are in doubt, silence."""
    found = [p for p in read(tasks).problems if p.code == "W501"]
    assert [f"{p.line}:{p.column}" for p in found] == places


def test_no_start_task_is_needed() -> None:
    """The checks of transitions do not speak of reverse workflows."""
    codes = {problem.code for problem in read("a: {requires: b}\nb: {requires: a}").problems}
    assert codes == {"E404"}
