"""Tables of keys: known, unknown, and not yet run."""

from __future__ import annotations

import pytest

from wf_es.definition import Limits, read_actions, read_workbook, read_workflows
from wf_es.definition.keys import NOT_RUN, Key, read_keys
from wf_es.definition.passage import Gathered, Passage
from wf_es.definition.problems import Report
from wf_es.definition.stored import Findings
from wf_es.definition.text import read_text
from wf_es.envelope import JSON

KEYS = {
    "publish": Key(read=lambda node, passage: node.data, field="published"),
    "on-success": Key(read=lambda node, passage: None, field="next"),
    "name": Key(read=lambda node, passage: node.data),
    "with-items": Key(read=lambda node, passage: node.data, field="items"),
}


def read(text: str, not_run: frozenset[str] = frozenset({"with-items"})) -> tuple[dict[str, JSON], Passage]:
    """Read a mapping by the table above."""
    report = Report("w.yaml")
    node = read_text(text, report, Limits())
    passage = Passage(report=report, gathered=Gathered(), subject="task 'a'", not_run=not_run)
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
    ("with-items: 1", "E108", "this version of wf_es does not run it", set()),
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


def test_what_is_not_run_is_read_all_the_same() -> None:
    """Its value arrives; without the row in the table there is no problem either."""
    fields, _ = read("with-items: 1")
    assert fields == {"items": 1}
    fields, passage = read("with-items: 1", frozenset())
    assert fields == {"items": 1}
    assert passage.report.problems == ()


def read_all(name: str) -> Findings:
    """Read the example of a feature as the kind of text that it is."""
    if name == "workbook":
        return read_workbook("version: '2.0'\nname: b\n")
    if name == "action list":
        return read_actions("version: '2.0'\na: {base: std.noop}\n")
    if name.startswith("type: "):
        return read_workflows(f"version: '2.0'\nw: {{{name}, tasks: {{a: {{action: std.noop}}}}}}\n")
    task = f"{name}: {EXAMPLES[name]}"
    return read_workflows(f"version: '2.0'\nw: {{tasks: {{a: {{{task}}}}}}}\n")


EXAMPLES = {
    "concurrency": "1, with-items: 'i in [1]'",
    "workflow": "other",
    "with-items": "'i in [1]'",
    "retry": "{count: 1, delay: 1}",
    "wait-before": "1",
    "wait-after": "1",
    "timeout": "1",
    "pause-before": "true",
    "fail-on": "<% true %>",
}


@pytest.mark.parametrize("feature", sorted(NOT_RUN))
def test_each_feature_that_is_not_run_is_refused(feature: str) -> None:
    """Nothing else is wrong with the text, and nothing usable comes of it."""
    reading = read_all(feature)
    assert {problem.code for problem in reading.problems} == {"E108"}
    assert any(f"'{feature}' is part of the language" in problem.message for problem in reading.problems)
