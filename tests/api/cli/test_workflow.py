"""``wf-es workflow`` as typed, but for ``validate``, which has tests of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.cli.conftest import FakeServer, Type

ROW = {
    "id": "1",
    "name": "w",
    "namespace": "",
    "input": "a",
    "tags": [],
    "definition": "version: '2.0'\nw: {}",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a definition."""
    path = tmp_path / "w.yaml"
    path.write_text("version: '2.0'\nw: {}\n")
    return path


@pytest.mark.parametrize(("verb", "method"), [("create", "POST"), ("update", "PUT")])
def test_files_are_sent_as_they_are(fake: FakeServer, wf: Type, file: Path, verb: str, method: str) -> None:
    """What is stored is listed."""
    fake.on(method, "workflows", {"workflows": [ROW]})

    result = wf("workflow", verb, str(file), "--namespace", "n", "--columns", "name,input")

    assert fake.requests == [(method, "workflows?namespace=n", "version: '2.0'\nw: {}\n")]
    assert (result.exit_code, result.stdout) == (0, "NAME  INPUT\nw     a\n")


def test_a_refused_definition_names_the_file(fake: FakeServer, wf: Type, file: Path) -> None:
    """Each problem is a line that an editor can follow."""
    problem = {"file": "<text>", "line": 2, "column": 4, "severity": "error", "code": "E106", "message": "m"}
    fake.on(
        "POST",
        "workflows",
        (400, {"code": "invalid-definition", "faultstring": "1 error", "errors": [problem]}),
    )

    result = wf("workflow", "create", str(file))

    assert result.exit_code == 3
    assert f"{file}:2:4: error[E106] m" in result.stderr
    assert "wf-es workflow validate -v" in result.stderr


def test_a_name_that_is_taken(fake: FakeServer, wf: Type, file: Path) -> None:
    """Exit code 5."""
    fake.on("POST", "workflows", (409, {"code": "already-exists", "faultstring": "there is a 'w' already"}))

    assert wf("workflow", "create", str(file)).exit_code == 5


def test_list(fake: FakeServer, wf: Type) -> None:
    """By name."""
    fake.on("GET", "workflows", {"workflows": [ROW]})

    wf("workflow", "list")

    assert fake.queries("workflows") == [{"limit": "100", "sort_keys": "name", "sort_dirs": "asc"}]


def test_get_and_its_definition(fake: FakeServer, wf: Type) -> None:
    """--definition prints the text alone, ending in one line break."""
    fake.on("GET", "workflows/my%2Fflow", ROW)

    assert "name        w" in wf("workflow", "get", "my/flow").stdout
    assert wf("workflow", "get", "my/flow", "--definition").stdout == "version: '2.0'\nw: {}\n"


def test_delete(fake: FakeServer, wf: Type) -> None:
    """Asked for, and said to be done."""
    fake.on("DELETE", "workflows/w", "", status=204)

    refused = wf("workflow", "delete", "w")
    done = wf("workflow", "delete", "w", "--yes")

    assert (refused.exit_code, done.exit_code, done.stderr) == (2, 0, "workflow w deleted\n")
