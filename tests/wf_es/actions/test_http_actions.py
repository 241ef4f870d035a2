"""std.http and std.mistral_http, from inputs to results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wf_es.actions import LATER, Action, ActionContext, Result, perform
from wf_es.actions.http_actions import http_actions
from wf_es.actions.http_gateway import HttpGateway
from wf_es.envelope import JSON


@pytest.fixture
def http(gateway: HttpGateway) -> Action:
    """The action std.http."""
    return http_actions(gateway)[0]


@pytest.fixture
def mistral_http(gateway: HttpGateway) -> Action:
    """The action std.mistral_http."""
    return http_actions(gateway)[1]


def test_a_reply_is_a_dict_of_nine(http: Action, web: Any, context: ActionContext) -> None:
    """The result has Mistral's fields."""
    result = perform(http, {"url": f"{web.url}/json"}, context)

    headers = result.data.pop("headers")
    assert result.data.pop("elapsed") >= 0
    assert headers["Content-Type"] == "application/json"
    assert result == Result(
        {
            "content": {"ok": True},
            "status": 200,
            "url": f"{web.url}/json",
            "history": [],
            "encoding": "utf-8",
            "reason": "OK",
            "cookies": {},
        }
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "SUCCESS"), (204, "SUCCESS"), (306, "SUCCESS"), (400, "ERROR"), (500, "ERROR")],
)
def test_statuses(http: Action, web: Any, context: ActionContext, status: int, state: str) -> None:
    """From 200 to 306 is success; otherwise the reply is the error."""
    result = perform(http, {"url": f"{web.url}/json/{status}"}, context)

    assert result.state == state
    assert result.output["status"] == status


BODIES: list[tuple[str, dict[str, JSON], str, str | None]] = [
    ("a dict is JSON text without a type", {"body": {"a": 1}}, '{"a": 1}', None),
    ("a text is sent as it is", {"body": "plain"}, "plain", None),
    ("json has a type", {"json": [1, None]}, "[1, null]", "application/json"),
    ("json null counts as not given", {"json": None}, "", None),
    ("an own type wins", {"json": 1, "headers": {"content-type": "x/y"}}, "1", "x/y"),
]


@pytest.mark.parametrize(("inputs", "body", "kind"), [c[1:] for c in BODIES], ids=[c[0] for c in BODIES])
def test_bodies(
    http: Action, web: Any, context: ActionContext, inputs: dict[str, JSON], body: str, kind: str | None
) -> None:
    """How body and json are sent."""
    perform(http, {"url": f"{web.url}/json", "method": "post", **inputs}, context)

    assert web.seen[0]["method"] == "POST"
    assert web.seen[0]["body"] == body
    assert web.seen[0]["headers"].get("content-type") == kind


def test_params_are_added_to_the_query(http: Action, web: Any, context: ActionContext) -> None:
    """What the URL has stays; lists repeat the name; null leaves it out."""
    inputs = {"url": f"{web.url}/json?x=1", "params": {"q": "1 2", "l": [1, 2], "none": None}}
    perform(http, inputs, context)
    perform(http, {"url": f"{web.url}/json", "params": "a=b%20c&d=\u00e4"}, context)

    assert web.seen[0]["query"] == [("x", "1"), ("q", "1 2"), ("l", "1"), ("l", "2")]
    assert web.seen[1]["query"] == [("a", "b c"), ("d", "\u00e4")]


def test_headers_cookies_and_login(http: Action, web: Any, context: ActionContext) -> None:
    """Each arrives in its header."""
    inputs = {
        "url": f"{web.url}/json",
        "headers": {"X-Number": 5, "X-None": None},
        "cookies": {"a": "1", "b": "2"},
        "auth": "ada:pass:word",
    }
    perform(http, inputs, context)

    headers = web.seen[0]["headers"]
    assert headers["x-number"] == "5"
    assert "x-none" not in headers
    assert headers["cookie"] == "a=1; b=2"
    assert headers["authorization"] == "Basic YWRhOnBhc3M6d29yZA=="


def test_a_login_in_the_url_is_used_and_not_shown(http: Action, web: Any, context: ActionContext) -> None:
    """User and password become the header, and leave the result's url."""
    result = perform(http, {"url": f"http://ada:pass@127.0.0.1:{web.server_port}/json"}, context)

    assert web.seen[0]["headers"]["authorization"] == "Basic YWRhOnBhc3M="
    assert result.data["url"] == f"{web.url}/json"


def test_cookies_are_not_shared_between_calls(http: Action, web: Any, context: ActionContext) -> None:
    """A cookie that one workflow was given is never sent for another."""
    first = perform(http, {"url": f"{web.url}/cookie"}, context)
    perform(http, {"url": f"{web.url}/json"}, context)

    assert first.data["cookies"] == {"session": "abc"}
    assert first.data["headers"]["X-Mixed-Case"] == "kept"
    assert "cookie" not in web.seen[1]["headers"]


