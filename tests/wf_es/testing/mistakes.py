"""The mistakes in a part of a case."""

from __future__ import annotations

from wf_es.testing import read_suite
from wf_es.testing.model import Case


def case_of(keys: str) -> Case:
    """Return the case with these keys, which have no mistake."""
    reading = read_suite(_text(keys))
    assert [str(problem) for problem in reading.problems] == []
    assert reading.suite is not None
    return reading.suite.cases[0]


def mistakes_in(keys: str) -> list[str]:
    """Return code and message of each mistake in the keys of a case."""
    return [f"{one.code} {one.message}" for one in read_suite(_text(keys)).problems]


def _text(keys: str) -> str:
    keys = keys if "expect:" in keys else f"{keys}, expect: {{}}"
    return f"files: [w.yaml]\ncases: {{c: {{{keys}}}}}\n"
