"""Workbooks: upload, look, delete with and without what they brought along."""

from __future__ import annotations

from typing import Any

import pytest

BOOK = """version: '2.0'
name: wb
description: a book
tags: [t]
actions:
  shout: {base: std.echo output="!"}
workflows:
  main:
    tasks:
      a: {action: std.noop}
"""


def items(api: Any, namespace: str = "") -> list[str]:
    """Return the items of the workbook that there are."""
    query = f"?name=has:wb.&namespace={namespace}&fields=name"
    return [row["name"] for kind in ("actions", "workflows") for row in api.get(f"/v2/{kind}{query}")[kind]]


def test_create_and_read(api: Any) -> None:
    """The answer is one object; its items are there at once."""
    created = api.call("POST", "/v2/workbooks?scope=public", 201, BOOK)

    assert created == {
        "id": created["id"],
        "name": "wb",
        "namespace": "",
        "definition": BOOK,
        "tags": ["t"],
        "scope": "public",
        "project_id": "<default-project>",
        "created_at": created["created_at"],
        "updated_at": created["updated_at"],
        "version": 1,
    }
    assert api.get("/v2/workbooks/wb") == created
    assert api.get(f"/v2/workbooks/{created['id']}") == created
    assert api.get("/v2/workbooks")["workbooks"] == [created]
    assert api.get("/v2/workbooks?tags=t&sort_keys=name&fields=name")["workbooks"] == [
        {"id": created["id"], "name": "wb"}
    ]
    assert items(api) == ["wb.shout", "wb.main"]
    assert api.get("/v2/workflows/wb.main")["scope"] == "public"


def test_update(api: Any) -> None:
    """What the text leaves out stays, what it adds comes."""
    api.call("POST", "/v2/workbooks", 201, BOOK)
    changed = BOOK.replace("shout", "whisper").replace("tags: [t]", "tags: [u]")
    assert api.call("PUT", "/v2/workbooks", 200, changed)["tags"] == ["u"]
    assert items(api) == ["wb.shout", "wb.whisper", "wb.main"]


@pytest.mark.parametrize(
    ("query", "left"),
    [("", ["wb.shout", "wb.main"]), ("?cascade=true", []), ("?cascade=false", ["wb.shout", "wb.main"])],
)
def test_delete(api: Any, query: str, left: list[str]) -> None:
    """Its items stay as in Mistral, unless they are asked to go too."""
    api.call("POST", "/v2/workbooks", 201, BOOK)
    api.call("DELETE", f"/v2/workbooks/wb{query}", 204)
    answer = api.get("/v2/workbooks/wb", 404)
    assert answer["faultstring"] == "Workbook not found [workbook_name=wb, namespace=]"
    assert items(api) == left


def test_namespaces(api: Any) -> None:
    """A workbook and its items are in one namespace."""
    api.call("POST", "/v2/workbooks?namespace=n", 201, BOOK)
    api.get("/v2/workbooks/wb", 404)
    assert api.get("/v2/workbooks/wb?namespace=n")["namespace"] == "n"
    assert (items(api), items(api, "n")) == ([], ["wb.shout", "wb.main"])
    api.call("DELETE", "/v2/workbooks/wb?namespace=n&cascade=true", 204)
    assert items(api, "n") == []


@pytest.mark.parametrize(
    ("method", "path", "text", "status", "words"),
    [
        ("POST", "/v2/workbooks", BOOK, 409, "Duplicate entry for Workbook"),
        ("PUT", "/v2/workbooks", BOOK.replace("name: wb", "name: none"), 404, "Workbook not found"),
        (
            "POST",
            "/v2/workbooks",
            BOOK.replace("name: wb", "colour: red"),
            400,
            "'name' is a required property",
        ),
        ("POST", "/v2/workbooks", BOOK.replace("std.noop", "std.noop, on-success: ghost"), 400, "ghost"),
        ("POST", "/v2/workbooks", "", 400, "'version' is a required property"),
        ("DELETE", "/v2/workbooks/none", None, 404, "Workbook not found [workbook_name=none, namespace=]"),
        ("DELETE", "/v2/workbooks/wb?cascade=perhaps", None, 400, "must be true or false"),
    ],
)
def test_refusals(api: Any, method: str, path: str, text: str | None, status: int, words: str) -> None:
    """Nothing is stored, and the body says why."""
    api.call("POST", "/v2/workbooks", 201, BOOK)
    assert words in api.call(method, path, status, text)["faultstring"]


def test_validate(api: Any) -> None:
    """The verdict is in the body; nothing is stored."""
    assert api.call("POST", "/v2/workbooks/validate", 200, BOOK) == {"valid": True}
    verdict = api.call("POST", "/v2/workbooks/validate", 200, "version: '2.0'\nworkflows: {}\n")
    assert verdict["valid"] is False
    assert "name" in verdict["error"]
    assert items(api) == []
