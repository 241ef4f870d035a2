"""The definitions that a test file names."""

from __future__ import annotations

import pytest

from tests.wf_es.testing.mistakes import case_of
from wf_es.definition import Place
from wf_es.errors import NotFound
from wf_es.testing import Suite, definitions

WORKFLOWS = "version: '2.0'\nw: {tasks: {a: {action: std.noop}}}\nv: {tasks: {a: {action: mine.greet}}}\n"
ACTIONS = "version: '2.0'\nmine.greet: {base: std.echo, base-input: {output: hello}}\n"
WORKBOOK = """
version: '2.0'
name: book
actions: {greet: {base: std.noop}}
workflows: {w: {tasks: {a: {action: greet}}}}
"""


def test_a_workbook_brings_its_items() -> None:
    """Under their whole names."""
    found = definitions({"b.yaml": WORKBOOK})

    assert [workflow.name for workflow in found.workflows] == ["book.w"]
    assert [action.name for action in found.actions] == ["book.greet"]


def test_several_texts_are_one_library() -> None:
    """Workflows and ad-hoc actions of all texts can be used together."""
    found = definitions({"w.yaml": WORKFLOWS, "a.yaml": ACTIONS})
    suite = Suite(file="t", files=(("w.yaml", Place(1, 1)),), cases=(case_of("input: {}"),))

    library = found.library(suite, {})

    assert [workflow.name for workflow in found.workflows] == ["w", "v"]
    assert list(library.workflows) == ["w", "v"]


def test_problems_name_their_file() -> None:
    """A mistake in a definition is found at its place."""
    found = definitions({"w.yaml": WORKFLOWS.replace("tasks", "taks"), "a.yaml": ACTIONS})

    assert {problem.file for problem in found.problems} == {"w.yaml"}


def test_what_no_text_holds_is_not_found() -> None:
    """The library has what the files have."""
    suite = Suite(file="t", files=(), cases=())
    library = definitions({"w.yaml": WORKFLOWS}).library(suite, {})

    with pytest.raises(NotFound, match="x"):
        library.definition("x")
