"""The dict that a workflow sees of a reply."""

from __future__ import annotations

import json

import httpx
import pytest

from wf_es.actions.http_gateway import Reply
from wf_es.actions.http_reply import reply_data
from wf_es.envelope import JSON


def _reply(body: bytes, *headers: tuple[str, str]) -> Reply:
    request = httpx.Request("GET", "http://user:pass@host/x")
    return Reply(httpx.Response(200, headers=headers, request=request), body, (), 0.5)


CASES: list[tuple[str, str, bytes, str, JSON]] = [
    ("JSON whatever its type", "text/plain", b"[1]", "utf-8", [1]),
    ("no JSON", "application/json", b"[1", "utf-8", "[1"),
    ("too deep stays text", "", b"[" * 200 + b"]" * 200, "utf-8", "[" * 200 + "]" * 200),
    ("half a character stays text", "", b'"\\ud800"', "utf-8", '"\\ud800"'),
    ("5,000 digits stay text", "", b"1" * 5000, "utf-8", "1" * 5000),
    ("broken bytes are replaced", "", b"a\xff", "utf-8", "a\ufffd"),
    ("the named encoding", "text/plain; charset=cp1252", b"\x80", "cp1252", "\u20ac"),
    ("an unknown encoding", "text/plain; charset=klingon", b"x", "utf-8", "x"),
    ("a codec that is no text encoding", "text/plain; charset=zlib", b"x", "utf-8", "x"),
    ("a slow codec", "text/plain; charset=punycode", b"x-", "utf-8", "x-"),
]


@pytest.mark.parametrize(
    ("kind", "body", "encoding", "content"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_content_and_encoding(kind: str, body: bytes, encoding: str, content: JSON) -> None:
    """Content is JSON or text, and never an exception."""
    data = reply_data(_reply(body, ("Content-Type", kind)))

    assert (data["encoding"], data["content"]) == (encoding, content)


@pytest.mark.parametrize("deepest", [10, 64, 100])
def test_a_body_that_is_nested_too_deep_stays_text(deepest: int) -> None:
    """The dict around it counts; one level more, and it is a text like any other."""
    fits, too_deep = ("[" * levels + "]" * levels for levels in (deepest - 1, deepest))

    assert reply_data(_reply(fits.encode()), deepest)["content"] == json.loads(fits)
    assert reply_data(_reply(too_deep.encode()), deepest)["content"] == too_deep


def test_repeated_headers_are_joined() -> None:
    """One name, one text, spelled as it came."""
    assert reply_data(_reply(b"", ("X-A", "1"), ("x-a", "2")))["headers"] == {"X-A": "1, 2"}


def test_the_login_is_not_shown() -> None:
    """User and password leave the url."""
    assert reply_data(_reply(b""))["url"] == "http://host/x"
