"""``wf-es environment`` as typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.cli.conftest import FakeServer, Type

ROW = {
    "id": "1",
    "name": "e",
    "description": "d",
    "variables": '{"k":1}',
    "scope": "private",
    "updated_at": "now",
}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """A way to write a file; gives its path."""

    def write_file(text: str) -> str:
        path = tmp_path / "env.yaml"
        path.write_text(text)
        return str(path)

    return write_file


@pytest.mark.parametrize(("verb", "method"), [("create", "POST"), ("update", "PUT")])
@pytest.mark.parametrize("text", ["name: e\nvariables: {k: 1}\n", '{"name": "e", "variables": {"k": 1}}'])
def test_a_file_is_yaml_or_json(
    fake: FakeServer, wf: Type, write: Any, text: str, verb: str, method: str
) -> None:
    """What was stored is shown, its variables as data."""
    fake.on(method, "environments", ROW)

    result = wf("environment", verb, write(text), "-o", "json")

    assert fake.requests == [(method, "environments", {"name": "e", "variables": {"k": 1}})]
    assert json.loads(result.stdout)["variables"] == {"k": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("variables: {k: 1}\n", "'name' is missing"),
        ("name: e\ncolour: red\n", "unknown key 'colour'; there are: name, description, variables, scope"),
        ("name: e\nvariables: [1]\n", "'variables' must be an object"),
        ("name: [e]\n", "'name' must be a text"),
        ("- 1\n", "must hold one object"),
        ("a: b: c\n", ":1:"),
    ],
)
@pytest.mark.parametrize("verb", ["create", "update", "validate"])
def test_a_file_that_cannot_be_used(
    fake: FakeServer, wf: Type, write: Any, text: str, words: str, verb: str
) -> None:
    """Nothing is sent."""
    result = wf("environment", verb, write(text))

    assert result.exit_code == 3
    assert words in result.output
    assert fake.requests == []


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("name: e\nvariables: {k: <% env().a + 1 %>}\n", 0, "1 checked, 0 with errors"),
        ("name: e\nvariables: {}\n", 0, "1 checked, 0 with errors"),
        ("name: e\n", 3, "'variables' is missing"),
        ("name: e\nvariables: {k: {n: [<% 1 + %>]}}\n", 3, "1 checked, 1 with errors"),
        ("name: e\nvariables: {k: '{{ 1 + }}'}\n", 3, "1 checked, 1 with errors"),
    ],
)
def test_validate_needs_no_server(offline: Type, write: Any, text: str, code: int, words: str) -> None:
    """Expressions inside are parsed, too."""
    result = offline("environment", "validate", write(text))

    assert result.exit_code == code
    assert words in result.output


def test_list_get_and_delete(fake: FakeServer, wf: Type) -> None:
    """By name; a name is quoted on its way."""
    fake.on("GET", "environments", {"environments": [ROW]})
    fake.on("GET", "environments/my%20env", ROW)
    fake.on("DELETE", "environments/e", "", status=204)

    assert wf("environment", "list", "--columns", "name").stdout == "NAME\ne\n"
    assert fake.queries("environments") == [{"limit": "100", "sort_keys": "name", "sort_dirs": "asc"}]
    assert '{"k": 1}' in wf("environment", "get", "my env").stdout
    assert wf("environment", "delete", "e").exit_code == 2
    assert wf("environment", "delete", "e", "--yes").stderr == "environment e deleted\n"
