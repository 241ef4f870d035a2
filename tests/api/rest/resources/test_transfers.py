"""Exports and imports over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.api.rest.conftest import Api, until
from tests.api.rest.conftest import api as make_api

HEADERS = {"Content-Type": "application/x-ndjson"}
SECRET = """
version: '2.0'
secretive:
  input: [password]
  tasks:
    a: {action: std.async_noop}
"""


@pytest.fixture
def elsewhere() -> Iterator[Api]:
    """Another server with a store of its own."""
    yield from make_api.__wrapped__()  # type: ignore[attr-defined]


def exported(api: Api, execution: str, query: str = "") -> str:
    """Return an export."""
    result = api.http.simulate_get(f"/v2/executions/{execution}/export{query}")
    assert (result.status_code, result.headers["content-type"]) == (200, "application/x-ndjson"), result.text
    return str(result.text)


def brought(api: Api, text: str, expect: int, query: str = "") -> dict[str, object]:
    """Import."""
    answer: dict[str, object] = api.call(
        "POST", f"/v2/executions/import{query}", expect, text, headers=HEADERS
    )
    return answer


def test_an_execution_moves(api: Api, elsewhere: Api) -> None:
    """It is frozen there, and goes on when it is activated."""
    execution = api.start()
    api.action(execution)
    row = brought(elsewhere, exported(api, execution, "?secrets=true"), 201)
    assert (row["id"], row["frozen"], row["state"]) == (execution, True, "RUNNING")
    assert elsewhere.get(f"/v2/executions/{execution}")["frozen"]
    action = elsewhere.action(execution)
    path = f"/v2/action_executions/{action['id']}"
    refused = elsewhere.call("PUT", path, 400, {"state": "SUCCESS", "output": "1"})
    assert "frozen" in refused["faultstring"]
    assert elsewhere.call("POST", f"/v2/executions/{execution}/activate", 200)["frozen"] is False
    elsewhere.call("PUT", path, 200, {"state": "SUCCESS", "output": "1"})
    elsewhere.wait(execution, "SUCCESS")
    assert api.get(f"/v2/executions/{execution}")["state"] == "RUNNING"
    assert elsewhere.get("/v2/audit")["findings"] == []
    assert elsewhere.get("/v2/workflows?name=waiting")["workflows"][0]["namespace"] == ""


def test_what_it_runs_is_kept_for_it_alone(api: Api, elsewhere: Api) -> None:
    """No list shows it, nobody can start it, and the audit knows it."""
    api.upload(SECRET)
    execution = api.start("secretive", input={"password": "x"})
    api.action(execution)
    brought(elsewhere, exported(api, execution, "?secrets=true"), 201, "?activate=true")
    assert elsewhere.get("/v2/workflows?name=secretive")["workflows"] == []
    elsewhere.call("POST", "/v2/executions", 404, {"workflow_name": "secretive"})
    assert elsewhere.get("/v2/audit")["findings"] == []
    action = elsewhere.action(execution)
    elsewhere.call("PUT", f"/v2/action_executions/{action['id']}", 200, {"state": "SUCCESS"})
    elsewhere.wait(execution, "SUCCESS")
    again = exported(elsewhere, execution)
    assert json.loads(again.splitlines()[1])["name"] == "secretive"


def test_importing_again_is_no_news(api: Api, elsewhere: Api) -> None:
    """200 instead of 201; another history under the id is a conflict."""
    execution = api.start()
    api.action(execution)
    text = exported(api, execution)
    brought(api, text, 200)
    brought(elsewhere, text, 201)
    brought(elsewhere, text, 200)
    api.call("PUT", f"/v2/executions/{execution}", 200, {"state": "PAUSED"})
    assert brought(elsewhere, exported(api, execution), 409)["code"] == "already-exists"


def test_it_may_be_activated_at_once(api: Api, elsewhere: Api) -> None:
    """Unless secrets were left out: then nothing is imported."""
    api.upload(SECRET)
    execution = api.start("secretive", input={"password": "hunter2"})
    api.action(execution)
    masked, whole = exported(api, execution), exported(api, execution, "?secrets=true")
    assert ("hunter2" in masked, "hunter2" in whole) == (False, True)
    assert "without its secrets" in str(brought(elsewhere, masked, 403, "?activate=true")["faultstring"])
    elsewhere.get(f"/v2/executions/{execution}", 404)
    assert brought(elsewhere, whole, 201, "?activate=true")["frozen"] is False


def test_a_family_moves_whole(api: Api, elsewhere: Api) -> None:
    """Parent and child are activated together."""
    api.upload("version: '2.0'\nouter:\n  tasks:\n    t: {workflow: waiting x=1}\n")
    execution = api.start("outer")

    def children() -> list[str]:
        rows = api.get(f"/v2/executions/{execution}/executions")["executions"]
        return [row["id"] for row in rows if row["id"] != execution]

    (child_id,) = until(children)
    api.action(child_id)
    brought(elsewhere, exported(api, execution), 201)
    assert elsewhere.get(f"/v2/executions/{child_id}")["frozen"]
    elsewhere.call("POST", f"/v2/executions/{execution}/activate", 200)
    action = elsewhere.action(child_id)
    elsewhere.call("PUT", f"/v2/action_executions/{action['id']}", 200, {"state": "SUCCESS"})
    elsewhere.wait(execution, "SUCCESS")


def test_what_is_no_export_is_refused(api: Api) -> None:
    """With a word on what is wrong; nothing is imported."""
    execution = api.start()
    text = exported(api, execution)
    for bad in ("", "nonsense", text[:-20], text.replace('"x":1', '"x":2')):
        assert "xport" in str(brought(api, bad, 400)["faultstring"])
    api.call("POST", "/v2/executions/import?x=1", 400, text, headers=HEADERS)
    api.get(f"/v2/executions/{execution}/export?x=1", 400)
    api.get("/v2/executions/11111111-1111-4111-8111-111111111111/export", 404)
    api.call("POST", "/v2/executions/11111111-1111-4111-8111-111111111111/activate", 404)


def test_the_file_is_lines_of_json(api: Api) -> None:
    """Anybody can read it."""
    lines = [json.loads(line) for line in exported(api, api.start()).splitlines()]
    assert lines[0]["wf_es_export"] == 1
    assert lines[-1]["lines"] == len(lines) - 1


def test_a_copy_of_what_is_frozen_runs_only_if_it_is_meant(api: Api, elsewhere: Api) -> None:
    """From a moment before the import; as it stands it is frozen, and the original is named."""
    execution = api.start()
    api.action(execution)
    brought(elsewhere, exported(api, execution), 201)
    path = f"/v2/executions/{execution}/fork"

    refused = elsewhere.call("POST", path, 400, {})
    made = elsewhere.call("POST", path, 201, {"at": 1})

    assert f"'wf-es execution activate {execution}'" in refused["faultstring"]
    assert (made["frozen"], made["forked_from"]) == (False, execution)
    assert elsewhere.get(f"/v2/executions/{execution}")["frozen"] is True
    action = elsewhere.action(made["id"])
    elsewhere.call("PUT", f"/v2/action_executions/{action['id']}", 200, {"state": "SUCCESS"})
    elsewhere.wait(made["id"], "SUCCESS")


def test_nothing_runs_with_stars_in_place_of_secrets(api: Api, elsewhere: Api) -> None:
    """Neither the execution nor a copy of it, as of whatever moment."""
    api.upload(
        SECRET + "above: {input: [password], tasks: {t: {workflow: secretive password=<% $.password %>}}}"
    )
    execution = api.start("above", input={"password": "hunter2"})
    below = until(lambda: api.get(f"/v2/executions/{execution}/executions")["executions"][1:])
    api.action(below[0]["id"])
    brought(elsewhere, exported(api, execution), 201)

    for body in ({}, {"at": 1}, {"at": 1, "dry_run": True}):
        refused = elsewhere.call("POST", f"/v2/executions/{execution}/fork", 403, body)
        assert "without its secrets" in refused["faultstring"]
