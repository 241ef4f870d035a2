"""What the characters of a text alone can tell."""

from __future__ import annotations

import pytest

from wf_es.definition import Place
from wf_es.definition.characters import has_no_surrogates, hint_at, is_acceptable, unused_character
from wf_es.definition.problems import Report
from wf_es.limits import DefinitionLimits

ACCEPTABLE = [
    ("a: 1\n", {}, None),
    ("é\u2028\U0001f600\t\x85", {}, None),
    ("x" * 10, {"text_bytes": 10}, None),
    ("x" * 11, {"text_bytes": 10}, ("E101", 1, 1)),
    ("é" * 6, {"text_bytes": 10}, ("E101", 1, 1)),
    ("<% a %> {{ b }}", {"expressions": 2}, None),
    ("<% a %> {{ b }} {% c %}", {"expressions": 2}, ("E101", 1, 1)),
    ("a\nb\x00", {}, ("E100", 2, 2)),
    ("\udfff", {}, ("E100", 1, 1)),
]


@pytest.mark.parametrize(("text", "limits", "expected"), ACCEPTABLE)
def test_a_linear_scan_decides(
    text: str, limits: dict[str, int], expected: tuple[str, int, int] | None
) -> None:
    """Size, number of expressions and unusable characters are seen without parsing."""
    report = Report("w.yaml")
    assert is_acceptable(text, report, DefinitionLimits(**limits)) is (expected is None)
    assert [(p.code, p.line, p.column) for p in report.problems] == ([expected] if expected else [])


HINTS = [
    ("a:\n\tb: 1", Place(2, 1), "; indent with spaces, not with tabs"),
    ("a: {% if %}", Place(1, 5), "; a Jinja expression must be in quotes"),
    ("a: `x`", Place(1, 4), "; put text that begins with this character in quotes"),
    ("a: b: '<% x %>'", Place(1, 5), "; put text that contains ': ' in quotes"),
    ("a: [", Place(1, 5), ""),
    ("a: [", Place(9, 1), ""),
]


@pytest.mark.parametrize(("text", "place", "hint"), HINTS)
def test_hints_name_the_usual_cause(text: str, place: Place, hint: str) -> None:
    """Where nothing is known, nothing is said."""
    assert hint_at(text, place) == hint


def test_an_unused_character_is_not_in_the_text() -> None:
    """Characters that the text uses are passed over."""
    assert unused_character("@") == "\ue000"
    assert unused_character("\ue000\ue001") == "\ue002"


def test_surrogates() -> None:
    """Half a character cannot be stored, a whole one can."""
    assert has_no_surrogates("é\U0001f600")
    assert not has_no_surrogates("a\ud83d")
