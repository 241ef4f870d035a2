"""Reading a test file: all mistakes at once, each with its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wf_es.testing import read_suite
from wf_es.testing.model import Suite

WHOLE = """\
files: [a.yaml, b.yaml]
clock: 2026-05-01T12:00:00+02:00
seed: 7
environments: {here: {x: 1}}
cases:
  first:
    workflow: w
    input: {n: 1}
    params: {task_name: x}
    env: here
    expect: {}
  second:
    expect: {state: ERROR}
"""


def suite(text: str) -> Suite:
    """Return the suite of a text without mistakes."""
    reading = read_suite(text)
    assert [str(problem) for problem in reading.problems] == []
    assert reading.suite is not None
    return reading.suite


def found(text: str) -> list[str]:
    """Return the mistakes of a text: line, column, code, message."""
    problems = read_suite(text).problems
    return [f"{one.line}:{one.column} {one.code} {one.message}" for one in problems]


def test_a_file_is_read() -> None:
    """Everything stands where it belongs; a time is UTC in the end."""
    read = suite(WHOLE)

    assert [name for name, _ in read.files] == ["a.yaml", "b.yaml"]
    assert read.clock == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert (read.seed, read.environments) == (7, {"here": {"x": 1}})
    assert [case.name for case in read.cases] == ["first", "second"]
    first, second = read.cases
    assert (first.workflow, first.input, first.env) == ("w", {"n": 1}, "here")
    assert (first.expect.state, second.expect.state) == ("SUCCESS", "ERROR")
    assert (first.place.line, second.place.line) == (6, 12)


def test_a_time_without_a_zone_is_utc() -> None:
    """So a test means the same on every machine."""
    read = suite("files: [a]\nclock: 2026-05-01 12:00:00\ncases: {c: {expect: {}}}\n")

    assert read.clock == datetime(2026, 5, 1, 12, tzinfo=UTC)


WRONG = {
    "nothing": ("", "1:1 E105 a test file is a mapping"),
    "a list": ("[1]", "1:1 E105 a test file is a mapping"),
    "no YAML": ("{", "E100"),
    "no cases": ("files: [a]", "1:1 E107 'cases' is a required property"),
    "no files": ("cases: {c: {expect: {}}}", "1:1 E107 'files' is a required property"),
    "empty files": ("files: []\ncases: {c: {expect: {}}}", "1:8 E106 'files' is empty"),
    "files as text": ("files: a\ncases: {c: {expect: {}}}", "1:8 E105 'files' must be a list"),
    "empty cases": ("files: [a]\ncases: {}", "2:8 E106 'cases' is empty"),
    "cases as a list": ("files: [a]\ncases: [1]", "2:8 E105 'cases' must be a mapping"),
    "a case that is none": ("files: [a]\ncases: {c: 1}", "2:12 E105 a case must be a mapping, not 1"),
    "no expectation": ("files: [a]\ncases: {c: {}}", "2:9 E107 'expect' is a required property"),
    "unknown key": (
        "files: [a]\ncase: {}\ncases: {c: {expect: {}}}",
        "2:1 E104 unknown key 'case'",
    ),
    "clock": ("files: [a]\nclock: noon\ncases: {c: {expect: {}}}", "2:8 E105 'clock' must be a time like"),
    "environment": ("files: [a]\ncases: {c: {env: 3, expect: {}}}", "2:18 E105 'env' must be the name"),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_a_mistake_has_a_place(text: str, expected: str) -> None:
    """A suite with mistakes is none."""
    assert read_suite(text).suite is None
    assert any(expected in one for one in found(text)), found(text)


def test_all_mistakes_are_found_at_once() -> None:
    """In the order of their places."""
    text = "files: 1\ncases:\n  c: {input: 3, expect: {stat: ERROR}}\n  d: {expect: 4}\n"

    assert [one.partition(" ")[0] for one in found(text)] == ["1:8", "3:14", "3:26", "4:15"]
