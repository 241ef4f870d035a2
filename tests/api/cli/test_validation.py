"""``wf-es workflow validate``: offline, with places, for people and for build systems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli.validation import excerpt
from tests.api.cli.conftest import Type

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
BROKEN = """\
version: '2.0'
w:
  tasks:
    a:
      action: std.noop
      on-sucess: b
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file with one mistake, in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("w.yaml").write_text(BROKEN)
    return "w.yaml"


def test_the_examples_have_no_problems(offline: Type) -> None:
    """Several files are checked at once; the summary goes to standard error."""
    files = [str(file) for file in sorted(EXAMPLES.glob("*.yaml"))]

    result = offline("workflow", "validate", *files)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{len(files)} files, {len(files)} workflows: 0 errors, 0 warnings\n"


def test_a_mistake_has_its_place(offline: Type, broken: str) -> None:
    """One line that editors can follow, and exit code 3."""
    result = offline("workflow", "validate", broken)

    assert result.exit_code == 3
    assert result.stdout == (
        "w.yaml:6:7: error[E104] task 'a': unknown key 'on-sucess'; did you mean 'on-success'?\n"
    )
    assert ": 1 error, 0 warnings" in result.stderr


def test_verbose_points_at_the_place(offline: Type, broken: str) -> None:
    """The author's line, and a caret below it."""
    result = offline("workflow", "validate", "-v", broken)

    assert result.stdout.splitlines()[1:] == ["    6 |       on-sucess: b", "      |       ^"]


def test_json_has_the_parts(offline: Type, broken: str) -> None:
    """What the line says, as fields."""
    found = json.loads(offline("workflow", "validate", broken, "-o", "json").stdout)

    assert found == [
        {
            "file": "w.yaml",
            "line": 6,
            "column": 7,
            "severity": "error",
            "code": "E104",
            "subject": "task 'a'",
            "message": "unknown key 'on-sucess'; did you mean 'on-success'?",
        }
    ]


def test_annotations_stand_beside_the_code(offline: Type, broken: str) -> None:
    """The form that GitHub's workflows understand."""
    assert offline("workflow", "validate", broken, "-o", "github").stdout == (
        "::error file=w.yaml,line=6,col=7,title=E104::"
        "task 'a': unknown key 'on-sucess'; did you mean 'on-success'?\n"
    )


def test_a_warning_is_no_refusal(offline: Type, tmp_path: Path) -> None:
    """An action that is not installed here may be there on the server."""
    file = tmp_path / "w.yaml"
    file.write_text("version: '2.0'\nw:\n  tasks:\n    a:\n      action: my.own\n")

    result = offline("workflow", "validate", str(file))

    assert (result.exit_code, "warning[W502]" in result.stdout) == (0, True)


def test_what_is_no_text_is_refused_in_words(offline: Type, tmp_path: Path) -> None:
    """Binary files give a problem, not a traceback."""
    file = tmp_path / "w.yaml"
    file.write_bytes(b"\xff\xfe\x00\x01")

    result = offline("workflow", "validate", str(file))

    assert (result.exit_code, "error[E" in result.stdout) == (3, True)


def test_a_file_that_is_not_there(offline: Type) -> None:
    """Wrong usage, exit code 2."""
    assert offline("workflow", "validate", "nowhere.yaml").exit_code == 2


PLACES = {
    "middle": ("ab: cd", 1, 5, ["    1 | ab: cd", "      |     ^"]),
    "behind-a-tab": ("\tx", 1, 2, ["    1 | \tx", "      | \t^"]),
    "beyond-the-text": ("a", 2, 1, []),
    "no-place": ("a", 0, 0, []),
}


@pytest.mark.parametrize(("text", "line", "column", "lines"), PLACES.values(), ids=list(PLACES))
def test_excerpts(text: str, line: int, column: int, lines: list[str]) -> None:
    """The caret stands below the character that is meant."""
    assert excerpt(text, line, column) == lines


def test_limits_can_be_set(wf: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command holds the limits that a server with these settings would hold."""
    file = tmp_path / "w.yaml"
    file.write_text("version: '2.0'\nw: {tasks: {a: {action: std.noop}, b: {action: std.noop}}}\n")
    assert wf("workflow", "validate", str(file)).exit_code == 0
    monkeypatch.setenv("WF_ES_LIMIT_DEFINITION_TASKS", "1")
    refused = wf("workflow", "validate", str(file))
    assert refused.exit_code == 3
    assert "2 tasks, the limit is 1 (WF_ES_LIMIT_DEFINITION_TASKS)" in refused.stdout


BOOK = "version: '2.0'\nname: b\nactions:\n  a: {base: std.noop}\n"
ACTIONS = "version: '2.0'\na: {base: std.noop}\nb: {base: a}\n"


def test_files_of_every_kind_are_checked(offline: Type, tmp_path: Path) -> None:
    """Each as what it is; the summary counts them."""
    book, actions, flow = tmp_path / "b.yaml", tmp_path / "a.yaml", tmp_path / "w.yaml"
    book.write_text(BOOK)
    actions.write_text(ACTIONS)
    flow.write_text("version: '2.0'\nw:\n  tasks:\n    a: {action: nobody}\n")

    result = offline("workflow", "validate", str(book), str(actions), str(flow))

    assert result.stderr == "3 files, 1 workflow, 1 workbook, 2 actions: 0 errors, 1 warning\n"


@pytest.mark.parametrize(("noun", "text"), [("workbook", BOOK), ("action", ACTIONS)])
def test_each_noun_checks_its_own_kind(offline: Type, tmp_path: Path, noun: str, text: str) -> None:
    """And nothing else."""
    file = tmp_path / "x.yaml"
    file.write_text(text)
    assert offline(noun, "validate", str(file)).exit_code == 0

    file.write_text(BROKEN.replace("sucess: b", "success: a"))
    result = offline(noun, "validate", str(file))
    assert result.exit_code == 3
    assert f"1 file, 0 {noun}s: " in result.stderr


def test_files_that_are_checked_together_know_each_other(offline: Type, tmp_path: Path) -> None:
    """A workflow may call the ad-hoc actions of another file; alone it is warned about."""
    actions, flow = tmp_path / "a.yaml", tmp_path / "w.yaml"
    actions.write_text("version: '2.0'\ngreet: {base: std.echo output=<% $.name %>, input: [name]}\n")
    flow.write_text("version: '2.0'\nw:\n  tasks:\n    a: {action: greet nam=1}\n")

    assert "unknown action 'greet'" in offline("workflow", "validate", str(flow)).stdout
    both = offline("workflow", "validate", str(flow), str(actions)).stdout
    assert "unknown action" not in both
    assert "Invalid input of action 'greet': missing=['name']" in both
