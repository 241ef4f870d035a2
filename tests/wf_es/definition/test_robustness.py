"""Whatever the text: problems, never an exception. Seeded, so a failure can be repeated."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from wf_es.definition import ActionSpec, read_actions, read_workbook, read_workflows
from wf_es.definition.problems import Report
from wf_es.definition.text import read_text, write_text
from wf_es.envelope import JSON
from wf_es.limits import DefinitionLimits

ACTIONS = {"std.echo": ActionSpec(name="std.echo", inputs={"output": True})}

TEXT = """---
version: '2.0'
first:
  description: >-
    a folded
    text
  tags: [a, b]
  input: [x, y: {k: [1, 2.5, null]}]
  vars: {v: <% $.x + 1 %>, w: "{{ _.y.k[0] }} é"}
  output:
    deep:
      - <% $.total %>
      - 'it''s {{ _.v }}'
  output-on-error: {e: <% task(a).result %>}
  tasks:
    a:
      action: >-
        std.echo output=<% $.x %> list=["a", {b: 1}]
        word=1.5
      publish: {total: <% task().result %>}
      publish-on-error: {total: "0\\n"}
      on-success:
        publish: {branch: {n: 1}, global: {g: 2}}
        next:
          - b: <% $.total > 1 %>
          - fail(msg="no <% $.total %>"): <% $.total < 0 %>
      on-error: [d, noop]
      on-complete: [c, d]
    b:
      join: all
      input: |
        <% dict(a => $.n) %>
      on-success: {d: "{{ _.total }}"}
    c: {keep-result: false, on-success: b}  # a comment
    d:
      join: one
      safe-rerun: no
      target: @box
