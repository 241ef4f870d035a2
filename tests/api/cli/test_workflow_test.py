"""``wf-es workflow test``: offline, one line for each case, and exit codes that tell."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.api.cli.conftest import Type

TESTS = Path(__file__).parents[3] / "docs" / "examples" / "tests"
WORKFLOW = "version: '2.0'\nw: {tasks: {a: {action: std.http url=x, on-success: b}, b: {action: std.noop}}}\n"
CASES = """\
files: [w.yaml]
cases:
  it works:
    given: {tasks: {a: {success: 1, after: 3700}}}
    expect: {path: [a, b]}
  it fails:
    given: {tasks: {a: error}}
    expect: {path: [a, b]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a workflow and two cases, one of which fails."""
    monkeypatch.chdir(tmp_path)
    Path("w.yaml").write_text(WORKFLOW)
    Path("w.test.yaml").write_text(CASES)
    return tmp_path


def test_the_examples_pass(offline: Type) -> None:
    """One line for each case on standard output, the sum on standard error."""
    result = offline("workflow", "test", *map(str, sorted(TESTS.glob("*.yaml"))))

    assert result.exit_code == 0, result.stdout
    assert all(line.startswith("ok    ") for line in result.stdout.splitlines())
    assert result.stderr.endswith(" passed, 0 failed\n")


def test_a_failure_is_explained(offline: Type, folder: Path) -> None:
    """With the place of the case, and both paths; exit code 13."""
    result = offline("workflow", "test", "w.test.yaml")

    assert result.exit_code == 13
    passed, failed, *lines = result.stdout.splitlines()
    assert passed == "ok    w.test.yaml: it works (2 tasks, 1 h 1 min 40 s)"
    assert failed == "FAIL  w.test.yaml:6: it fails (1 task, 0 s)"
    assert lines[0] == "        state: expected SUCCESS, got ERROR"
    assert lines[-3:] == ["        path: - expected, + got", "            a ERROR", "          - b"]
    assert result.stderr == "2 cases: 1 passed, 1 failed\n"


def test_the_same_again_gives_the_same(offline: Type, folder: Path) -> None:
    """Nothing depends on the moment or on chance."""
    first = offline("workflow", "test", "w.test.yaml").stdout

    assert offline("workflow", "test", "w.test.yaml").stdout == first


def test_some_cases_can_be_chosen(offline: Type, folder: Path) -> None:
    """By a part of their name; none at all is wrong usage."""
    assert offline("workflow", "test", "w.test.yaml", "--case", "works").exit_code == 0

    result = offline("workflow", "test", "w.test.yaml", "--case", "nothing")
    assert (result.exit_code, "no case has a name that contains 'nothing'" in result.stderr) == (2, True)


def test_a_mistake_in_the_file_has_its_place(offline: Type, folder: Path) -> None:
    """Nothing is played then; exit code 3."""
    Path("w.test.yaml").write_text(CASES.replace("a: error", "a: eror"))

    result = offline("workflow", "test", "w.test.yaml")

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.splitlines()[0].startswith("w.test.yaml:7:24: error[E105] case 'it fails': ")
    assert result.stderr.splitlines()[2].rstrip().endswith("^")


WRONG = {
    "a name of nothing": ("b: {action", "c: {action", "w.yaml:2:"),
    "a mistake in the workflow": ("tasks:", "taks:", "w.yaml:2:5: error[E104]"),
}


@pytest.mark.parametrize(("right", "wrong", "place"), WRONG.values(), ids=WRONG)
def test_a_mistake_in_a_definition_has_its_place(
    offline: Type, folder: Path, right: str, wrong: str, place: str
) -> None:
    """In the file of the definition."""
    Path("w.yaml").write_text(WORKFLOW.replace(right, wrong))

    result = offline("workflow", "test", "w.test.yaml")

    assert result.exit_code == 3
    assert any(line.startswith(place) for line in result.stderr.splitlines())


def test_a_file_that_is_not_there_is_named(offline: Type, folder: Path) -> None:
    """At the place where the test file names it."""
    Path("w.test.yaml").write_text(CASES.replace("[w.yaml]", "[w.yaml, v.yaml]"))

    result = offline("workflow", "test", "w.test.yaml")

    assert result.exit_code == 3
    assert "w.test.yaml:1:17: error[E601] the file 'v.yaml' cannot be read" in result.stderr


def test_json_has_all_of_it(offline: Type, folder: Path) -> None:
    """For programs; the exit code is the same."""
    result = offline("workflow", "test", "-o", "json", "w.test.yaml")

    works, fails = json.loads(result.stdout)
    assert result.exit_code == 13
    assert (works["case"], works["passed"], works["simulated_seconds"]) == ("it works", True, 3700)
    assert fails["differences"][0]["about"] == "state"


def test_junit_is_what_build_systems_read(offline: Type, folder: Path) -> None:
    """A suite for each file; a failure says what is not as expected."""
    result = offline("workflow", "test", "-o", "junit", "w.test.yaml")

    (suite,) = ElementTree.fromstring(result.stdout)
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("w.test.yaml", "2", "1")
    assert [case.get("name") for case in suite] == ["it works", "it fails"]
    (failure,) = suite[1]
    assert failure.get("message") == "state: expected SUCCESS, got ERROR"
    assert (failure.text or "").endswith("  a ERROR\n- b")
