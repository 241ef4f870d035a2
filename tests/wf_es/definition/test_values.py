"""Readers of values: what each accepts, and what it says of the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wf_es.definition import values
from wf_es.definition.keys import Read
from wf_es.definition.passage import Gathered, Moment, Passage
from wf_es.definition.problems import Report
from wf_es.definition.text import read_text
from wf_es.envelope import JSON
from wf_es.limits import DefinitionLimits


def read(reader: Read, text: str) -> tuple[JSON, Passage]:
    """Read the value of the key ``k`` of a text."""
    report = Report("w.yaml")
    root = read_text(text, report, DefinitionLimits())
    passage = Passage(report=report, gathered=Gathered(), subject="", key="k", moment=Moment.BEFORE)
    assert root is not None
    return reader(root.at(["k"]), passage), passage


ACCEPTED: list[tuple[Callable[..., JSON], str, JSON]] = [
    (values.read_text_value, "text", "text"),
    (values.read_description, "{a: 1}", '{"a": 1}'),
    (values.read_description, "~", ""),
    (values.read_tags, "[a, b]", ("a", "b")),
    (values.read_ignored, "[anything]", None),
]

TEMPLATES: list[tuple[Callable[..., JSON], str, JSON]] = [
    (values.read_mapping, "{a: [<% $.x %>]}", {"a": ["<% $.x %>"]}),
    (values.read_variables, "{a: 1}", {"a": 1}),
    (values.read_mapping_or_expression, "{a: 1}", {"a": 1}),
    (values.read_mapping_or_expression, "<% $.x %>", "<% $.x %>"),
    (values.read_flag, "yes", True),
    (values.read_flag, "'{{ _.x }}'", "{{ _.x }}"),
    (values.read_text_template, "a <% $.x %>", "a <% $.x %>"),
    (values.read_whole_expression, "|\n  <% $.x %>\n", "<% $.x %>"),
]


@pytest.mark.parametrize(("reader", "text", "expected"), ACCEPTED)
def test_plain_values(reader: Read, text: str, expected: JSON) -> None:
    """Values without expressions come out as they are."""
    value, passage = read(reader, f"k: {text}")
    assert (value, passage.report.problems) == (expected, ())


@pytest.mark.parametrize(("reader", "text", "expected"), TEMPLATES)
def test_templates(reader: Read, text: str, expected: JSON) -> None:
    """Values with expressions come out as templates and are kept for the checks."""
    value, passage = read(reader, f"k: {text}")
    assert (value.source, passage.report.problems) == (expected, ())
    assert [use.template for use in passage.gathered.uses] == ([] if value.is_constant else [value])


REFUSED: list[tuple[Callable[..., JSON], str, str]] = [
    (values.read_text_value, "[x]", "E105"),
    (values.read_text_value, "' '", "E106"),
    (values.read_tags, "x", "E105"),
    (values.read_mapping, "[x]", "E105"),
    (values.read_mapping, "{}", "E106"),
    (values.read_variables, "{__execution: 1}", "E113"),
    (values.read_flag, "1", "E105"),
    (values.read_flag, "maybe", "E303"),
    (values.read_whole_expression, "' <% $.x %>'", "E303"),
    (values.read_whole_expression, "<% $.x %><% $.y %>", "E303"),
    (values.read_whole_expression, "5", "E303"),
    (values.read_text_template, "<% nope() %>", "E302"),
    (values.read_text_template, "<% $. %>", "E301"),
]


@pytest.mark.parametrize(("reader", "text", "code"), REFUSED)
def test_refusals(reader: Read, text: str, code: str) -> None:
    """Each reader says once what is wrong."""
    _, passage = read(reader, f"k: {text}")
    assert [problem.code for problem in passage.report.problems] == [code]


def test_all_bad_expressions_of_a_value_are_reported() -> None:
    """The names of a mapping survive, so that what refers to them is not blamed."""
    value, passage = read(values.read_variables, "k: {a: <% $. %>, b: {c: ['{{ _. }}']}, d: 1}")
    assert [problem.message.split(":")[0] for problem in passage.report.problems] == ["'k.a'", "'k.b.c.0'"]
    assert set(value.source) == {"a", "b", "d"}


NAMES = [("a b.c", []), ("", ["E109"]), ("x" * 256, ["E109"]), ("a\x07", ["E109"])]


@pytest.mark.parametrize(("name", "codes"), NAMES)
def test_names(name: str, codes: list[str]) -> None:
    """Names are visible and not too long."""
    report = Report("w.yaml")
    root = read_text("k: 1", report, DefinitionLimits())
    assert root is not None
    values.check_name(name, root, Passage(report=report, gathered=Gathered(), subject=""))
    assert [problem.code for problem in report.problems] == codes
