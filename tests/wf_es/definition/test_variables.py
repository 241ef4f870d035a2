"""Flow analysis: which variables may be set, and where a warning is due."""

from __future__ import annotations

import pytest

from wf_es.definition import Problem, read_workflows


def warnings_of(text: str) -> list[Problem]:
    """Return the problems of a workflow whose body begins in line 3."""
    lines = "".join(f"  {line}\n" for line in text.strip("\n").splitlines())
    return list(read_workflows(f"version: '2.0'\nw:\n{lines}", file="w.yaml").problems)


SILENT = {
    "inputs and vars": """
input: [x, y: 1]
vars: {v: <% $.x + $.y %>}
tasks:
  a: {action: std.echo output=<% $.v %>}
""",
    "a predecessor": """
tasks:
  a: {publish: {x: 1}, on-success: b}
  b: {on-success: c}
  c: {input: {i: <% $.x %>}}
""",
    "an error path": """
tasks:
  a: {publish-on-error: {x: 1}, on-error: b}
  b: {input: {i: '{{ _.x }}'}}
""",
    "a skip": """
tasks:
  a: {publish-on-skip: {x: 1}, on-skip: b}
  b: {input: {i: <% $.x %>}}
""",
    "a clause": """
tasks:
  a: {on-success: {publish: {branch: {x: 1}}, next: b}}
  b: {input: {i: <% $.x %>}}
""",
    "a global of any task": """
tasks:
  a: {on-success: {publish: {global: {g: 1}}}}
  b: {input: {i: <% $.g %>}}
""",
    "an atomic of any task": """
tasks:
  a: {on-success: {publish: {atomic: {g: 1}}}}
  b: {input: {i: <% $.g %>}}
""",
    "a loop": """
tasks:
  s: {on-success: a}
  a: {input: {i: <% $.n %>}, publish: {n: 1}, on-success: {a: <% $.n < 3 %>}}
""",
    "the own publish in a guard": """
tasks:
  a: {publish: {x: 1}, on-success: [{b: <% $.x %>}, 'fail msg=<% $.x %>']}
  b: {action: std.noop}
""",
    "the output": """
output: {o: <% $.x %>}
tasks:
  a: {action: std.noop}
  b: {publish: {x: 1}}
""",
    "optional reads": "tasks:\n  a: {input: {i: <% $.get(x) %>, j: '{{ _.x | default(1) }}'}}",
    "the whole context": "tasks:\n  a: {input: {i: <% $ %>, j: <% $.keys() %>}}",
    "names of the engine": """
tasks:
  a: {input: {i: <% $.get('__env') %>, j: '{{ _.__env }}', k: <% $.openstack %>}}
""",
    "a join": """
tasks:
  a: {publish: {x: 1}, on-success: z}
  b: {on-success: z}
  z: {join: all, input: {i: <% $.x %>}}
""",
    "names in doubt": """
tasks:
  a: {publsh: {x: 1}, on-success: b}
  b: {input: {i: <% $.x %>}}
""",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_is_silent_where_a_path_may_set_it(text: str) -> None:
    """No path is ruled out by guessing."""
    assert [str(p) for p in warnings_of(text) if p.code == "W501"] == []


REPORTED = {
    "nobody sets it": ("tasks:\n  a: {input: {i: <% $.nope %>}}", ["4:20"]),
    "inline": ("tasks:\n  a: {action: std.echo output=<% $.nope %>}", ["4:33"]),
    "a successor sets it": (
        "tasks:\n  a: {input: {i: <% $.x %>}, on-success: b}\n  b: {publish: {x: 1}}",
        ["4:20"],
    ),
    "another branch sets it": (
        "tasks:\n  a: {publish: {x: 1}}\n  b: {input: {i: <% $.x %>}}",
        ["5:20"],
    ),
    "its own publish sees only what was before": ("tasks:\n  a: {publish: {x: 1, y: <% $.x %>}}", ["4:28"]),
    "vars do not see each other": (
        "vars: {a: 1, b: <% $.a %>}\ntasks:\n  a: {action: std.noop}",
        ["3:19"],
    ),
    "a guard": ("tasks:\n  a: {on-success: {b: <% $.x %>}}\n  b: {publish: {x: 1}}", ["4:25"]),
    "a message": ("tasks:\n  a: {on-error: fail(msg=<% $.x %>)}", ["4:28"]),
    "the output": ("output: {o: {p: [<% $.x %>]}}\ntasks:\n  a: {action: std.noop}", ["3:20"]),
    "two in one text": (
        "tasks:\n  a:\n    input:\n      i: |\n        <% $.x %>\n        and <% $.y %>",
        ["7:11", "8:15"],
    ),
}


@pytest.mark.parametrize(("text", "places"), REPORTED.values(), ids=REPORTED.keys())
def test_reports_what_no_path_can_have_set(text: str, places: list[str]) -> None:
    """Each read has its own warning, at the expression."""
    found = warnings_of(text)
    assert [f"{p.line}:{p.column}" for p in found] == places
    assert {(p.code, p.severity) for p in found} == {("W501", "warning")}


def test_the_message_names_key_and_variable() -> None:
    """The line says who reads what, and what to do."""
    (problem,) = warnings_of("tasks:\n  a: {input: {list: [<% $.nope %>]}}")
    assert str(problem) == (
        "w.yaml:4:24: warning[W501] task 'a': 'input.list.0' reads variable 'nope', but no path can have "
        "set it; declare it as an input, set it in vars, or publish it on the way"
    )


def test_task_of_an_unknown_name() -> None:
    """task('x') is null when there is no such task, which is hardly meant."""
    text = """
tasks:
  alpha: {on-success: b}
  b: {input: {i: <% task(alpa).result %>, j: '{{ task("alpha").id }}'}}
"""
    (problem,) = warnings_of(text)
    assert (problem.code, problem.line, problem.subject) == ("W506", 5, "task 'b'")
    assert "task('alpa') gives null, there is no such task; did you mean 'alpha'?" in problem.message
