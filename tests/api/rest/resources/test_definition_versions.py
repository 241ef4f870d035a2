"""Versions of definitions of all kinds, and what differs between them, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

W = "version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop}\n"
A = "version: '2.0'\nshout: {base: std.echo output=1}\n"
B = "version: '2.0'\nname: wb\nworkflows:\n  w: {tasks: {a: {action: std.noop}}}\n"


@pytest.fixture
def stored(api: Any) -> Any:
    """Two versions of each kind."""
    for collection, text, old, new in (
        ("workflows", W, "std.noop", "std.fail"),
        ("actions", A, "output=1", "output=2"),
        ("workbooks", B, "std.noop", "std.fail"),
    ):
        api.call("POST", f"/v2/{collection}", 201, text)
        api.call("PUT", f"/v2/{collection}", 200, text.replace(old, new))
    body = {"name": "e", "variables": {"host": "a", "password": "p4ss-one"}}
    api.call("POST", "/v2/environments", 201, body)
    api.call("PUT", "/v2/environments", 200, body | {"variables": {"host": "b", "password": "p4ss-two"}})
    return api


PATHS = ["workflows/w", "actions/shout", "workbooks/wb", "environments/e"]


@pytest.mark.parametrize("path", PATHS)
def test_versions_are_listed(stored: Any, path: str) -> None:
    """The oldest first, without what they say."""
    versions = stored.get(f"/v2/{path}/versions")["versions"]

    assert [(one["version"], one["change"], one["actor"]) for one in versions] == [
        (1, "created", "anonymous"),
        (2, "updated", "anonymous"),
    ]
    assert "definition" not in versions[0]
    assert "variables" not in versions[0]


def test_one_version_says_what_it_said(stored: Any) -> None:
    """Word by word; the secrets of an environment are masked."""
    assert stored.get("/v2/workflows/w/versions/1")["definition"] == W
    assert "output=2" in stored.get("/v2/actions/shout/versions/2")["definition"]
    assert stored.get("/v2/workbooks/wb/versions/1")["definition"] == B
    assert stored.get("/v2/environments/e/versions/1")["variables"] == {"host": "a", "password": "***"}


def test_by_id_and_after_a_deletion(stored: Any) -> None:
    """Executions may still run what was withdrawn."""
    identifier = stored.get("/v2/workflows/w")["id"]
    stored.call("DELETE", "/v2/workflows/w", 204)

    assert stored.get(f"/v2/workflows/{identifier}/versions/2")["withdrawn_at"] is not None
    assert len(stored.get("/v2/workflows/w/versions")["versions"]) == 2


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("workflows/w", [("task", "a", ["action"])]),
        ("actions/shout", [("key", "base", [])]),
        ("workbooks/wb", [("workflow", "wb.w", ["tasks"])]),
        ("environments/e", [("variable", "host", []), ("variable", "password", [])]),
    ],
)
def test_two_versions_are_compared(stored: Any, path: str, changes: list[Any]) -> None:
    """By default what the last one has changed."""
    found = stored.get(f"/v2/{path}/diff")

    assert [(one["kind"], one["name"], one["keys"]) for one in found["changes"]] == changes
    assert (found["from"]["version"], found["to"]["version"]) == (1, 2)
    assert found["diff"].startswith("--- ")
    assert "p4ss" not in str(found)
    assert found == stored.get(f"/v2/{path}/diff?from=1&to=2")
    assert stored.get(f"/v2/{path}/diff?from=2&to=2")["same"] is True


def test_a_namespace_is_named(stored: Any) -> None:
    """The same name there is another definition; environments have none."""
    stored.call("POST", "/v2/workflows?namespace=n", 201, W)

    assert len(stored.get("/v2/workflows/w/versions?namespace=n")["versions"]) == 1
    assert stored.get("/v2/workflows/w/versions/1?namespace=n")["namespace"] == "n"
    stored.get("/v2/actions/shout/versions?namespace=n", 404)
    stored.get("/v2/environments/e/versions?namespace=n", 400)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("workflows/nobody/versions", 404, "Workflow not found"),
        ("workflows/w/versions/3", 404, "Version 3 of workflow 'w' not found; there are: 1, 2"),
        ("workflows/w/versions/x", 400, "whole number"),
        ("workflows/w/diff?from=7", 404, "Version 7 of workflow 'w' not found"),
        ("workflows/w/diff?to=1", 400, "no version before version 1"),
        ("workflows/w/diff?colour=red", 400, "Unknown argument"),
        ("actions/std.echo/versions", 404, "std.echo is installed in this server, so it has no versions"),
        ("actions/std.echo/versions/1", 404, "std.echo is installed"),
        ("actions/std.echo/diff", 404, "std.echo is installed"),
        ("actions/nobody/diff", 404, "not found"),
    ],
)
def test_what_is_not_there(stored: Any, path: str, status: int, words: str) -> None:
    """The answer says what is."""
    assert words in stored.get(f"/v2/{path}", status)["faultstring"]
