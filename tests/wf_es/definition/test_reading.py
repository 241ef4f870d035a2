"""Reading as a whole: results, splitting, stored texts, all problems at once."""

from __future__ import annotations

import hashlib

import pytest

from tests.effort import cost
from wf_es.definition import read_workflows, workflow_from
from wf_es.errors import InvalidDefinition, NotFound
from wf_es.limits import DefinitionLimits, Limits

SINGLE = "# a comment\r\nversion: 2.0\r\nw:\r\n  tasks: {a: {action: std.noop}}\r\n"

SEVERAL = """
first:
  description: |
    one
    two
  tasks:
    z: {action: "std.echo output='<% $.x + 1 %>'", on-success: [b]}
    b:
      input: {date: 2026-01-01, text: 'yes', 1: @x}
  input: [x]
version: '2.0'
second:
  tasks:
    a: {action: std.noop}
"""


def test_a_single_workflow_keeps_its_text() -> None:
    """The stored text is what the author wrote, to the byte."""
    (workflow,) = read_workflows(SINGLE).workflows
    assert workflow.text == SINGLE
    assert workflow.checksum == hashlib.md5(SINGLE.encode()).hexdigest()
    assert workflow.hash == hashlib.sha256(SINGLE.encode()).hexdigest()
    assert workflow.name == workflow.spec.name == "w"
    assert workflow.graph.start_tasks == ("a",)


def test_a_byte_order_mark_does_not_matter() -> None:
    """It is kept in the stored text and ignored when reading."""
    (workflow,) = read_workflows("\ufeff" + SINGLE).workflows
    assert workflow.text.startswith("\ufeff")
    assert workflow_from(workflow.text, "w").hash == workflow.hash


def test_several_workflows_become_documents_of_their_own() -> None:
    """Each document has the version first, the author's order, and the same meaning."""
    first, second = read_workflows(SEVERAL).workflows
    assert second.text == "version: '2.0'\nsecond:\n  tasks:\n    a:\n      action: std.noop\n"
    assert first.text.startswith(
        "version: '2.0'\nfirst:\n  description: |\n    one\n    two\n  tasks:\n    z:\n"
    )
    assert first.spec.source["tasks"]["b"]["input"] == {"date": "2026-01-01", "text": "yes", "1": "@x"}
    again = read_workflows(first.text)
    assert again.problems == ()
    assert again.workflows[0].spec.source == first.spec.source
    assert again.workflows[0].text == first.text


def test_places_of_a_split_workflow_are_those_of_its_document() -> None:
    """What a later message says about line and column fits the stored text."""
    first, _ = read_workflows(SEVERAL).workflows
    place = first.spec.tasks["b"].places["input.text"]
    assert first.text.splitlines()[place.line - 1][place.column - 1 :] == "'yes'"


def test_all_problems_are_found_at_once_and_sorted() -> None:
    """Problems of every kind, over all workflows of the text, in one go."""
    text = """version: '2.0'
w:
  input: [x, x]
  tasks:
    a:
      action: std.echo output=<% $. %>
      on-sucess: b
      on-error: [ghost]
    b:
      publish: {}
      join: 0
v:
  colour: red
  colour: blue
  output: {o: <% $.nope %>}
  tasks:
    a: {input: {url: &anchor x}, on-success: z, input: {}}
    z: {join: 3}
"""
    assert [str(problem) for problem in read_workflows(text, file="w.yaml").problems] == [
        "w.yaml:3:14: error[E103] workflow 'w': 'input' has non-unique elements: 'x' is declared twice",
        "w.yaml:6:37: error[E301] task 'a': 'action.output': cannot read the YAQL expression: "
        "it ends too early",
        "w.yaml:7:7: error[E104] task 'a': unknown key 'on-sucess'; did you mean 'on-success'?",
        "w.yaml:8:18: error[E201] task 'a': Task 'ghost' not found",
        "w.yaml:10:16: error[E106] task 'b': 'publish' is empty: {} should be non-empty",
        "w.yaml:11:13: error[E403] task 'b': 'join' must be 'all', 'one' or a number from 1 on, not 0",
        "w.yaml:13:3: error[E104] workflow 'v': unknown key 'colour': Additional properties are not allowed "
        "('colour' was unexpected)",
        "w.yaml:14:3: error[E103] key 'colour' is given twice; the first one is in line 13",
        "w.yaml:17:22: error[E102] anchors (&anchor) are not supported; put text that begins with & "
        "in quotes",
        "w.yaml:17:49: error[E103] key 'input' is given twice; the first one is in line 17",
    ]


def test_errors_refuse_the_whole_text() -> None:
    """One bad workflow keeps the others from being used, too."""
    reading = read_workflows(SEVERAL + "third: {tasks: {}}\n", file="w.yaml")
    assert reading.workflows == ()
    with pytest.raises(InvalidDefinition) as caught:
        reading.raise_for_errors()
    assert caught.value.message == str(reading.errors[0])
    assert caught.value.problems == reading.problems


def test_warnings_refuse_nothing() -> None:
    """A workflow with warnings can be used."""
    reading = read_workflows("version: '2.0'\nw: {tasks: {a: {input: {i: <% $.nope %>}}}}\n")
    assert [problem.code for problem in reading.problems] == ["W501"]
    assert reading.errors == ()
    reading.raise_for_errors()
    assert len(reading.workflows) == 1


def test_stored_texts_are_read_once() -> None:
    """The same text and name give the same object."""
    assert workflow_from(SINGLE, "w") is workflow_from(SINGLE, "w")
    assert workflow_from(SEVERAL, "second") is not workflow_from(SEVERAL, "first")


def test_stored_texts_are_not_limited() -> None:
    """A limit that was lowered since does not lock stored workflows out."""
    text = "version: '2.0'\nw: {tasks: {a: {action: std.noop}}}\n" + "# " + "x" * 2_000_000
    assert read_workflows(text).errors[0].code == "E101"
    assert (
        read_workflows(text, limits=Limits(definitions=DefinitionLimits(text_bytes=3_000_000))).errors == ()
    )
    assert workflow_from(text, "w").name == "w"


def test_a_stored_text_must_hold_the_workflow() -> None:
    """A wrong name and a text with errors are told apart."""
    with pytest.raises(NotFound, match="no workflow 'other'"):
        workflow_from(SINGLE, "other")
    with pytest.raises(InvalidDefinition, match="E107"):
        workflow_from("version: '2.0'", "w")


FLOODS = [
    " " * 5_000_000,
    "a:\n" * 349_000,
    "version: '2.0'\nw:\n tasks:\n" + "".join(f"  {number:x}:\n" for number in range(100_000)),
    "version: '2.0'\nw:\n tasks:\n" + "".join(f"  {number:x}: {{a: b}}\n" for number in range(60_000)),
    "[" * 100_000,
    "version: '2.0'\nw:\n tasks:\n  a:\n   action: 'x " + " ".join(f"k{n}=" for n in range(90_000)) + "'\n",
    "version: '2.0'\nw:\n tasks:\n  a:\n   on-success:\n" + "".join(f"    - x{n}\n" for n in range(60_000)),
]


@pytest.mark.parametrize("text", FLOODS, ids=[f"{text[:30]!r}" for text in FLOODS])
def test_floods_are_refused_quickly(text: str) -> None:
    """Texts made to keep a server busy take less than two seconds."""
    assert read_workflows(text).errors
    assert cost(lambda: read_workflows(text), limit=2) < 2
