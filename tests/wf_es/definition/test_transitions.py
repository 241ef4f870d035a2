"""Transitions: all forms of a clause, and their mistakes."""

from __future__ import annotations

import pytest

from wf_es.definition import Clause, Reading, read_workflows
from wf_es.envelope import JSON

WORKFLOW = """version: '2.0'
w:
  vars: {go: true}
  tasks:
    b: {action: std.noop}
    c d: {action: std.noop}
    pause: {action: std.noop}
    a:
"""


def read(clause: str) -> Reading:
    """Read a workflow whose task a has the given ``on-success``; its lines begin at 9."""
    return read_workflows(WORKFLOW + f"      {clause}\n", file="w.yaml")


def clause_of(text: str) -> Clause:
    """Return the clause of a text without problems."""
    reading = read(text)
    assert reading.errors == ()
    clause = reading.workflows[0].spec.tasks["a"].on_success
    assert clause is not None
    return clause


def shape_of(clause: Clause) -> list[tuple[str, str | None, JSON, JSON]]:
    """Return target, command, guard and message of each transition."""
    return [
        (
            transition.target,
            transition.command,
            transition.guard and transition.guard.source,
            transition.message and transition.message.source,
        )
        for transition in clause.next
    ]


FORMS: list[tuple[str, list[tuple[str, str | None, JSON, JSON]]]] = [
    ("on-success: b", [("b", None, None, None)]),
    ("on-success: c d", [("c d", None, None, None)]),
    ("on-success: fail", [("fail", "fail", None, None)]),
    ("on-success: fail msg='no luck'", [("fail", "fail", None, "no luck")]),
    ('on-success: fail(msg="no luck")', [("fail", "fail", None, "no luck")]),
    ("on-success: fail(msg=<% $.go %>)", [("fail", "fail", None, "<% $.go %>")]),
    ('on-success: succeed msg="x <% $.go %>"', [("succeed", "succeed", None, "x <% $.go %>")]),
    ("on-success: pause", [("pause", None, None, None)]),
    (
        "on-success: [b, noop, c d]",
        [("b", None, None, None), ("noop", "noop", None, None), ("c d", None, None, None)],
    ),
    (
        "on-success: [{b: <% $.go %>}, fail: '{{ _.go }}']",
        [("b", None, "<% $.go %>", None), ("fail", "fail", "{{ _.go }}", None)],
    ),
    ("on-success: {b: <% $.go %>}", [("b", None, "<% $.go %>", None)]),
    ("on-success: {fail msg=x: <% $.go %>}", [("fail", "fail", "<% $.go %>", "x")]),
    ("on-success: {next: b}", [("b", None, None, None)]),
    (
        "on-success: {next: [b, {c d: <% $.go %>}]}",
        [("b", None, None, None), ("c d", None, "<% $.go %>", None)],
    ),
    ("on-success: {next: {b: <% $.go %>}}", [("b", None, "<% $.go %>", None)]),
    ("on-success: {publish: {branch: {x: 1}}}", []),
]


@pytest.mark.parametrize(("text", "shape"), FORMS)
def test_reads_every_form(text: str, shape: list[tuple[str, str | None, JSON, JSON]]) -> None:
    """One shape comes out of all the forms the language has."""
    assert shape_of(clause_of(text)) == shape


def test_reads_publish_by_scope() -> None:
    """The advanced form may publish into three scopes."""
    publish = clause_of(
        "on-success: {publish: {branch: {x: 1}, global: {y: 2}, atomic: {z: 3}}, next: b}"
    ).publish
    assert publish is not None
    scopes = (publish.branch, publish.global_, publish.atomic)
    assert [scope and scope.source for scope in scopes] == [{"x": 1}, {"y": 2}, {"z": 3}]


@pytest.mark.parametrize("clause", ["on-success", "on-error", "on-complete", "on-skip"])
def test_every_clause_is_read_alike(clause: str) -> None:
    """The four clauses differ in when they apply, not in how they are written."""
    task = read(f"{clause}: [b]").workflows[0].spec.tasks["a"]
    found = getattr(task, clause.replace("-", "_"))
    assert shape_of(found) == [("b", None, None, None)]


def test_a_task_named_like_a_key_can_be_guarded() -> None:
    """``{next: <% ... %>}`` is a guarded transition where a task is called next."""
    text = (
        "version: '2.0'\nw:\n  tasks:\n    next: {action: std.noop}\n"
        "    a: {on-success: {next: <% true %>}}\n"
    )
    clause = read_workflows(text).workflows[0].spec.tasks["a"].on_success
    assert clause is not None
    assert shape_of(clause) == [("next", None, "<% true %>", None)]


MISTAKES = [
    ("on-success: ghost", "9:19", "E201", "Task 'ghost' not found"),
    ("on-success: [b, suceed]", "9:23", "E201", "did you mean 'succeed'?"),
    ("on-success: {next: ghost}", "9:26", "E201", "Task 'ghost' not found"),
    ("on-error: [{ghost: <% true %>}]", "9:19", "E201", "Task 'ghost' not found"),
    ("on-success: <% $.go %>", "9:19", "E116", "is an expression; name a task"),
    ("on-success: [{b: true}]", "9:24", "E303", "'on-success.b' must be one whole expression"),
    ("on-success: [{b: 'if <% $.go %>'}]", "9:24", "E303", "one whole expression"),
    ("on-success: [{b: <% $.go %>, c d: <% $.go %>}]", "9:20", "E116", "one per item"),
    ("on-success: {b: <% $.go %>, c d: <% $.go %>}", "9:19", "E116", "one per item"),
    ("on-success: [5]", "9:20", "E116", "is not valid under any of the given schemas"),
    ("on-success: 5", "9:19", "E116", "is not valid under any of the given schemas"),
    ("on-success:", "9:18", "E116", "None is no transition"),
    ("on-success: []", "9:19", "E106", "[] should be non-empty"),
    ("on-success: [b, c d, b]", "9:28", "E103", "non-unique elements: 'b'"),
    ("on-success: b x=1", "9:23", "E116", "'b' takes no parameters, not 'x'"),
    ("on-success: fail message=x", "9:32", "E116", "'fail' takes only 'msg', not 'message'"),
    ("on-success: noop msg=x", "9:28", "E116", "'noop' takes no parameters"),
    ("on-success: fail msg='x", "9:28", "E111", "no closing '"),
    ("on-success: fail msg=<% $. %>", "9:34", "E301", "'on-success.msg': cannot read the YAQL expression"),
    ("on-success: [{b: <% $. %>}]", "9:30", "E301", "'on-success.b'"),
    ("on-success: {next: b, when: x}", "9:29", "E104", "unknown key 'when'"),
    ("on-success: {publish: {x: 1}}", "9:30", "E104", "write 'branch', 'global' or 'atomic'"),
    ("on-success: {publish: {brnch: {x: 1}}}", "9:30", "E104", "did you mean 'branch'?"),
    ("on-success: {publish: {}}", "9:29", "E106", "'on-success.publish' is empty"),
    ("on-success: {publish: {global: [x]}}", "9:38", "E105", "['x'] is not of type 'object'"),
    ("on-success: {publish: {branch: {__env: 1}}}", "9:39", "E113", "'__env' is reserved"),
]


@pytest.mark.parametrize(("text", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(text: str, place: str, code: str, words: str) -> None:
    """One mistake gives one error, with the place of what is wrong."""
    (problem,) = read(text).errors
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert problem.subject == "task 'a'"
    assert words in problem.message
