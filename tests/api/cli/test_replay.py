"""``wf-es replay`` as typed: no server, an exit code, the first difference."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import wf_es
from tests.api.cli.conftest import Type
from wf_es.exports import gather, write_export


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An export of an execution that has ended."""
    path = tmp_path / "x.jsonl"
    with wf_es.open("memory://") as workflows:
        workflows.create_workflows("version: '2.0'\nw:\n  tasks:\n    t: {action: std.noop}\n")
        execution = workflows.start("w")
        assert workflows.wait(execution, 10).state == "SUCCESS"
        path.write_bytes(write_export(gather(workflows.engine, execution, "now")))
    return path


def test_it_replays_to_the_same(offline: Type, file: Path) -> None:
    """Exit code 0, with counts; the file may come by standard input."""
    result = offline("replay", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 execution: no difference" in result.stderr
    piped = offline("replay", "-", "-o", "json", input=file.read_bytes())
    report = json.loads(piped.stdout)
    assert (report["ok"], report["executions"], report["differences"]) == (True, 1, [])


def test_a_difference_is_named(offline: Type, file: Path) -> None:
    """Here the file says that something was otherwise; exit code 14."""
    text = file.read_text().replace('"execution":"RUNNING ', '"execution":"ERROR ', 1)
    lines = text.splitlines(keepends=True)[:-1]
    whole = "".join(lines)
    end = {"line": "end", "lines": len(lines), "digest": hashlib.sha256(whole.encode()).hexdigest()}
    file.write_text(whole + json.dumps(end) + "\n")
    result = offline("replay", str(file))
    assert result.exit_code == 14
    assert "is RUNNING, but it was ERROR" in result.stdout
    assert "not the same any more" in result.stderr
    (difference,) = json.loads(offline("replay", str(file), "-o", "json").stdout)["differences"]
    assert difference["subject"] == "execution"


def test_a_file_that_was_changed_is_no_test(offline: Type, file: Path) -> None:
    """It is refused, which is another exit code than a difference."""
    file.write_text(file.read_text().replace("SUCCESS", "ERROR"))
    result = offline("replay", str(file))
    assert (result.exit_code, "was changed" in result.stderr) == (3, True)
