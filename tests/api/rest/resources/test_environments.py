"""Environments: create, look, change, delete; secrets in them are masked."""

from __future__ import annotations

import json
from typing import Any

import pytest

ENV = {"name": "e", "description": "d", "variables": {"k": "v", "n": [1, None]}}


def test_create_and_read(api: Any) -> None:
    """Variables travel as JSON text; on the way in an object will do, too."""
    created = api.call("POST", "/v2/environments", 201, ENV)

    assert created == {
        "id": created["id"],
        "name": "e",
        "description": "d",
        "variables": '{"k": "v", "n": [1, null]}',
        "scope": "private",
        "project_id": "<default-project>",
        "created_at": created["created_at"],
        "updated_at": created["updated_at"],
        "version": 1,
    }
    assert api.get("/v2/environments/e") == created
    assert api.get(f"/v2/environments/{created['id']}") == created
    assert api.get("/v2/environments?name=e")["environments"] == [created]
    assert api.get("/v2/environments/e?fields=name") == {"id": created["id"], "name": "e"}
    text = {**ENV, "name": "f", "variables": json.dumps(ENV["variables"]), "scope": "public"}
    assert api.call("POST", "/v2/environments", 201, text)["variables"] == created["variables"]
    names = [row["name"] for row in api.get("/v2/environments?sort_keys=name&sort_dirs=desc")["environments"]]
    assert names == ["f", "e"]


def test_update_and_delete(api: Any) -> None:
    """The body names the environment; what it does not give stays."""
    api.call("POST", "/v2/environments", 201, ENV)
    changed = api.call("PUT", "/v2/environments", 200, {"name": "e", "variables": {"k2": "v2"}})
    assert (changed["variables"], changed["description"]) == ('{"k2": "v2"}', "d")
    changed = api.call("PUT", "/v2/environments", 200, {"name": "e", "description": "new", "scope": "public"})
    assert (changed["variables"], changed["description"], changed["scope"]) == (
        '{"k2": "v2"}',
        "new",
        "public",
    )
    api.call("DELETE", "/v2/environments/e", 204)
    assert api.get("/v2/environments/e", 404)["faultstring"] == "Environment not found [name=e]"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "", ENV, 409, "Duplicate entry for Environment ['name', 'project_id']: e, "),
        ("PUT", "", {"name": "none", "variables": {"k": 1}}, 404, "Environment not found [name=none]"),
        ("PUT", "", {"variables": {"k": 1}}, 400, "Name of the environment is not provided."),
        ("POST", "", {"variables": {"k": 1}}, 400, "Name of the environment is not provided."),
        ("POST", "", {"name": "n"}, 400, "The variables of the environment are not provided."),
        ("POST", "", {"name": "n", "variables": "text"}, 400, "Request is not in valid JSON format"),
        ("POST", "", {"name": "n", "variables": [1]}, 400, "Invalid input for field/attribute env."),
        (
            "POST",
            "",
            {"name": "n", "variables": {"a": 1}, "scope": "everybody"},
            400,
            "attribute scope. Value: 'everybody'. Value should be one of: public, private",
        ),
        ("POST", "", {"name": "n", "variables": {}, "id": "x"}, 400, "are allowed as definition keys"),
        (
            "POST",
            "",
            {"name": "n", "variables": {}, "colour": "red"},
            400,
            "Unknown attribute for argument env",
        ),
        ("DELETE", "/none", None, 404, "Environment not found [name=none]"),
        ("GET", "/none", None, 404, "Environment not found [name=none]"),
        ("GET", "?colour=red", None, 400, "Unknown argument"),
    ],
)
def test_refusals(api: Any, method: str, path: str, body: Any, status: int, words: str) -> None:
    """In Mistral's words, and nothing is changed."""
    before = api.call("POST", "/v2/environments", 201, ENV)
    assert words in api.call(method, f"/v2/environments{path}", status, body)["faultstring"]
    assert api.get("/v2/environments")["environments"] == [before]


def test_secrets_are_masked(api: Any) -> None:
    """Those with a usual name and those that it declares, in every answer; what is stored stays."""
    variables = {"__secrets": ["pin"], "pin": 1234, "db": {"password": "hunter2", "host": "h"}}
    shown = {"__secrets": ["pin"], "pin": "***", "db": {"password": "***", "host": "h"}}
    created = api.call("POST", "/v2/environments", 201, {"name": "e", "variables": variables})

    listed = api.get("/v2/environments")["environments"][0]
    for answer in (created, listed, api.get("/v2/environments/e")):
        assert json.loads(answer["variables"]) == shown
    assert api.gateway.engine.definitions.environment("e", "<default-project>") == variables


def test_an_execution_starts_with_an_environment_by_its_name(api: Any) -> None:
    """It keeps the variables as they are then, expressions evaluated; its secrets stay hidden."""
    variables = {"k": 1, "twice": "<% env().k * 2 %>", "__secrets": ["pin"], "pin": 7}
    api.call("POST", "/v2/environments", 201, {"name": "e", "variables": variables})
    api.upload("version: '2.0'\nw:\n  output: {v: <% env().twice %>}\n  tasks:\n    t: {action: std.noop}\n")

    execution = api.start("w", params={"env": "e"})

    ended = api.wait(execution, "SUCCESS")
    assert json.loads(ended["output"]) == {"v": 2}
    assert json.loads(ended["params"]) == {
        "env": {"k": 1, "twice": 2, "__secrets": ["pin"], "pin": "***"},
        "namespace": "",
    }
    api.call("DELETE", "/v2/environments/e", 204)
    body = {"workflow_name": "w", "params": {"env": "e"}}
    assert api.call("POST", "/v2/executions", 400, body)["faultstring"] == "Environment is not found: e"


def test_what_was_masked_cannot_be_sent_back(api: Any) -> None:
    """The secret would be lost; it stays as it is."""
    variables = {"db": [{"password": "hunter2"}]}
    created = api.call("POST", "/v2/environments", 201, {"name": "e", "variables": variables})

    again = {"name": "e", "variables": created["variables"]}
    problem = api.call("PUT", "/v2/environments", 400, again)

    assert "The variable 'db.0.password' is '***'" in problem["faultstring"]
    assert api.gateway.engine.definitions.environment("e", "<default-project>") == variables
