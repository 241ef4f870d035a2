"""Joins that can never be satisfied, and transitions that are never taken."""

from __future__ import annotations

import pytest

from tests.effort import cost
from wf_es.definition import read_workflows


def found(tasks: str, code: str) -> list[str]:
    """Return what is said of these tasks, as ``line: words``."""
    reading = read_workflows(f"version: '2.0'\nw:\n  tasks:\n{tasks}")
    assert reading.errors == ()
    return [f"{p.line}: {p.subject}: {p.message}" for p in reading.problems if p.code == code]


IMPOSSIBLE = {
    "waits for itself": (
        """
    s: {on-success: a}
    a: {join: all, on-success: a}
""",
        ["6: task 'a': 'join: all' can never be satisfied: 'a' can only come after it, or not at all"],
    ),
    "waits for its own loop": (
        """
    s: {on-success: a}
    a: {join: all, on-success: b}
    b: {on-success: a}
""",
        ["6: task 'a': 'join: all' can never be satisfied: 'b' can only come after it"],
    ),
    "wait for each other": (
        """
    s: {on-success: [a, b]}
    a: {join: all, on-success: b}
    b: {join: 2, on-success: a}
""",
        ["6: task 'a': 'join: all' can never be satisfied: 'b'", "7: task 'b': 'join: 2' can never be"],
    ),
    "waits for what is never reached": (
        """
    s: {on-success: z}
    p: {on-success: [q, z]}
    q: {on-success: p}
    z: {join: all}
""",
        ["8: task 'z': 'join: all' can never be satisfied: 'p' can only come after it, or not at all"],
    ),
    "success and failure of one task": (
        """
    s: {on-success: b, on-error: c}
    b: {on-success: z}
    c: {on-complete: z}
    z: {join: all}
""",
        ["8: task 'z': 'join: all' can never be satisfied: one branch begins when task 's' succeeds"],
    ),
    "directly and behind a failure": (
        """
    s: {on-success: z, on-error: c}
    c: {on-success: z}
    z: {join: 2}
""",
        ["7: task 'z': 'join: 2' can never be satisfied: one branch begins when task 's' succeeds"],
    ),
    "far away": (
        """
    r: {on-success: s}
    s: {on-success: [b, x], on-error: c}
    x: {}
    b: {on-success: b2}
    b2: {on-complete: z}
    c: {on-error: z}
    z: {join: all}
""".replace("{}", "{action: std.noop}"),
        ["11: task 'z': 'join: all' can never be satisfied: one branch begins when task 's' succeeds"],
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_impossible_joins_are_found(case: str) -> None:
    """Each once, at its join, with the reason."""
    tasks, expected = IMPOSSIBLE[case]
    messages = found(tasks, "W508")
    assert len(messages) == len(expected)
    for message, words in zip(messages, expected, strict=True):
        assert message.startswith(words)


POSSIBLE = {
    "both outcomes lead to the join itself": """
    s: {on-success: z, on-error: z}
    t: {on-success: z}
    z: {join: all}
""",
    "one of two is enough": """
    s: {on-success: b, on-error: c}
    b: {on-success: z}
    c: {on-success: z}
    z: {join: one}
""",
    "two of three": """
    s: {on-success: b, on-error: c, on-complete: d}
    b: {on-success: z}
    c: {on-success: z}
    d: {on-success: z}
    z: {join: 2}
""",
    "a join in a loop": """
    s: {on-success: a}
    a: {on-success: [b, c]}
    b: {on-success: z}
    c: {on-success: z}
    z: {join: all, on-success: a}
""",
    "the task runs twice": """
    p: {on-success: s}
    q: {on-success: s}
    s: {on-success: b, on-error: c}
    b: {on-success: z}
    c: {on-success: z}
    z: {join: all}
""",
    "the task lies in a loop": """
    p: {on-success: s}
    s: {on-success: [s, b], on-error: c}
    b: {on-success: z}
    c: {on-success: z}
    z: {join: all}
""",
    "the failure of a join that cannot begin": """
    s: {on-success: a}
    a: {join: one, on-success: b}
    b: {on-success: [a, z]}
    z: {join: all}
""",
    "a cycle that either outcome leads into": """
    s: {on-success: [a, z], on-error: b}
    a: {on-success: b}
    b: {on-success: [a: <% env().again %>, c: <% env().done %>]}
    c: {on-complete: z}
    z: {join: 2}
""",
    "a join on a cycle that is triggered from within": """
    s: {on-success: [j, z], on-error: b}
    b: {join: one, on-complete: [j, z]}
    j: {join: all, on-error: [z, b: <% env().again %>]}
    z: {join: 2}
""",
    "another way leads there as well": """
    s: {on-success: b, on-error: c}
    t: {on-success: c}
    b: {on-success: z}
    c: {on-success: z}
    z: {join: all}
""",
}


@pytest.mark.parametrize("case", POSSIBLE)
def test_possible_joins_are_not_accused(case: str) -> None:
    """Whatever may happen in some run is nothing to warn of."""
    assert found(POSSIBLE[case], "W508") == []


def test_what_follows_the_failure_of_an_impossible_join_can_run() -> None:
    """It fails, and a failure may be handled: what comes then is not in doubt."""
    tasks = """
    s: {on-success: a}
    a: {join: all, on-success: b, on-error: c}
    b: {on-success: a}
    c: {on-success: z}
    d: {on-success: z}
    z: {join: all}
"""
    (message,) = found(tasks, "W508")
    assert "task 'a'" in message


ENDINGS = {
    "on-success: [fail, b]": ["'b' is never started: 'fail' stands before it and ends the workflow"],
    "on-error: [b, succeed, b: <% true %>]": ["'b' is never started: 'succeed' stands before it"],
    "on-success: {next: ['fail(msg=x)', noop]}": ["'noop' is never started: 'fail'"],
    "on-success: [fail: <% task().result = 1 %>, b]": [],
    "on-success: [pause, b]": [],
    "on-success: [b, fail]": [],
    "on-success: [fail], on-error: [b]": [],
}


@pytest.mark.parametrize("clauses", ENDINGS)
def test_nothing_comes_behind_the_end(clauses: str) -> None:
    """An unguarded fail or succeed discards the rest of its list."""
    tasks = f"    a: {{action: std.noop, {clauses}}}\n    b: {{action: std.noop}}\n"
    messages = [message.removeprefix("4: task 'a': ") for message in found(tasks, "W509")]
    assert len(messages) == len(ENDINGS[clauses])
    for message, words in zip(messages, ENDINGS[clauses], strict=True):
        assert message.startswith(words)


def test_a_large_workflow_is_checked_quickly() -> None:
    """Ten thousand tasks with joins all along cost no more than reading them."""
    lines = ["    t0: {on-success: [a1, b1]}"]
    for number in range(1, 3_300):
        lines.append(f"    a{number}: {{on-success: z{number}}}")
        lines.append(f"    b{number}: {{on-complete: z{number}}}")
        following = f", on-success: [a{number + 1}, b{number + 1}]" if number < 3_299 else ""
        lines.append(f"    z{number}: {{join: all{following}}}")
    text = "\n".join(lines) + "\n"
    assert found(text, "W508") == []
    assert cost(lambda: found(text, "W508"), limit=10) < 10
