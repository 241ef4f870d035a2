"""What a picture shows of a workflow."""

from __future__ import annotations

import msgspec
import pytest

from api.drawing import Diagram, Kind, diagram
from api.drawing.diagram import LABEL
from tests.api.drawing.conftest import HOSTILE, example_spec, named, spec_of
from wf_es.definition import Place
from wf_es.definition.model import ItemsSpec, RetrySpec
from wf_es.expressions import template

Arrow = tuple[str, str, str, str]


def arrows(drawn: Diagram) -> list[Arrow]:
    """Return the edges with the names of their ends: source, clause, label, target."""
    ends = [node.name if node.kind == Kind.TASK else f"({node.kind})" for node in drawn.nodes]
    return [(ends[edge.source], edge.clause, edge.label, ends[edge.target]) for edge in drawn.edges]


def tasks(text: str) -> Diagram:
    """Return the diagram of these tasks."""
    indented = "\n".join(f"    {line}" for line in text.strip().splitlines())
    return diagram(spec_of(f"version: '2.0'\nw:\n  tasks:\n{indented}\n"))


def test_the_example() -> None:
    """All transitions of deploy.yaml, a start, a command and an end."""
    drawn = diagram(example_spec("deploy"))

    assert arrows(drawn) == [
        ("(start)", "", "", "build"),
        ("(start)", "", "", "test"),
        ("build", "on-success", "", "accept"),
        ("test", "on-success", "", "accept"),
        ("accept", "on-success", "$.report.failed > 0", "(fail)"),
        ("accept", "on-success", "$.stage = 'staging'", "staging"),
        ("accept", "on-success", "$.stage != 'staging'", "deploy"),
        ("staging", "on-success", "", "deploy"),
        ("deploy", "on-success", "", "announce"),
        ("announce", "", "", "(end)"),
    ]
    accept = drawn.nodes[3]
    assert (accept.title, accept.detail, accept.marks, accept.is_join) == (
        "accept",
        "std.noop",
        ("join all",),
        True,
    )
    assert next(node.detail for node in drawn.nodes if node.kind == Kind.FAIL) == "tests failed"


def test_clauses_stay_apart() -> None:
    """Four clauses between the same two tasks are four edges, and one more with a guard."""
    drawn = diagram(spec_of(HOSTILE))

    first, second = drawn.nodes[1].name, drawn.nodes[2].name
    assert [arrow[1:3] for arrow in arrows(drawn) if (arrow[0], arrow[3]) == (first, second)] == [
        ("on-success", '$.a = "]]><script>" and $.b > 1'),
        ("on-success", ""),
        ("on-error", ""),
        ("on-complete", ""),
        ("on-skip", ""),
    ]


ENDS = {
    "nothing follows": ("{action: std.noop}", [""]),
    "only after an error": ("{action: std.noop, on-error: b}", [""]),
    "a loop under a guard": ("{action: std.noop, on-success: [a: <% $.x %>]}", ["otherwise"]),
    "a command under a guard": ("{action: std.noop, on-success: [fail: <% $.x %>]}", ["otherwise"]),
    "a loop for ever": ("{action: std.noop, on-success: a}", []),
    "it goes on": ("{action: std.noop, on-complete: b}", []),
    "it goes on under a guard": ("{action: std.noop, on-success: [b: <% $.x %>]}", []),
    "a command": ("{action: std.noop, on-success: succeed}", []),
}


@pytest.mark.parametrize(("task", "labels"), ENDS.values(), ids=list(ENDS))
def test_ends(task: str, labels: list[str]) -> None:
    """An end stands where nothing has to follow a success."""
    drawn = tasks(f"a: {task}\nb: {{action: std.noop, on-success: succeed}}")

    assert [arrow[2] for arrow in arrows(drawn) if arrow[0] == "a" and arrow[3] == "(end)"] == labels


def test_commands_of_a_task_are_shared_by_its_clauses() -> None:
    """One node for the same command with the same message, another one for any other."""
    drawn = tasks(
        """
a:
  action: std.noop
  on-success: fail msg=one
  on-complete: [fail msg=one, pause]
  on-error: [fail msg=two, noop]
b: {action: std.noop, on-success: fail msg=one}
"""
    )

    stops = [(node.kind, node.detail) for node in drawn.nodes if node.kind not in (Kind.TASK, Kind.START)]
    assert stops == [("fail", "one"), ("fail", "two"), ("noop", ""), ("pause", ""), ("fail", "one")]


def test_marks() -> None:
    """What else is unusual about a task stands on it."""
    spec = spec_of("version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop}\n")
    task = msgspec.structs.replace(
        spec.tasks["a"],
        workflow=template("other"),
        with_items=(ItemsSpec(name="i", items=template("<% $.all %>"), place=Place(1, 1)),),
        retry=RetrySpec(count=template(3), delay=template(1)),
        pause_before=template(True),
    )

    node = diagram(msgspec.structs.replace(spec, tasks={"a": task})).nodes[1]

    assert (node.detail, node.marks) == ("workflow other", ("with-items", "retry", "pause-before"))
    assert (node.is_workflow, node.is_repeated) == (True, True)


def test_a_reverse_workflow_shows_what_is_required() -> None:
    """Lines lead from what has to be done before; there is no end, as the goal is chosen later."""
    spec = spec_of("version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop}\n    b: {action: std.noop}\n")
    second = msgspec.structs.replace(spec.tasks["b"], requires=("a",))
    reverse = msgspec.structs.replace(spec, type="reverse", tasks={**spec.tasks, "b": second})

    assert arrows(diagram(reverse)) == [("(start)", "", "", "a"), ("a", "requires", "", "b")]


def test_long_texts_are_cut_and_kept() -> None:
    """The label is bearable, the whole guard and name are still there."""
    guard = "<% $.first = 1 and $.second = 2 and $.third = 3 and $.fourth = 4 %>"
    name = "a_task_whose_name_is_longer_than_any_box_should_be"
    drawn = tasks(f"{name}:\n  action: std.noop\n  on-success: [b: '{guard}']\nb: {{action: std.noop}}")

    edge = next(edge for edge in drawn.edges if edge.clause)
    assert len(edge.label) <= LABEL
    assert (edge.label[-1], edge.guard) == ("…", guard)
    assert (drawn.nodes[1].name, drawn.nodes[1].title[-1]) == (name, "…")


@pytest.mark.parametrize(("name", "title"), [("a\nb\x00", "a b�"), (" \t", "(no visible name)")])
def test_names_that_cannot_be_seen(name: str, title: str) -> None:
    """Even names that the language refuses make no broken line."""
    spec = spec_of("version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop}\n")

    assert diagram(named(spec, "a", name)).nodes[1].title == title