CONTENTS = [("text", "gr\u00fc\u00df"), ("nan", '{"a": NaN}'), ("empty", ""), ("json", {"ok": True})]


@pytest.mark.parametrize(("path", "content"), CONTENTS)
def test_content(http: Action, web: Any, context: ActionContext, path: str, content: JSON) -> None:
    """JSON is parsed if it is JSON, anything else is text in the reply's encoding."""
    assert perform(http, {"url": f"{web.url}/{path}"}, context).data["content"] == content


def test_redirects(http: Action, web: Any, context: ActionContext) -> None:
    """They are followed only if asked for, and then listed."""
    url = f"{web.url}/redirect/302/json"

    plain = perform(http, {"url": url}, context)
    followed = perform(http, {"url": url, "allow_redirects": True}, context)

    assert plain.data["status"] == 302
    assert followed.data["history"] == [{"status": 302, "url": url}]
    assert followed.data["cookies"] == {"seen": "yes"}


REFUSED: list[tuple[dict[str, JSON], str]] = [
    ({"body": 1, "json": 1}, "Only one of the parameters 'json' and 'body' can be passed"),
    ({"headers": {"X": "a\r\nY: b"}}, "the header 'X' holds a line break"),
    ({"headers": {"X\nY": "a"}}, "cannot be the name of a header"),
    ({"headers": {"X": {}}}, "'headers.X' must be a text"),
    ({"headers": "X: a"}, "'headers' must be a dict"),
    ({"cookies": {"a": "b; c=d"}}, "that a cookie cannot hold"),
    ({"method": "GET /x HTTP/1.1\r\n"}, "'method' must be a word"),
    ({"auth": "ada"}, "'auth' must be 'user:password'"),
    ({"timeout": 0}, "'timeout' must be more than 0"),
    ({"timeout": "5"}, "'timeout' must be a number"),
    ({"verify": "/etc/shadow"}, "'verify' must be true or false"),
    ({"allow_redirects": 1}, "'allow_redirects' must be true or false"),
    ({"proxies": {"http": "socks5://127.0.0.1"}}, "not the address of an HTTP proxy"),
    ({"url": "file:///etc/passwd"}, "'url' must begin with http"),
    ({"url": "http:///x"}, "'url' must begin with http"),
    ({"url": "http://x:port/"}, "'url' is not an address"),
    ({"url": None}, "'url' must be a text"),
    ({"url": "http://10.0.0.1/"}, "may not call"),
    ({"colour": "red"}, "unexpected=['colour']"),
]


@pytest.mark.parametrize(
    ("inputs", "message"), REFUSED, ids=[str(list(case[0])) + case[1][:20] for case in REFUSED]
)
def test_refused_inputs(
    http: Action, web: Any, context: ActionContext, inputs: dict[str, JSON], message: str
) -> None:
    """A bad input is an error of the action that names it; nothing is sent."""
    result = perform(http, {"url": f"{web.url}/json", **inputs}, context)

    assert result.state == "ERROR"
    assert message in result.error
    assert web.seen == []


def test_mistral_http_says_who_asks_and_waits(mistral_http: Action, web: Any, context: ActionContext) -> None:
    """The five headers are sent, the author cannot change them, and the end comes later."""
    inputs = {
        "url": f"{web.url}/json/202",
        "method": "POST",
        "headers": {"mistral-task-id": "forged", "X": "y"},
    }

    result = perform(mistral_http, inputs, context)

    sent = {
        name: value for name, value in web.seen[0]["headers"].items() if name.startswith(("mistral-", "x"))
    }
    assert result == LATER
    assert sent == {
        "mistral-workflow-name": "w",
        "mistral-workflow-execution-id": "e-1",
        "mistral-task-id": "t-1",
        "mistral-action-execution-id": "a-1",
        "mistral-callback-url": "http://server/callback/secret",
        "x": "y",
    }


@pytest.mark.parametrize("path", ["json/500", "drip"])
def test_a_failed_request_does_not_wait(
    mistral_http: Action, web: Any, context: ActionContext, path: str
) -> None:
    """A bad status and no reply are errors: nobody would call back."""
    result = perform(mistral_http, {"url": f"{web.url}/{path}", "timeout": 0.3}, context)

    assert result.state == "ERROR"


def test_non_ascii_names_travel(mistral_http: Action, web: Any) -> None:
    """A workflow may have any name; its header is UTF-8."""
    context = ActionContext(action_execution_id="a", workflow_name="\u00dcbung")
    perform(mistral_http, {"url": f"{web.url}/json"}, context)

    name = web.seen[0]["headers"]["mistral-workflow-name"]
    assert name.encode("latin-1").decode() == "\u00dcbung"


def test_results_are_json(http: Action, web: Any, context: ActionContext) -> None:
    """Whatever came back can be stored."""
    for path in ("text", "cookie", "redirect/302/json", "zipped/10"):
        json.dumps(perform(http, {"url": f"{web.url}/{path}"}, context).data, allow_nan=False)
