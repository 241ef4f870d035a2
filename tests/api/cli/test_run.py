"""``wf-es run`` as typed: no server, the output on standard output, codes by outcome."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.cli.conftest import Type

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
DEPLOY = str(EXAMPLES / "deploy.yaml")
LOOP = str(EXAMPLES / "loop.yaml")
TWO = """\
version: '2.0'
one:
  output: {said: one}
  tasks: {a: {action: std.noop}}
two:
  output: {said: <% env().word %>}
  tasks: {a: {action: std.noop}}
"""


@pytest.fixture
def two(tmp_path: Path) -> str:
    """A file with two workflows."""
    file = tmp_path / "two.yaml"
    file.write_text(TWO)
    return str(file)


def test_the_output_is_on_standard_output_alone(offline: Type) -> None:
    """Progress, one line per event, goes to standard error."""
    result = offline("run", LOOP, "--input", "limit=5")

    assert (result.exit_code, json.loads(result.stdout)) == (0, {"counter": 5})
    lines = result.stderr.splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(lines) + 1))


def test_a_failure_has_its_code_and_advice(offline: Type) -> None:
    """Exit code 10, why, and how to be able to go on next time."""
    result = offline("run", DEPLOY, "-i", "stage=production")

    assert (result.exit_code, result.stdout) == (10, "")
    assert "variable 'host' is not set" in result.stderr
    assert "--db-url sqlite:///FILE" in result.stderr


def test_a_kept_log_can_be_gone_on_with(offline: Type, tmp_path: Path) -> None:
    """The advice names the log and the task; running again stores a new version."""
    url = f"sqlite:///{tmp_path / 'run.sqlite'}"

    failed = offline("run", DEPLOY, "-i", "stage=production", "--db-url", url)
    again = offline("run", DEPLOY, "--db-url", url)

    assert f"wf-es serve --db-url {url}" in failed.stderr
    assert "--from failed" in failed.stderr
    assert (failed.exit_code, again.exit_code) == (10, 0)


def test_one_of_several_workflows(offline: Type, two: str) -> None:
    """--workflow says which; --env gives its environment."""
    asked = offline("run", two)
    done = offline("run", two, "--workflow", "two", "--env", "word=hello", "-o", "yaml")

    assert (asked.exit_code, "one, two" in asked.stderr) == (2, True)
    assert (done.exit_code, done.stdout) == (0, "said: hello\n")


def test_a_reverse_workflow_is_run_up_to_its_task(offline: Type, tmp_path: Path) -> None:
    """--task says which task to reach; without it nothing is started, and the message says why."""
    file = tmp_path / "w.yaml"
    file.write_text(
        "version: '2.0'\nw:\n  type: reverse\n  tasks:\n    top: {requires: base, publish: {top: 1}}\n"
        "    base: {publish: {base: 2}}\n    other: {action: std.fail}\n"
    )

    asked = offline("run", str(file))
    done = offline("run", str(file), "--task", "top", "-o", "json")

    assert (asked.exit_code, "params.task_name" in asked.stderr) == (3, True)
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"base": 2, "top": 1})


def test_an_invalid_definition_is_not_run(offline: Type, tmp_path: Path) -> None:
    """Exit code 3 and the place of each mistake."""
    file = tmp_path / "w.yaml"
    file.write_text("version: '2.0'\nw:\n  tasks:\n    a:\n      on-sucess: b\n")

    result = offline("run", str(file))

    assert (result.exit_code, f"{file}:5:7: error[E104]" in result.stderr) == (3, True)


def test_missing_input_is_refused(offline: Type, tmp_path: Path) -> None:
    """Exit code 3; nothing was started."""
    file = tmp_path / "w.yaml"
    file.write_text("version: '2.0'\nw:\n  input: [x]\n  tasks: {a: {action: std.noop}}\n")

    result = offline("run", str(file))

    assert (result.exit_code, result.stdout, "missing" in result.stderr) == (3, "", True)


def test_a_wait_for_somebody_else_is_said(offline: Type) -> None:
    """Nobody can answer an embedded execution; --timeout ends the wait with code 6."""
    result = offline("run", str(EXAMPLES / "approval.yaml"), "--timeout", "1")

    assert result.exit_code == 6
    assert "waits for a result from outside" in result.stderr
    assert "still under way" in result.stderr


def test_a_paused_workflow_has_its_code(offline: Type, tmp_path: Path) -> None:
    """Exit code 12."""
    file = tmp_path / "w.yaml"
    file.write_text("version: '2.0'\nw:\n  tasks:\n    a:\n      action: std.noop\n      on-success: pause\n")

    assert offline("run", str(file)).exit_code == 12
