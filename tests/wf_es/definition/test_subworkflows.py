"""Calls between the workflows of one text or workbook."""

from __future__ import annotations

import pytest

from tests.effort import cost
from wf_es.definition import read_workbook, read_workflows


def found(text: str) -> list[tuple[int, str, str]]:
    """Return line, code and words of what is said of a text."""
    reading = read_workflows(f"version: '2.0'\n{text}")
    return [
        (problem.line, problem.code, f"{problem.subject}: {problem.message}") for problem in reading.problems
    ]


CALLEE = """
v:
  input: [x, y: 1]
  tasks: {a: {action: std.noop}}
"""

INPUTS = {
    "all given": ("{workflow: v x=1}", []),
    "by input": ("{workflow: v, input: {x: 1, y: 2}}", []),
    "by both": ("{workflow: v y=1, input: {x: 1}}", []),
    "not known yet": ("{workflow: v, input: <% env().all %>}", []),
    "not known yet, and a parameter": ("{workflow: v y=1, input: <% env().all %>}", []),
    "parameters of the execution": ("{workflow: v x=1 env=<% env() %>, input: {notify: []}}", []),
    "named by an expression": ("{workflow: <% env().name %>}", []),
    "not in this text": ("{workflow: elsewhere z=1}", []),
    "missing": ("{workflow: v}", [(3, "W503", "task 'a': Invalid input of workflow 'v': missing=['x']")]),
    "unexpected": (
        "{workflow: v x=1 w=2}",
        [(3, "W504", "task 'a': workflow 'v' has no input 'w', and no execution has such a parameter")],
    ),
    "misspelt": (
        "{workflow: v x=1, input: {noitfy: []}}",
        [
            (
                3,
                "W504",
                "task 'a': workflow 'v' has no input 'noitfy', and no execution has such a parameter; "
                "did you mean 'notify'?",
            )
        ],
    ),
}


@pytest.mark.parametrize("case", INPUTS)
def test_inputs_of_a_workflow_in_the_same_text(case: str) -> None:
    """What is missing and what nobody reads; silence where it cannot be known."""
    task, expected = INPUTS[case]
    assert found(f"w: {{tasks: {{\n  a: {task}}}}}\n{CALLEE}") == expected


def test_a_reverse_workflow_needs_a_target() -> None:
    """Its executions are started with ``task_name``."""
    callee = "v: {type: reverse, tasks: {a: {action: std.noop}}}\n"
    assert found(f"w: {{tasks: {{a: {{workflow: v task_name=a}}}}}}\n{callee}") == []
    ((_, code, words),) = found(f"w: {{tasks: {{a: {{workflow: v}}}}}}\n{callee}")
    assert (code, words) == ("W503", "task 'a': Invalid input of workflow 'v': missing=['task_name']")


CIRCLES = {
    "itself": ("w: {tasks: {a: {workflow: w}}}", ["workflow 'w' always calls itself"]),
    "in turn": (
        "w: {tasks: {a: {workflow: v}}}\nv: {tasks: {a: {workflow: u}}}\nu: {tasks: {a: {workflow: v}}}",
        ["workflows always call each other in a circle (v -> u -> v)"],
    ),
    "behind what always runs": (
        "w: {tasks: {a: {on-success: b}, b: {on-complete: z}, c: {on-success: z}, "
        "z: {join: all, workflow: w}}}",
        ["workflow 'w' always calls itself"],
    ),
    "behind a guard": ("w: {tasks: {a: {on-success: [b: <% env().more %>]}, b: {workflow: w}}}", []),
    "behind a failure": ("w: {tasks: {a: {on-error: b, action: x}, b: {workflow: w}}}", []),
    "for each item, if there are any": (
        "w: {input: [l], tasks: {a: {with-items: 'i in <% $.l %>', workflow: w, input: {l: <% $.i %>}}}}",
        [],
    ),
    "unless it ends before": ("w: {tasks: {a: {on-success: [succeed, b]}, b: {workflow: w}}}", []),
    "a join that need not be reached": (
        "w: {tasks: {a: {on-success: z}, b: {on-error: z}, z: {join: all, workflow: w}}}",
        [],
    ),
    "chosen in a reverse workflow": (
        "w: {type: reverse, tasks: {a: {workflow: w task_name=b}, b: {action: std.noop}}}",
        [],
    ),
}


@pytest.mark.parametrize("case", CIRCLES)
def test_calls_without_end(case: str) -> None:
    """Only what every execution does counts: a circle with a way out is a recursion."""
    text, expected = CIRCLES[case]
    messages = [words.partition(": ")[2] for _, code, words in found(text) if code == "W511"]
    assert len(messages) == len(expected)
    for message, words in zip(messages, expected, strict=True):
        assert message.startswith(words)


def test_in_a_workbook_short_and_whole_names_are_known() -> None:
    """Its workflows call each other by either."""
    text = """version: '2.0'
name: book
workflows:
  w:
    tasks:
      a: {workflow: v}
      b: {workflow: book.v}
      c: {workflow: v x=1, on-success: d}
      d: {workflow: other.v}
  v:
    input: [x]
    tasks: {a: {workflow: book.w}}
"""
    problems = read_workbook(text).problems
    assert [(problem.line, problem.code) for problem in problems] == [(6, "W503"), (7, "W503"), (12, "W511")]


def test_a_long_chain_of_calls_is_followed_quickly() -> None:
    """Each workflow is looked at once, however deep it stands."""
    count = 4_000
    text = "".join(
        f"w{number}: {{tasks: {{a: {{workflow: w{(number + 1) % count}}}}}}}\n" for number in range(count)
    )
    (problem,) = found(text)
    assert problem[1] == "W511"
    assert cost(lambda: found(text), limit=10) < 10
