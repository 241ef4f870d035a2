"""``std.http`` and ``std.mistral_http``: inputs to a request, a reply to a result.

Inputs, defaults and results are Mistral's: a dict as ``body`` is sent as JSON
text without a Content-Type; ``body`` and ``json`` exclude each other; a status
from 200 to 306 is a success, any other an error with the same dict as result;
redirects are only followed with ``allow_redirects: true``.

``std.mistral_http`` sends the same request with five headers that say who
asks and where to report, and then waits for that report. It is for services
that accept a job now and finish it later.
"""

from __future__ import annotations

import base64
import json as json_module
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import httpx

from wf_es.actions.context import ActionContext
from wf_es.actions.declaration import Action, spec_of
from wf_es.actions.http_gateway import HttpGateway, Options
from wf_es.actions.http_reply import reply_data
from wf_es.actions.result import LATER, Result, duration
from wf_es.envelope import JSON
from wf_es.errors import ActionError

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_IN_COOKIE = re.compile(r"[\x00-\x20\x7f;,\"\\]")
_DEFAULT_HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "wf-es"}


@dataclass(frozen=True)
class HttpCall:
    """Send an HTTP request and give back the reply."""

    url: JSON
    method: JSON = "GET"
    params: JSON = None
    body: JSON = None
    json: JSON = None
    headers: JSON = None
    cookies: JSON = None
    auth: JSON = None
    timeout: JSON = None
    allow_redirects: JSON = None
    proxies: JSON = None
    verify: JSON = None

    def request(self, more_headers: Mapping[str, str]) -> httpx.Request:
        """Build the request; ``more_headers`` win over the author's.

        Raises:
            ActionError: an input cannot be used; the message names it.
        """
        if self.body is not None and self.json is not None:
            raise ActionError("Only one of the parameters 'json' and 'body' can be passed")
        target = self._target()
        headers = {
            **_given_headers(self.headers),
            **_cookie_header(self.cookies),
            **_login(self.auth, target),
        }
        if self.json is not None:
            headers.setdefault("content-type", ("Content-Type", "application/json"))
        for name, value in _DEFAULT_HEADERS.items():
            headers.setdefault(name.lower(), (name, value))
        headers.update(
            {name.lower(): (name, _header_value(name, value)) for name, value in more_headers.items()}
        )
        encoded = [(name.encode("ascii"), value.encode()) for name, value in headers.values()]
        return httpx.Request(_method(self.method), target, headers=encoded, content=self._content())

    def options(self, default_timeout: float) -> Options:
        """Say how to send it.

        Raises:
            ActionError: an input cannot be used; the message names it.
        """
        timeout = default_timeout if self.timeout is None else duration(self.timeout, "timeout")
        if timeout == 0:
            raise ActionError("'timeout' must be more than 0 seconds")
        return Options(
            timeout=timeout,
            verify=_flag(self.verify, "verify", default=True),
            follow_redirects=_flag(self.allow_redirects, "allow_redirects", default=False),
            proxies={key: _text(value, f"proxies.{key}") for key, value in _mapping(self.proxies, "proxies")},
        )

    def _target(self) -> httpx.URL:
        try:
            url = httpx.URL(_text(self.url, "url").strip())
        except httpx.InvalidURL as error:
            raise ActionError("'url' is not an address such as https://host/path") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise ActionError("'url' must begin with http:// or https:// and name a host")
        added = _query(self.params)
        return url.copy_with(query=b"&".join(part for part in (url.query, added) if part)) if added else url

    def _content(self) -> bytes | None:
        if self.json is not None:
            return json_module.dumps(self.json).encode()
        if self.body is None:
            return None
        text = self.body if isinstance(self.body, str) else json_module.dumps(self.body)
        return text.encode(errors="replace")


class _MistralHttpCall(HttpCall):
    """Send an HTTP request and wait until the callback reports the end."""


