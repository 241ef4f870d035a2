"""Workflows: upload, update, look, delete, validate."""

from __future__ import annotations

import json
from typing import Any

import pytest

TWO = """
version: '2.0'
p:
  input: [a, {b: 1}]
  output: {o: <% $.a %>}
  tasks:
    t: {action: std.noop}
q:
  tasks:
    t: {action: std.noop}
"""
BAD = "version: '2.0'\np:\n  tasks:\n    t: {action: std.noop, on-success: ghost}\n"


def one(name: str, tag: str = "x") -> str:
    """Return a document with one workflow."""
    return f"version: '2.0'\n{name}:\n  tags: [{tag}]\n  tasks:\n    t: {{action: std.noop}}\n"


def test_create_and_read(api: Any) -> None:
    """The interface is an object in the answer to an upload and text when read."""
    created = api.call("POST", "/v2/workflows", 201, TWO)["workflows"]
    assert sorted(row["name"] for row in created) == ["p", "q"]
    first = next(row for row in created if row["name"] == "p")
    assert first["interface"] == {"input": ["a", {"b": 1}], "output": ["o"]}
    by_name, by_id = api.get("/v2/workflows/p"), api.get(f"/v2/workflows/{first['id']}")
    assert by_name == by_id
    assert json.loads(by_name["interface"]) == first["interface"]
    assert by_name["definition"].startswith("version:")
    assert api.get("/v2/workflows/p?fields=name") == {"id": first["id"], "name": "p"}


def test_update_by_text_and_by_id(api: Any) -> None:
    """A PUT answers with a list, or with the one workflow its path names."""
    api.upload(one("p"))
    assert api.call("PUT", "/v2/workflows", 200, one("p", "y"))["workflows"][0]["tags"] == ["y"]
    identifier = api.get("/v2/workflows/p")["id"]
    assert api.call("PUT", f"/v2/workflows/{identifier}", 200, one("p", "z"))["tags"] == ["z"]


@pytest.mark.parametrize(
    ("method", "path", "text", "status"),
    [
        ("POST", "/v2/workflows", one("waiting"), 409),
        ("PUT", "/v2/workflows", one("unknown"), 404),
        ("PUT", "/v2/workflows/waiting", one("p"), 400),
        ("POST", "/v2/workflows?scope=bogus", one("p"), 400),
        ("POST", "/v2/workflows?colour=red", one("p"), 400),
        ("POST", "/v2/workflows", BAD, 400),
        ("POST", "/v2/workflows", "a: b: c", 400),
        ("POST", "/v2/workflows", b"\xff", 400),
        ("DELETE", "/v2/workflows/unknown", None, 404),
        ("GET", "/v2/workflows/unknown", None, 404),
    ],
)
def test_refusals(api: Any, method: str, path: str, text: str | None, status: int) -> None:
    """Nothing is stored, and the body says why."""
    assert api.call(method, path, status, text)["faultstring"]


def test_problems_have_places(api: Any) -> None:
    """Each problem of a document is listed with its line and column."""
    problem = api.call("POST", "/v2/workflows", 400, BAD)
    assert problem["errors"][0]["line"] == 4
    assert "ghost" in problem["errors"][0]["message"]
    assert problem["code"] == "invalid-definition"


def test_validate_always_answers_200(api: Any) -> None:
    """The verdict is in the body; nothing is stored."""
    assert api.call("POST", "/v2/workflows/validate", 200, one("v"))["valid"] is True
    verdict = api.call("POST", "/v2/workflows/validate", 200, BAD)
    assert verdict["valid"] is False
    assert "ghost" in verdict["error"]
    api.get("/v2/workflows/v", 404)


def test_namespaces_and_deletion(api: Any) -> None:
    """A name means something else in each namespace."""
    api.upload(one("p"))
    api.call("POST", "/v2/workflows?namespace=n", 201, one("p"))
    assert api.get("/v2/workflows/p?namespace=n")["namespace"] == "n"
    api.call("DELETE", "/v2/workflows/p", 204)
    api.get("/v2/workflows/p", 404)
    api.get("/v2/workflows/p?namespace=n")


def test_pages(api: Any) -> None:
    """A full page has a link, and the link leads to the rest."""
    api.upload(TWO)
    page = api.get("/v2/workflows?limit=2&sort_keys=name&fields=name")
    assert [row["name"] for row in page["workflows"]] == ["p", "q"]
    rest = api.get(page["next"].partition("/v2")[1] + page["next"].partition("/v2")[2])
    assert [row["name"] for row in rest["workflows"]] == ["waiting"]
    assert "next" not in rest


@pytest.mark.parametrize("namespace", ["n" * 256, "a%00b"])
def test_a_namespace_is_a_name(api: Any, namespace: str) -> None:
    """What could never be shown or typed again is refused."""
    api.call("POST", f"/v2/workflows?namespace={namespace}", 400, one("w"))


def test_an_unknown_workflow_is_named_as_mistral_does(api: Any) -> None:
    """The text holds what was looked for, and where."""
    answer = api.get("/v2/workflows/none?namespace=n", 404)
    assert answer["faultstring"] == "Workflow not found [workflow_identifier=none, namespace=n]"
