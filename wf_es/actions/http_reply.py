"""Make the dict that a workflow sees of an HTTP reply."""

from __future__ import annotations

import codecs
import json
from typing import NoReturn

import httpx

from wf_es.actions.http_gateway import Reply
from wf_es.actions.values import DEEPEST, NotJson, plain_json
from wf_es.envelope import JSON

_UNFIT_ENCODINGS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "unicode_escape", "utf-7"})
"""Python knows these, but on a large text they are slow or not what was meant."""


def reply_data(reply: Reply, deepest: int = DEEPEST) -> dict[str, JSON]:
    """Return ``{content, status, headers, url, history, encoding, reason, cookies, elapsed}``.

    ``content`` is the parsed JSON if the body is JSON, else its text; so it is
    if the whole would be nested deeper than ``deepest``.
    ``url`` is the last address called, without user and password.
    """
    response = reply.response
    encoding = _encoding(response)
    cookies = httpx.Cookies()
    for one in (*reply.history, response):
        cookies.extract_cookies(one)
    return {
        "content": _content(reply.body, encoding, deepest - 1),
        "status": response.status_code,
        "headers": _headers(response),
        "url": _shown(response.request.url),
        "history": [{"status": one.status_code, "url": _shown(one.request.url)} for one in reply.history],
        "encoding": encoding,
        "reason": response.reason_phrase,
        "cookies": {cookie.name: cookie.value for cookie in cookies.jar},
        "elapsed": round(reply.elapsed, 6),
    }


def _content(body: bytes, encoding: str, deepest: int) -> JSON:
    text = body.decode(encoding, errors="replace")
    try:
        return plain_json(json.loads(text, parse_constant=_refuse_constant), deepest=deepest)
    except (ValueError, RecursionError, NotJson):
        return text


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")


def _encoding(response: httpx.Response) -> str:
    """Return the encoding that the reply names, or UTF-8 if it is not usable."""
    named = (response.charset_encoding or "utf-8").lower()
    try:
        "".encode(codecs.lookup(named).name)
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if codecs.lookup(named).name in _UNFIT_ENCODINGS else named


def _headers(response: httpx.Response) -> dict[str, str]:
    """Return the headers as they were spelled; repeated ones are joined."""
    spelled: dict[str, str] = {}
    for name, _ in response.headers.raw:
        spelled.setdefault(name.decode("latin-1").lower(), name.decode("latin-1"))
    return {name: _clean(response.headers[lower]) for lower, name in spelled.items()}


def _clean(text: str) -> str:
    """Replace half surrogate pairs, which undecodable header bytes may leave."""
    return text.encode(errors="replace").decode()


def _shown(url: httpx.URL) -> str:
    return str(url.copy_with(username=None, password=None)) if url.userinfo else str(url)