def http_actions(gateway: HttpGateway) -> tuple[Action, ...]:
    """Return ``std.http`` and ``std.mistral_http``, sending through ``gateway``."""

    def http(inputs: Mapping[str, JSON], context: ActionContext) -> Result:
        return _send(gateway, HttpCall(**inputs), {}, context)

    def mistral_http(inputs: Mapping[str, JSON], context: ActionContext) -> Result:
        result = _send(gateway, HttpCall(**inputs), _mistral_headers(context), context)
        return LATER if result.state == "SUCCESS" else result

    bodies: tuple[tuple[str, type[HttpCall], Callable[..., Result], bool], ...] = (
        ("std.http", HttpCall, http, False),
        ("std.mistral_http", _MistralHttpCall, mistral_http, True),
    )
    return tuple(
        Action(spec_of(name, call, is_async=is_async), body, name) for name, call, body, is_async in bodies
    )


def _send(gateway: HttpGateway, call: HttpCall, headers: Mapping[str, str], context: ActionContext) -> Result:
    reply = gateway.send(call.request(headers), call.options(gateway.settings.timeout))
    data = reply_data(reply, context.result_nesting)
    return Result(data) if 200 <= data["status"] < 307 else Result(error=data)


def _mistral_headers(context: ActionContext) -> dict[str, str]:
    """Return what tells the other system who asks and where to report."""
    return {
        "Mistral-Workflow-Name": context.workflow_name,
        "Mistral-Workflow-Execution-Id": context.workflow_execution_id,
        "Mistral-Task-Id": context.task_execution_id,
        "Mistral-Action-Execution-Id": context.action_execution_id,
        "Mistral-Callback-URL": context.callback_url,
    }


def _given_headers(headers: JSON) -> dict[str, tuple[str, str]]:
    """Return the author's headers by lower-case name; None leaves one out."""
    return {
        name.lower(): (name, _header_value(name, value))
        for name, value in _mapping(headers, "headers")
        if value is not None
    }


def _header_value(name: str, value: JSON) -> str:
    if not _TOKEN.fullmatch(name):
        raise ActionError("'headers' has a name that cannot be the name of a header")
    text = _text(value, f"headers.{name}").strip(" \t")
    if _NOT_IN_HEADER.search(text):
        raise ActionError(f"the header '{name}' holds a line break or another control character")
    return text


def _login(auth: JSON, target: httpx.URL) -> dict[str, tuple[str, str]]:
    """Return the header for ``auth``, or for the user and password in the URL."""
    if auth is None and not target.userinfo:
        return {}
    if auth is None:
        user, colon, password = target.username, ":", target.password
    else:
        user, colon, password = _text(auth, "auth").partition(":")
    if not colon:
        raise ActionError("'auth' must be 'user:password'")
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"authorization": ("Authorization", f"Basic {encoded}")}


def _cookie_header(cookies: JSON) -> dict[str, tuple[str, str]]:
    pairs = []
    for name, value in _mapping(cookies, "cookies"):
        text = _text(value, f"cookies.{name}")
        if not _TOKEN.fullmatch(name) or _NOT_IN_COOKIE.search(text):
            raise ActionError("'cookies' has a name or value with characters that a cookie cannot hold")
        pairs.append(f"{name}={text}")
    return {"cookie": ("Cookie", "; ".join(pairs))} if pairs else {}


def _query(params: JSON) -> bytes:
    """Encode ``params`` (a dict, or a text that is encoded already) for a URL."""
    if isinstance(params, str):
        return quote(params, safe="%/:?@!$&'()*+,;=~").encode()
    pairs = [(name, value) for name, value in _mapping(params, "params") if value is not None]
    return urlencode(pairs, doseq=True).encode()


def _method(method: JSON) -> str:
    text = "GET" if method is None else _text(method, "method").upper()
    if not _TOKEN.fullmatch(text):
        raise ActionError("'method' must be a word such as GET")
    return text


def _flag(value: JSON, name: str, *, default: bool) -> bool:
    if value is None:
        return default
    if not isinstance(value, bool):
        raise ActionError(f"'{name}' must be true or false")
    return value


def _mapping(value: JSON, name: str) -> list[tuple[str, JSON]]:
    if value is None:
        return []
    if not isinstance(value, Mapping):
        raise ActionError(f"'{name}' must be a dict, not {type(value).__name__}")
    return list(value.items())


def _text(value: JSON, name: str) -> str:
    """Take a text, or a number or truth value as its text."""
    if not isinstance(value, str | int | float):
        raise ActionError(f"'{name}' must be a text, not {type(value).__name__}")
    return str(value).encode(errors="replace").decode()
