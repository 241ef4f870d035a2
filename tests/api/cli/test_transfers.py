"""``wf-es execution export``, ``import`` and ``activate`` as typed."""

from __future__ import annotations

from pathlib import Path

from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"
ROW = {
    "id": ID,
    "workflow_name": "w",
    "state": "RUNNING",
    "frozen": True,
    "created_at": "2026-11-21 08:00:00",
    "updated_at": "2026-11-21 08:00:00",
}


def test_an_export_is_printed_as_it_comes(fake: FakeServer, wf: Type, tmp_path: Path) -> None:
    """Or written to a file, with a word to the person."""
    fake.on("GET", f"executions/{ID}/export", '{"a":1}\n{"b":"ü"}\n')
    assert wf("execution", "export", ID).stdout_bytes == '{"a":1}\n{"b":"ü"}\n'.encode()
    assert fake.queries(f"executions/{ID}/export") == [{}]
    file = tmp_path / "x.jsonl"
    result = wf("execution", "export", ID, "--include-secrets", "--file", str(file))
    assert file.read_bytes() == '{"a":1}\n{"b":"ü"}\n'.encode()
    assert (result.stdout, str(file) in result.stderr) == ("", True)
    assert fake.queries(f"executions/{ID}/export")[-1] == {"secrets": "true"}


def test_an_import_sends_the_file(fake: FakeServer, wf: Type, tmp_path: Path) -> None:
    """As it is; what is frozen is said to be, with what to do."""
    file = tmp_path / "x.jsonl"
    file.write_text('{"line":"header"}\n')
    fake.on("POST", "executions/import", ROW, status=201)
    result = wf("execution", "import", str(file))
    assert fake.sent("POST", "executions/import") == ['{"line":"header"}\n']
    assert "frozen         true" in result.stdout
    assert f"wf-es execution activate {ID}" in result.stderr
    fake.on("POST", "executions/import", {**ROW, "frozen": False})
    piped = wf("execution", "import", "-", "--activate", input="x\n")
    assert fake.sent("POST", "executions/import")[-1] == "x\n"
    assert fake.requests[-1][1] == "executions/import?activate=true"
    assert "activate" not in piped.stderr


def test_a_file_that_is_not_there(wf: Type, tmp_path: Path) -> None:
    """Nothing is sent."""
    result = wf("execution", "import", str(tmp_path / "gone"))
    assert result.exit_code == 3
    assert "cannot be read" in result.stderr


def test_an_activation(fake: FakeServer, wf: Type) -> None:
    """Of the execution that is named."""
    fake.on("POST", f"executions/{ID}/activate", {**ROW, "frozen": False})
    result = wf("execution", "activate", ID)
    assert (result.exit_code, "frozen         false" in result.stdout) == (0, True)
