"""Readers for kinds of values, where they are not obvious."""

from __future__ import annotations

import pytest

from tests.wf_es.testing.mistakes import case_of, mistakes_in

SECONDS = {"0": 0.0, "1.5": 1.5, "1000000000": 1e9}


@pytest.mark.parametrize(("text", "seconds"), SECONDS.items())
def test_seconds(text: str, seconds: float) -> None:
    """From nothing to more than thirty years, with fractions."""
    assert case_of(f"expect: {{duration: {text}}}").expect.duration == seconds


@pytest.mark.parametrize("text", ["-1", "1000000001", "true", "'1'", "null"])
def test_what_are_no_seconds(text: str) -> None:
    """One number too large is one, too."""
    (told,) = mistakes_in(f"expect: {{duration: {text}}}")

    assert told.startswith("E105 'expect.duration' must be a number of seconds from 0 to 1000000000, not ")


@pytest.mark.parametrize("text", ["-1", "1.5", "true", "'1'"])
def test_what_is_no_count(text: str) -> None:
    """A count is a whole number from 0 on."""
    (told,) = mistakes_in(f"expect: {{tasks: {{a: {{runs: {text}}}}}}}")

    assert told.startswith("E105 'expect.tasks.a.runs' must be a whole number from 0 on, not ")


def test_an_empty_mapping_is_one() -> None:
    """Nothing given is nothing wrong."""
    assert case_of("input: {}, params: {}, given: {}, commands: []").commands == ()
