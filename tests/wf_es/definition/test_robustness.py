"""Whatever the text: problems, never an exception. Seeded, so a failure can be repeated."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from wf_es.definition import ActionSpec, read_workflows, workflow_from
from wf_es.definition.text import write_text
from wf_es.envelope import JSON

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
      on-error: [c, noop]
      on-complete: d
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
  tasks: {t: {action: std.noop, description: "one
     text"}}
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
    *("", " ", "x", "a", "b", "all", "<% $. %>", "<% $.x %>", "{{ _.x }}", "{{", "fail msg='", "x" * 9000),
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
            assert workflow_from(workflow.text, workflow.name).spec.source == workflow.spec.source


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


def test_the_text_itself_is_fine() -> None:
    """What is changed above has no problems to begin with."""
    reading = read_workflows(TEXT)
    assert [str(problem) for problem in reading.problems] == []
    assert [workflow.name for workflow in reading.workflows] == ["first", "second"]
