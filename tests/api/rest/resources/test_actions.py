"""Actions: what is installed, and what was uploaded."""

from __future__ import annotations

from typing import Any

import pytest

GREET = """version: '2.0'
greet:
  description: says hello
  tags: [x]
  base: std.echo
  base-input: {output: "<% $.greeting %>, <% $.name %>"}
  input: [name, greeting: Hello]
"""


def test_one_action(api: Any) -> None:
    """Fields as Mistral names them, with the signature as input; also with a slash at the end."""
    action = api.get("/v2/actions/std.echo")
    assert (action["id"], action["name"], action["input"]) == ("std.echo", "std.echo", "output, delay=0")
    assert (action["is_system"], action["definition"]) == (False, "")
    assert api.get("/v2/actions/std.echo/") == action


def test_list(api: Any) -> None:
    """Sorted by name, filtered, narrowed and cut into pages."""
    some = api.get("/v2/actions?name=in:std.noop,std.fail,std.async_noop&fields=name")["actions"]
    assert [action["name"] for action in some] == ["std.async_noop", "std.fail", "std.noop"]
    assert all(set(action) == {"id", "name"} for action in some)
    page = api.get("/v2/actions?limit=2")
    assert len(page["actions"]) == 2
    assert "marker=" in page["next"]


def test_unknown(api: Any) -> None:
    """Named in Mistral's words."""
    problem = api.get("/v2/actions/none", 404)
    assert problem["faultstring"] == "Action not found [name=none, namespace=]"


def test_create_and_read(api: Any) -> None:
    """The answer is a list; one is found by its name, with a slash at the end, and by its id."""
    (created,) = api.call("POST", "/v2/actions?scope=public", 201, GREET)["actions"]

    assert created == {
        "id": created["id"],
        "name": "greet",
        "is_system": False,
        "input": 'name, greeting="Hello"',
        "description": "says hello",
        "tags": ["x"],
        "definition": GREET,
        "scope": "public",
        "project_id": "<default-project>",
        "created_at": created["created_at"],
        "updated_at": created["updated_at"],
        "version": 1,
        "namespace": "",
    }
    for path in ("greet", "greet/", created["id"]):
        assert api.get(f"/v2/actions/{path}") == created
    assert api.get("/v2/actions/greet?fields=name") == {"id": created["id"], "name": "greet"}


def test_installed_and_uploaded_ones_are_listed_together(api: Any) -> None:
    """By name, and page after page."""
    api.upload_actions(GREET)
    api.upload_actions("version: '2.0'\nstd.a: {base: std.noop}\nz: {base: std.noop}\n")

    whole = [action["name"] for action in api.get("/v2/actions")["actions"]]
    assert whole == sorted(whole)
    assert {"greet", "std.a", "std.echo", "z"} <= set(whole)
    pages, path = [], "/v2/actions?limit=3&fields=name"
    while path:
        page = api.get(path)
        pages += [action["name"] for action in page["actions"]]
        path = page.get("next", "").removeprefix("http://falconframework.org")
    assert pages == whole
    assert [action["name"] for action in api.get("/v2/actions?tags=x")["actions"]] == ["greet"]
    assert [action["name"] for action in api.get("/v2/actions?name=has:reet")["actions"]] == ["greet"]


def test_update_and_delete(api: Any) -> None:
    """Found by the names in the text, or by the name or id in the path."""
    api.upload_actions(GREET)
    identifier = api.get("/v2/actions/greet")["id"]
    for number, path in enumerate(("", "/greet", f"/{identifier}")):
        text = f"version: '2.0'\ngreet: {{base: std.noop, input: [q{number}]}}\n"
        assert api.call("PUT", f"/v2/actions{path}", 200, text)["actions"][0]["input"] == f"q{number}"
    api.call("DELETE", "/v2/actions/greet/", 204)
    api.get("/v2/actions/greet", 404)


def test_namespaces(api: Any) -> None:
    """Given as a parameter or at the end of the path; what is installed is in all of them."""
    api.call("POST", "/v2/actions?namespace=n", 201, GREET)
    api.get("/v2/actions/greet", 404)
    assert api.get("/v2/actions/greet/n")["namespace"] == "n"
    assert api.get("/v2/actions/greet?namespace=n")["namespace"] == "n"
    assert api.get("/v2/actions/std.echo/n")["name"] == "std.echo"
    api.call("DELETE", "/v2/actions/greet/n", 204)
    assert api.get("/v2/actions?namespace=n")["actions"] == []


@pytest.mark.parametrize(
    ("method", "path", "text", "status", "words"),
    [
        (
            "POST",
            "/v2/actions",
            GREET,
            409,
            "Duplicate entry for Action ['name', 'namespace', 'project_id']: ",
        ),
        (
            "PUT",
            "/v2/actions",
            GREET.replace("greet", "nobody"),
            404,
            "Action definition not found [action_name=nobody, namespace=]",
        ),
        ("PUT", "/v2/actions/greet", GREET.replace("greet:", "other:"), 400, "and nothing else"),
        ("POST", "/v2/actions", "version: '2.0'\na: {input: [x]}\n", 400, "'base' is a required property"),
        ("POST", "/v2/actions?scope=bogus", GREET, 400, "Scope must be one of"),
        ("POST", "/v2/actions?colour=red", GREET, 400, "Unknown argument"),
        (
            "DELETE",
            "/v2/actions/std.echo",
            None,
            404,
            "Action definition not found [action_name=std.echo, namespace=]",
        ),
        ("GET", "/v2/actions/none/n", None, 404, "Action not found [name=none, namespace=n]"),
    ],
)
def test_refusals(api: Any, method: str, path: str, text: str | None, status: int, words: str) -> None:
    """In Mistral's words."""
    api.upload_actions(GREET)
    assert words in api.call(method, path, status, text)["faultstring"]


def test_validate(api: Any) -> None:
    """The verdict is in the body; nothing is stored."""
    assert api.call("POST", "/v2/actions/validate", 200, GREET) == {"valid": True}
    assert api.call("POST", "/v2/actions/validate", 200, "version: '2.0'\na: {}\n")["valid"] is False
    api.get("/v2/actions/greet", 404)


def test_validation_knows_what_is_stored(api: Any) -> None:
    """An action that can be called is not called unknown."""
    text = "version: '2.0'\nw: {tasks: {a: {action: my.own}}}\n"
    verdict = api.call("POST", "/v2/workflows/validate", 200, text)
    assert [problem["code"] for problem in verdict["errors"]] == ["W502"]

    api.call("POST", "/v2/actions?namespace=n", 201, "version: '2.0'\nmy.own: {base: std.noop}\n")

    assert "errors" in api.call("POST", "/v2/workflows/validate", 200, text)
    assert api.call("POST", "/v2/workflows/validate?namespace=n", 200, text) == {"valid": True}
