"""An error becomes a message with what to do next, never a traceback."""

from __future__ import annotations

import pytest

from api.cli.client import refusal
from api.cli.failures import explain, report_failure
from wf_es import errors

PROBLEM = {
    "file": "w.yaml",
    "line": 8,
    "column": 7,
    "severity": "error",
    "code": "E104",
    "subject": "task 'a'",
    "message": "unknown key 'on-sucess'",
}
LINE = "w.yaml:8:7: error[E104] task 'a': unknown key 'on-sucess'"


def test_a_refused_definition_shows_each_problem_once() -> None:
    """Problems come from the answer unless the message has them already."""
    error = refusal(400, {"code": "invalid-definition", "faultstring": "2 errors", "errors": [PROBLEM]}, "")
    again = refusal(400, {"code": "invalid-definition", "faultstring": LINE, "errors": [PROBLEM]}, "")

    assert explain(error) == f"2 errors\n{LINE}"
    assert explain(again) == LINE


def test_missing_requirements_are_listed_with_the_way_out() -> None:
    """The report of the refusal is told, then what to add."""
    error = refusal(
        409,
        {
            "code": "requirements-missing",
            "faultstring": "something is missing",
            "missing": [{"variable": "host", "needed_by": {"task": "deploy"}}],
        },
        "",
    )

    lines = explain(error).splitlines()

    assert lines[0] == "something is missing"
    assert lines[3].split() == ["host", "task", "'deploy'", "--set", "host=..."]
    assert "--set NAME=VALUE" in lines[-1]


def test_a_report_of_the_embedded_engine_reads_the_same() -> None:
    """Errors from nearby and from far away are explained alike."""
    error = errors.RequirementsMissing("no", report={"missing": [{"variable": "host"}]})

    assert "host" in explain(error)


@pytest.mark.parametrize(
    ("refused", "advised"), [([], True), ([{"task": "a", "why": "it is RUNNING"}], False)]
)
def test_force_is_advised_only_where_it_helps(refused: list[dict[str, str]], advised: bool) -> None:
    """Missing data can be overruled, a task that cannot be resumed cannot."""
    error = errors.RequirementsMissing("no", report={"missing": [{"variable": "host"}], "refused": refused})

    assert ("--force" in explain(error)) is advised


def test_a_fault_of_ours_asks_for_debug(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, no traceback, and how to get one."""
    code = report_failure(ZeroDivisionError("oh"), debug=False)

    assert code == 1
    assert capsys.readouterr().err.splitlines() == [
        "Error: ZeroDivisionError: oh",
        "This is a fault in wf-es. 'wf-es --debug ...' shows where it happened.",
    ]


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever asks for it gets it."""
    try:
        raise errors.NotFound("no such thing")
    except errors.NotFound as error:
        code = report_failure(error, debug=True)

    assert code == 4
    assert "Traceback" in capsys.readouterr().err
