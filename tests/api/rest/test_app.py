"""What holds for every route: errors are JSON, limits are kept, nothing leaks."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import falcon
import pytest
from falcon import testing

from api.rest import bodies
from api.rest.app import create_app
from wf_es.limits import BodyLimits


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v2/no_such_collection", 404),
        ("GET", "/v2/cron_triggers/x", 404),
        ("GET", "/v2/executions/../../etc/passwd", 404),
        ("GET", "/v2//executions", 404),
        ("GET", "/v2/executions.json", 404),
        ("DELETE", "/v2/tasks/6b1edbd0-0000-4000-8000-0fc2a32e94cd", 405),
        ("PATCH", "/v2/executions/6b1edbd0-0000-4000-8000-0fc2a32e94cd", 405),
        ("TRACE", "/v2/executions", 405),
    ],
)
def test_unknown_paths_and_methods_are_json_errors(api: Any, method: str, path: str, status: int) -> None:
    """Clients read the reason where they always read it."""
    result = api.http.simulate_request(method, path)
    assert result.status_code == status
    assert result.headers["content-type"] == "application/problem+json"
    assert result.json["faultstring"]
    assert result.json["status"] == status


def test_plain_json_for_whoever_asks_for_only_that(api: Any) -> None:
    """A client that accepts nothing but JSON gets the same members as such."""
    result = api.http.simulate_get("/nothing", headers={"Accept": "application/json"})
    assert result.headers["content-type"] == "application/json"
    assert result.json["faultcode"] == "Client"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "application/xml"}, "<a/>", 415),
        ({"Content-Type": "text/xml; charset=utf-8"}, "<a/>", 415),
        ({"Content-Encoding": "gzip"}, "{}", 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, "--x--", 415),
        ({}, "x" * (bodies.DEFAULTS.bytes + 1), 413),
        ({}, '{"workflow_name": "waiting", "input": ' + "[" * 100 + "]" * 100 + "}", 400),
        ({}, "{", 400),
        ({}, "", 400),
        ({"X-User-Id": "u" * 300}, '{"workflow_name": "waiting"}', 400),
        ({"Content-Length": "x"}, "{}", 400),
    ],
)
def test_bad_bodies_are_refused(api: Any, headers: dict[str, str], body: str, status: int) -> None:
    """Refused by kind, size, depth or form, always with a JSON body."""
    result = api.http.simulate_post("/v2/executions", headers=headers, body=body)
    assert result.status_code == status
    assert result.json["faultstring"]


def test_a_body_of_exactly_the_limit_is_read(api: Any) -> None:
    """The limit itself is allowed."""
    body = '{"workflow_name": "ghost"' + " " * (bodies.DEFAULTS.bytes - 26) + "}"
    assert len(body) == bodies.DEFAULTS.bytes
    api.call("POST", "/v2/executions", 404, body)


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    """A slow client is told so after a limit."""
    request = testing.create_asgi_req(body=b"{}")
    request.context.body_limits = BodyLimits(seconds=0.0)
    with pytest.raises(falcon.HTTPError, match="408") as caught:
        asyncio.run(bodies.read_bytes(request))
    assert "did not arrive" in str(caught.value.description)


def test_what_nobody_foresaw_is_a_503_without_a_trace(
    api: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The traceback is in the log and nowhere else."""

    def explode(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(api.gateway.views), "find_execution", explode)
    with caplog.at_level(logging.ERROR):
        result = api.http.simulate_get("/v2/executions/x")
    assert result.status_code == 503
    assert result.headers["retry-after"]
    assert "secret detail" not in result.text
    assert "secret detail" in caplog.text


def test_versions_and_probes(api: Any) -> None:
    """The roots name the version, with and without a slash at the end."""
    assert api.get("/")["versions"][0]["links"][0]["href"].endswith("/v2")
    assert api.get("/v2")["uri"] == api.get("/v2/")["uri"]
    assert api.get("/healthz") == {"status": "alive"}
    ready = api.get("/readyz")
    assert (ready["status"], ready["quarantined"]) == ("ready", [])


@pytest.mark.parametrize(
    ("body", "setting"),
    [
        ("x" * (bodies.DEFAULTS.bytes + 1), "WF_ES_LIMIT_BODY_BYTES"),
        ("[" * 65 + "]" * 65, "WF_ES_LIMIT_BODY_NESTING"),
    ],
)
def test_a_refusal_names_the_setting(api: Any, body: str, setting: str) -> None:
    """One above the limit is refused; the operator learns what to change."""
    assert setting in api.http.simulate_post("/v2/executions", body=body).json["faultstring"]


def test_nesting_of_exactly_the_limit_is_read(api: Any) -> None:
    """It is then refused for what it is: no object."""
    result = api.http.simulate_post("/v2/executions", body="[" * 64 + "]" * 64)
    assert "must be a JSON object" in result.json["faultstring"]


NESTED = [
    ("POST", "executions", "input", lambda text: {"workflow_name": "waiting", "input": text}),
    ("POST", "action_executions", "input", lambda text: {"name": "std.echo", "input": text}),
    ("POST", "environments", "variables", lambda text: {"name": "e", "variables": text}),
    ("PUT", "environments", "variables", lambda text: {"name": "known", "variables": text}),
    ("POST", "executions/{id}/resume", "env", lambda text: {"env": json.loads(text)}),
]


@pytest.mark.parametrize(
    ("method", "path", "name", "body"), NESTED, ids=[f"{method} {path}" for method, path, *_ in NESTED]
)
def test_the_limit_of_nesting_holds_for_json_text_in_a_body(
    api: Any, method: str, path: str, name: str, body: Any
) -> None:
    """The operator's limit, not the default: read at the limit, refused one above it."""
    api.call("POST", "/v2/environments", 201, {"name": "known", "variables": {"a": 1}})
    identifier = api.start()
    api.call("PUT", f"/v2/executions/{identifier}", 200, {"state": "PAUSED"})
    path = f"/v2/{path.replace('{id}', identifier)}"
    http = testing.TestClient(create_app(api.gateway, api.callbacks, BodyLimits(nesting=80)))

    def status(levels: int) -> tuple[int, str]:
        value = "[" * (levels - 1) + "]" * (levels - 1)
        key = "x" if name == "input" and "action" not in path else "output"
        answer = http.simulate_request(method, path, json=body(f'{{"{key}": {value}}}'))
        return answer.status_code, answer.json.get("faultstring", "")

    outer = 1 if path.endswith("resume") else 0
    assert status(80 - outer)[0] in (200, 201)
    code, message = status(81 - outer)
    assert code == 400
    assert "deeper than 80 levels (WF_ES_LIMIT_BODY_NESTING)" in message


def test_the_text_of_an_output_is_decoded_within_the_limit(api: Any) -> None:
    """One level more, and it is a text like any other."""
    http = testing.TestClient(create_app(api.gateway, api.callbacks, BodyLimits(nesting=80)))
    for levels, is_decoded in ((80, True), (81, False)):
        text = "[" * levels + "]" * levels
        action = api.action(api.start())["id"]
        report = {"state": "SUCCESS", "output": text}
        answer = http.simulate_put(f"/v2/action_executions/{action}", json=report)
        assert json.loads(answer.json["output"]) == {"result": json.loads(text) if is_decoded else text}
