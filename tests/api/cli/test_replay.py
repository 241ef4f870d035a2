"""``wf-es replay`` as typed: no server, an exit code, the first difference."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import wf_es
from tests.api.cli.conftest import Type
from wf_es.exports import gather, write_export

TEXT = "w:\n  tasks:\n    t: {action: std.noop}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An export of an execution that has ended."""
    return exported(tmp_path, TEXT)


def exported(folder: Path, text: str) -> Path:
    """Run a workflow to its end and export it."""
    path = folder / "x.jsonl"
    with wf_es.open("memory://") as workflows:
        workflows.create_workflows(f"version: '2.0'\n{text}")
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


def test_it_says_how_much_was_decided_again(offline: Type, file: Path) -> None:
    """And what was not, with the reason; all of it as JSON, too."""
    result = offline("replay", str(file))
    assert "2 decided again" in result.stderr
    report = json.loads(offline("replay", str(file), "-o", "json").stdout)
    assert (report["decisions"], report["decided"], report["folded"]) == (2, 2, [])


def test_what_cannot_be_decided_again_is_listed(offline: Type, tmp_path: Path) -> None:
    """It is no difference."""
    path = exported(
        tmp_path, "w:\n  vars: {n: <% len(executions()) %>}\n  tasks:\n    t: {action: std.noop}\n"
    )
    result = offline("replay", str(path))
    assert (result.exit_code, "no difference" in result.stderr) == (0, True)
    assert "1 decided again, 1 only folded:" in result.stderr
    assert (
        "  1 x WorkflowStarted: it asked executions(), which is answered by the whole store" in result.stderr
    )


def test_an_edited_definition_is_compared_with_what_happened(
    offline: Type, file: Path, tmp_path: Path
) -> None:
    """In a file or a directory; exit code 14 where it goes another way, 3 where it is none of the file's."""
    definition = tmp_path / "definitions" / "w.yaml"
    definition.parent.mkdir()
    definition.write_text(f"version: '2.0'\n{TEXT}")
    assert offline("replay", str(file), "--definition", str(definition)).exit_code == 0
    definition.write_text(f"version: '2.0'\n{TEXT}".replace("t:", "u:"))
    for path in (definition, definition.parent):
        result = offline("replay", str(file), "--definition", str(path), "-o", "json")
        assert result.exit_code == 14
        (difference,) = json.loads(result.stdout)["differences"]
        assert difference["text"] == 'name is "u", but it was "t"'
    definition.write_text(f"version: '2.0'\n{TEXT}".replace("w:", "other:"))
    result = offline("replay", str(file), "--definition", str(definition))
    assert (result.exit_code, "No execution of the file runs other" in result.stderr) == (3, True)
    definition.write_text("version: '2.0'\nw: {tasks: 5}")
    result = offline("replay", str(file), "--definition", str(definition))
    assert (result.exit_code, "w.yaml:2" in result.stderr) == (3, True)
    definition.unlink()
    result = offline("replay", str(file), "--definition", str(definition.parent))
    assert (result.exit_code, "There is no definition in" in result.stderr) == (3, True)


def test_a_file_that_was_changed_is_no_test(offline: Type, file: Path) -> None:
    """It is refused, which is another exit code than a difference."""
    file.write_text(file.read_text().replace("SUCCESS", "ERROR"))
    result = offline("replay", str(file))
    assert (result.exit_code, "was changed" in result.stderr) == (3, True)
