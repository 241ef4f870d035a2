"""Tables of keys: known and unknown ones."""

from __future__ import annotations

import pytest

from wf_es.definition.keys import Key, read_keys
from wf_es.definition.passage import Gathered, Passage
from wf_es.definition.problems import Report
from wf_es.definition.text import read_text
from wf_es.envelope import JSON
from wf_es.limits import DefinitionLimits

KEYS = {
    "publish": Key(read=lambda node, passage: node.data, field="published"),
    "on-success": Key(read=lambda node, passage: None, field="next"),
    "name": Key(read=lambda node, passage: node.data),
    "with-items": Key(read=lambda node, passage: node.data, field="items"),
}


def read(text: str) -> tuple[dict[str, JSON], Passage]:
    """Read a mapping by the table above."""
    report = Report("w.yaml")
    node = read_text(text, report, DefinitionLimits())
    passage = Passage(report=report, gathered=Gathered(), subject="task 'a'")
    assert node is not None
    return read_keys(node, passage, KEYS), passage


def test_values_arrive_under_the_name_of_their_field() -> None:
    """A row without a field, or a reader that gives nothing, leaves nothing."""
    fields, passage = read("{publish: 1, on-success: b, name: x}")
    assert fields == {"published": 1}
    assert passage.report.problems == ()


CASES = [
    ("publsh: 1", "E104", "did you mean 'publish'?", {"variables"}),
    ("on-sucess: 1", "E104", "did you mean 'on-success'?", {"transitions", "variables"}),
    ("on-failure: 1", "E104", "the key for a failed task is 'on-error'", {"transitions", "variables"}),
    ("colour: 1", "E104", "('colour' was unexpected)", set()),
]


@pytest.mark.parametrize(("text", "code", "words", "doubts"), CASES)
def test_other_keys_are_reported_and_may_cast_doubt(
    text: str, code: str, words: str, doubts: set[str]
) -> None:
    """A key that was probably meant to lead somewhere makes what is there doubtful."""
    _, passage = read(text)
    (problem,) = passage.report.problems
    assert problem.code == code
    assert words in problem.message
    assert passage.gathered.doubts == doubts
