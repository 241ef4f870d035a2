"""The commands that workflows, workbooks and actions have alike, as typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.cli.conftest import FakeServer, Type

NOUNS = ["workflow", "workbook", "action"]
ROW = {
    "id": "1",
    "name": "w",
    "namespace": "",
    "input": "a",
    "tags": [],
    "definition": "version: '2.0'\nw: {}",
}


def answer(noun: str) -> Any:
    """Return what the server answers to an upload: one workbook, or a list of the others."""
    return ROW if noun == "workbook" else {f"{noun}s": [ROW]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a definition."""
    path = tmp_path / "w.yaml"
    path.write_text("version: '2.0'\nw: {}\n")
    return path


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(("verb", "method"), [("create", "POST"), ("update", "PUT")])
def test_files_are_sent_as_they_are(
    fake: FakeServer, wf: Type, file: Path, verb: str, method: str, noun: str
) -> None:
    """What is stored is listed."""
    fake.on(method, f"{noun}s", answer(noun))

    result = wf(noun, verb, str(file), "--namespace", "n", "--columns", "name,input")

    assert fake.requests == [(method, f"{noun}s?namespace=n", "version: '2.0'\nw: {}\n")]
    assert (result.exit_code, result.stdout) == (0, "NAME  INPUT\nw     a\n")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_refused_definition_names_the_file(fake: FakeServer, wf: Type, file: Path, noun: str) -> None:
    """Each problem is a line that an editor can follow."""
    problem = {"file": "<text>", "line": 2, "column": 4, "severity": "error", "code": "E106", "message": "m"}
    refused = {"code": "invalid-definition", "faultstring": "1 error", "errors": [problem]}
    fake.on("POST", f"{noun}s", (400, refused))

    result = wf(noun, "create", str(file))

    assert result.exit_code == 3
    assert f"{file}:2:4: error[E106] m" in result.stderr
    assert f"wf-es {noun} validate -v" in result.stderr


@pytest.mark.parametrize("noun", NOUNS)
def test_a_name_that_is_taken(fake: FakeServer, wf: Type, file: Path, noun: str) -> None:
    """Exit code 5."""
    fake.on("POST", f"{noun}s", (409, {"code": "already-exists", "faultstring": "there is a 'w' already"}))

    assert wf(noun, "create", str(file)).exit_code == 5


@pytest.mark.parametrize("noun", NOUNS)
def test_list(fake: FakeServer, wf: Type, noun: str) -> None:
    """By name."""
    fake.on("GET", f"{noun}s", {f"{noun}s": [ROW]})

    result = wf(noun, "list", "--columns", "name")

    assert result.stdout == "NAME\nw\n"
    assert fake.queries(f"{noun}s") == [{"limit": "100", "sort_keys": "name", "sort_dirs": "asc"}]


@pytest.mark.parametrize("noun", NOUNS)
def test_get_and_its_definition(fake: FakeServer, wf: Type, noun: str) -> None:
    """The definition is printed alone and ends in one line break."""
    fake.on("GET", f"{noun}s/my%2Fflow", ROW)

    assert "name        w" in wf(noun, "get", "my/flow").stdout
    printed = wf(noun, "get-definition", "my/flow", "--namespace", "n").stdout
    assert printed == "version: '2.0'\nw: {}\n"
    assert fake.requests[-1][1] == f"{noun}s/my%2Fflow?namespace=n"


@pytest.mark.parametrize("noun", NOUNS)
def test_delete(fake: FakeServer, wf: Type, noun: str) -> None:
    """Asked for, and said to be done."""
    fake.on("DELETE", f"{noun}s/w", "", status=204)

    refused = wf(noun, "delete", "w")
    done = wf(noun, "delete", "w", "--yes")

    assert (refused.exit_code, done.exit_code, done.stderr) == (2, 0, f"{noun} w deleted\n")
