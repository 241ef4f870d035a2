"""How the results of workflow tests look."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from api.cli.verdicts import Verdict, as_data, junit, lines_of, span, summary
from wf_es.testing import Difference


def verdict(*differences: Difference, case: str = "c") -> Verdict:
    """Return the verdict on a case."""
    return Verdict(
        file="w.test.yaml",
        line=3,
        case=case,
        differences=differences,
        tasks=1,
        simulated_seconds=60.0,
        seconds=0.0123,
    )


PATH = Difference(about="path", message="- expected, + got", lines=("  a SUCCESS", "- b ERROR"))

SPANS = {
    0: "0 s",
    0.5: "0.5 s",
    59: "59 s",
    60: "1 min",
    3661: "1 h 1 min 1 s",
    86400: "1 d",
    90061.5: "1 d 1 h 1 min 1.5 s",
}


@pytest.mark.parametrize(("seconds", "text"), SPANS.items())
def test_long_times_are_readable(seconds: float, text: str) -> None:
    """In the largest units that fit."""
    assert span(seconds) == text


def test_a_case_is_one_line_and_its_differences() -> None:
    """Indented below it; the place is there only if something is to be looked at."""
    assert list(lines_of(verdict())) == ["\033[32mok  \033[0m  w.test.yaml: c (1 task, 1 min)"]
    failed = [line.replace("\033[0m", "") for line in lines_of(verdict(PATH))]
    assert failed == [
        "\033[31m\033[1mFAIL  w.test.yaml:3: c (1 task, 1 min)",
        "        path: - expected, + got",
        "            a SUCCESS",
        "          \033[31m- b ERROR",
    ]


def test_the_sum_counts_cases() -> None:
    """One case is not 1 cases."""
    assert summary([verdict()]) == "1 case: 1 passed, 0 failed"
    assert summary([verdict(), verdict(PATH)]) == "2 cases: 1 passed, 1 failed"


def test_data_has_no_real_time() -> None:
    """So the same run gives the same data."""
    assert as_data(verdict(PATH)) == {
        "file": "w.test.yaml",
        "line": 3,
        "case": "c",
        "passed": False,
        "tasks": 1,
        "simulated_seconds": 60.0,
        "differences": [
            {"about": "path", "message": "- expected, + got", "lines": ["  a SUCCESS", "- b ERROR"]}
        ],
    }


def test_junit_can_hold_any_text() -> None:
    """What XML has characters for is escaped, what it cannot hold is replaced."""
    odd = Difference(about="output", message='expected "<a & b>"\x01', lines=("]]> \x00",))

    (suite,) = ElementTree.fromstring(junit([verdict(odd, case="it's <odd>\x02")]))

    assert suite[0].get("name") == "it's <odd>?"
    assert suite[0][0].get("message") == 'output: expected "<a & b>"?'
    assert "]]> ?" in (suite[0][0].text or "")
