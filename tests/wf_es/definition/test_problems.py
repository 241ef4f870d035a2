"""Problems and the report that collects them."""

from __future__ import annotations

from wf_es.definition import CODES, Place, Problem
from wf_es.definition.problems import Report, circle, listed, shown


def test_a_problem_is_one_line() -> None:
    """Place, severity, code, subject and message, in this order."""
    problem = Problem(
        file="w.yaml", line=8, column=7, code="E104", subject="task 'a'", message="unknown key 'on-sucess'"
    )
    assert str(problem) == "w.yaml:8:7: error[E104] task 'a': unknown key 'on-sucess'"
    warning = Problem(file="w.yaml", line=1, column=2, code="W501", message="text")
    assert str(warning) == "w.yaml:1:2: warning[W501] text"


def test_a_report_sorts_and_drops_repetitions() -> None:
    """Problems come in the order of their places, and line breaks vanish."""
    report = Report("w.yaml")
    report.add("W501", Place(9, 1), "late")
    assert not report.has_errors
    report.add("E104", Place(2, 5), "a\n  b")
    report.add("E104", Place(2, 5), "a b")
    assert [str(p) for p in report.problems] == [
        "w.yaml:2:5: error[E104] a b",
        "w.yaml:9:1: warning[W501] late",
    ]
    assert report.has_errors


def test_suggestions_are_close_and_limited() -> None:
    """Only something similar is suggested, and only so often."""
    report = Report("w.yaml")
    assert report.suggestion("publsh", ["publish", "join"]) == "; did you mean 'publish'?"
    assert report.suggestion("colour", ["publish", "join"]) == ""
    suggestions = [report.suggestion("publsh", ["publish"]) for _ in range(200)]
    assert suggestions.count("") == 102


def test_values_are_shown_short() -> None:
    """A message never holds a whole document."""
    assert shown({"a": None}) == "{'a': None}"
    assert len(shown("x" * 5000)) == 60


def test_names_are_listed_for_a_sentence() -> None:
    """One, two and more names."""
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "'a'",
        "'a' or 'b'",
        "'a', 'b' or 'c'",
    ]


def test_codes_say_their_severity() -> None:
    """Errors and warnings are told apart by the first letter, groups by the first digit."""
    assert {code[:2] for code in CODES} == {"E1", "E2", "E3", "E4", "W5"}


def test_a_circle_is_cut_if_it_is_long() -> None:
    """Ten names are enough to see what is meant."""
    assert circle(["a", "b", "a"]) == "a -> b -> a"
    assert circle([str(number) for number in range(40)]).endswith("8 -> 9 -> ...")