second:
  task-defaults: {on-error: noop, retry: count=2 delay=0.5, timeout: <% $.get(t) %>}
  tasks:
    t: {action: std.noop, description: "one
      text", with-items: ['i in <% [1] %>', 'j in [2]'], concurrency: 3, wait-after: 1}
    u: {workflow: other k=<% 1 %>, fail-on: <% false %>, retry: {count: 1, delay: 2, break-on: <% true %>}}
third:
  type: reverse
  task-defaults: {requires: a, pause-before: false}
  tasks: {a: {action: std.noop}, b: {requires: [a]}, c: {requires: b, wait-before: 1.5}}
"""

BOOK = """
version: '2.0'
name: book
tags: [t]
actions:
  a: {base: std.echo output=<% $.x %>, input: [x, y: 1], output: {o: <% $ %>}}
  b: {base: a, base-input: {x: {k: [1]}}, description: d}
workflows:
  w: {tasks: {a: {workflow: v x=1}, b: {action: b}}}
  v: {input: [x], tasks: {a: {with-items: 'i in [1]', action: a x=<% $.i %>}}}
"""

PIECES: list[str] = [
    *"{}[]:#@%?~=()'\"\\\n\t,",
    *(": ", "- ", "? ", "&a ", "*a", "!!x ", "<<: ", "|\n", ">\n", "\r\n", "  ", "---\n", "...\n"),
    *("<% ", " %>", "{{ ", " }}", "{% ", "%}", "msg=", "join: 0", "on: x", "null", "yes"),
    *("0x", "1e999", ".nan", "9" * 400, "\\u12"),
    *("\x00", "\x07", "\x85", "\u2028", "\ufeff", "\ud800", "\U0001f600"),
]

VALUES: list[JSON] = [
    *(None, True, 0, -1, 2**70, 1.5),
    *(
        "",
        " ",
        "x",
        "a",
        "b",
        "all",
        "count=1 delay=2",
        "i in [1, {",
        "i in <% $.x %>",
        "reverse",
        "<% $. %>",
        "<% $.x %>",
        "{{ _.x }}",
        "{{",
        "fail msg='",
        "x" * 9000,
    ),
    *([], ["a"], [["a"]], [{"a": 1, "b": 2}]),
    *({}, {"a": None}, {"a": "<% true %>"}, {"publish": {}}, {"next": "a"}, {"branch": []}),
]


def check(text: str) -> None:
    """Read a text and check what must hold for any text."""
    reading = read_workflows(text, file="w.yaml", actions=ACTIONS)
    places = [(problem.line, problem.column) for problem in reading.problems]
    assert places == sorted(places)
    assert all(line >= 1 and column >= 1 for line, column in places)
    assert all("\n" not in str(problem) for problem in reading.problems)
    assert not (reading.errors and reading.workflows)
    if not reading.errors:
        assert reading.workflows
        for workflow in reading.workflows:
            (again,) = read_workflows(workflow.text).workflows
            assert again.spec.source == workflow.spec.source


def cut(text: str, generator: random.Random) -> str:
    """Remove a part."""
    start = generator.randrange(len(text))
    return text[:start] + text[start + generator.randint(1, 30) :]


def insert(text: str, generator: random.Random) -> str:
    """Insert something that means something to YAML or to us."""
    start = generator.randrange(len(text))
    return text[:start] + generator.choice(PIECES) * generator.choice([1, 1, 1, 2, 70]) + text[start:]


def move(text: str, generator: random.Random) -> str:
    """Copy a part to another place."""
    start, end = generator.randrange(len(text)), generator.randrange(len(text))
    return text[:end] + text[start : start + generator.randint(1, 60)] + text[end:]


def indent(text: str, generator: random.Random) -> str:
    """Change the indentation of a line."""
    lines = text.splitlines(keepends=True)
    index = generator.randrange(len(lines))
    lines[index] = " " * generator.choice([0, 1, 2, 6]) + lines[index].lstrip(" ")
    return "".join(lines)


MUTATIONS: list[Callable[[str, random.Random], str]] = [cut, insert, move, indent]


@pytest.mark.parametrize("seed", range(40))
def test_changed_texts_give_problems_and_no_exceptions(seed: int) -> None:
    """Characters are removed, inserted, moved and indented at random."""
    generator = random.Random(seed)
    for _ in range(10):
        text = TEXT
        for _ in range(generator.randint(1, 4)):
            text = generator.choice(MUTATIONS)(text or "x", generator)
        check(text)


def change(data: JSON, generator: random.Random) -> JSON:
    """Replace one value somewhere in the data."""
    if isinstance(data, dict) and data and generator.random() < 0.9:
        key = generator.choice(list(data))
        return {**data, key: change(data[key], generator)}
    if isinstance(data, list) and data and generator.random() < 0.9:
        index = generator.randrange(len(data))
        return [*data[:index], change(data[index], generator), *data[index + 1 :]]
    return generator.choice(VALUES)


@pytest.mark.parametrize("seed", range(40))
def test_changed_values_give_problems_and_no_exceptions(seed: int) -> None:
    """Values of any kind stand where others are expected."""
    generator = random.Random(seed)
    sources = {w.name: w.spec.source for w in read_workflows(TEXT).workflows}
    for _ in range(10):
        data: JSON = {"version": "2.0", **sources}
        for _ in range(generator.randint(1, 3)):
            data = change(data, generator)
        check(write_text(data) if isinstance(data, dict) else str(data))


@pytest.mark.parametrize("seed", range(20))
def test_changed_workbooks_give_problems_and_no_exceptions(seed: int) -> None:
    """The same for workbooks, and for their actions as a list."""
    generator = random.Random(seed)
    node = read_text(BOOK, Report("b.yaml"), DefinitionLimits())
    assert node is not None
    for _ in range(10):
        data = change(change(node.data, generator), generator)
        if not isinstance(data, dict):
            continue
        reading = read_workbook(write_text(data), actions=ACTIONS)
        assert (reading.workbook is None) == bool(reading.errors)
        actions = data.get("actions")
        if isinstance(actions, dict):
            listed = read_actions(write_text({"version": "2.0", **actions}), actions=ACTIONS)
            assert bool(listed.actions) != bool(listed.errors)


def test_the_text_itself_is_fine() -> None:
    """What is changed above has no problems to begin with."""
    reading = read_workflows(TEXT)
    assert [str(problem) for problem in reading.problems] == []
    assert [workflow.name for workflow in reading.workflows] == ["first", "second", "third"]
    assert read_workbook(BOOK).problems == ()
