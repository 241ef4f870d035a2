"""The server as the commands see it: the only file that knows HTTP.

Answers come back as plain data, with the fields that the interface sends as
JSON text already decoded. Refusals come back as the errors of the project, so
a command handles a refusal by the server and one by the embedded engine alike.
"""

from __future__ import annotations

import json
import os
import pwd
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from wf_es import errors
from wf_es.envelope import JSON

Row = dict[str, Any]

DEFAULT_URL = "http://127.0.0.1:8989"
PAGE = 1000
"""Rows asked for at once; the server gives no more than this either."""

VIEW_SECONDS = 2.0
"""How long the views are waited for; they follow the log within moments."""

JSON_TEXT_FIELDS: dict[str, tuple[str, ...]] = {
    "executions": ("input", "output", "params", "published_global"),
    "tasks": ("published", "published_global", "runtime_context", "env", "result"),
    "action_executions": ("input", "output"),
    "workflows": ("interface",),
    "environments": ("variables",),
}
"""Fields that travel as JSON text, by collection."""

_ERROR_BY_STATUS: dict[int, type[errors.WfEsError]] = {
    400: errors.InvalidRequest,
    401: errors.NotAllowed,
    403: errors.NotAllowed,
    404: errors.NotFound,
    409: errors.ConflictError,
    412: errors.ConflictError,
    503: errors.StoreUnavailable,
}
_ERROR_BY_CODE: dict[str, type[errors.WfEsError]] = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.WfEsError)
}


class Client:
    """One server, reached by its base address (without ``/v2``)."""

    def __init__(self, url: str = DEFAULT_URL, timeout: float = 30.0) -> None:
        """Connect to nothing yet; ``timeout`` is in seconds, per request."""
        self.url = url.rstrip("/").removesuffix("/v2")
        self.event: int | None = None
        """The number of the event that the last answer was as of; None if it was about the present."""
        headers = {"X-User-Id": quote(person())}
        self._http = httpx.Client(base_url=self.url, timeout=timeout, trust_env=False, headers=headers)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Return what is at a path below ``/v2/``."""
        return self._call("GET", path, params=_given(query))

    def post(self, path: str, body: JSON, match: int | None = None, **query: Any) -> Any:
        """Send a JSON body to a path below ``/v2/`` and return the answer.

        With ``match`` the execution must be at this event.
        """
        headers = {} if match is None else {"If-Match": f'"{match}"'}
        return self._call("POST", path, params=_given(query), json=body, headers=headers)

    def download(self, path: str, **query: Any) -> bytes:
        """Return what is at a path below ``/v2/``, byte for byte."""
        content: bytes = self._request("GET", path, params=_given(query)).content
        return content

    def send(self, path: str, content: bytes, **query: Any) -> Any:
        """Send a file to a path below ``/v2/`` and return the answer."""
        headers = {"Content-Type": "application/x-ndjson"}
        return self._call("POST", path, params=_given(query), content=content, headers=headers)

    def put(self, path: str, body: JSON) -> Any:
        """Replace something below ``/v2/`` and return the answer."""
        return self._call("PUT", path, json=body)

    def delete(self, collection: str, identifier: str, **query: Any) -> None:
        """Delete one member of a collection."""
        self._call("DELETE", f"{collection}/{quote(identifier, safe='')}", params=_given(query))

    def upload(self, method: str, text: str, collection: str = "workflows", **query: Any) -> list[Row]:
        """Create (POST) or update (PUT) what a text defines; the answer may be one or several."""
        answer = self._call(
            method,
            collection,
            params=_given(query),
            content=text.encode(),
            headers={"Content-Type": "text/plain; charset=utf-8"},
        )
        return _rows(answer if collection in answer else {collection: [answer]}, collection)

    def rows(self, path: str, limit: int | None = None, **query: Any) -> list[Row]:
        """Return the rows of a collection, following its pages up to a limit."""
        collection = path.rsplit("/", 1)[-1]
        found: list[Row] = []
        query = _given(query)
        while True:
            page = PAGE if limit is None else min(PAGE, limit - len(found))
            answer = self.get(path, limit=page, **query)
            found += _rows(answer, collection)
            if not answer.get("next") or len(found) == limit or not answer[collection]:
                return found
            query["marker"] = found[-1]["id"]

    def record(self, collection: str, identifier: str, **query: Any) -> Row:
        """Return one member of a collection."""
        return _decoded(self.get(f"{collection}/{quote(identifier, safe='')}", **query), collection)

    def decoded(self, collection: str, row: Row) -> Row:
        """Return a member of a collection that a write answered with, its JSON text read."""
        return _decoded(row, collection)

    def settled(self, execution_id: str, state: str) -> Row:
        """Return an execution that the log shows in a state, once the views show it, too."""
        give_up = time.monotonic() + VIEW_SECONDS
        while True:
            record = self.record("executions", execution_id)
            if record["state"] == state or time.monotonic() >= give_up:
                return record
            time.sleep(0.02)

    def events(self, execution_id: str, after: int = 0, **filters: Any) -> list[Row]:
        """Return the events of an execution that follow a given number, and that the filters let pass."""
        events: list[Row] = []
        query: dict[str, Any] = {"after": after, "limit": PAGE, **filters}
        while True:
            answer = self.get(f"executions/{execution_id}/events", **query)
            events += answer["events"]
            if not answer.get("next"):
                return events
            query |= parse_qsl(urlsplit(answer["next"]).query)

    def causes(self, execution_id: str, number: int) -> list[Row]:
        """Return an event of an execution, the one that it followed from, and so on, back to a request."""
        path, causes = f"executions/{execution_id}/events/{number}/causes", []
        while True:
            answer = self.get(path)
            causes += answer["causes"]
            if not answer.get("next"):
                return causes
            path = urlsplit(answer["next"]).path.partition("/v2/")[2]

    def stream(self, execution_id: str, after: int = 0, silence: float | None = None) -> Iterator[Row | None]:
        """Yield events as the server sends them; None for a sign of life.

        ``silence`` is for how many seconds the server may say nothing.

        Raises:
            StoreUnavailable: the stream broke off or cannot be had; ask for
                :meth:`events` instead.
        """
        headers = {"Accept": "text/event-stream"}
        if after:
            headers["Last-Event-ID"] = str(after)
        path = f"/v2/executions/{execution_id}/events"
        quiet = httpx.Timeout(10.0, read=min(silence or _SILENCE, _SILENCE))
        try:
            with self._http.stream(
                "GET", path, headers=headers, params={"after": after}, timeout=quiet
            ) as response:
                if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
                    raise errors.StoreUnavailable(f"{self.url} sends no event stream")
                yield from _server_sent_events(response.iter_lines())
        except httpx.HTTPError as error:
            raise errors.StoreUnavailable(f"the event stream of {self.url} broke off: {error}") from error

    def _call(self, method: str, path: str, **options: Any) -> Any:
        """Send one request; return the decoded answer or raise what it means."""
        response = self._request(method, path, **options)
        answer = _json_of(response)
        if response.content and not isinstance(answer, dict):
            raise errors.StoreUnavailable(
                f"what answers at {self.url} is no wf-es server; name another one with --url or WF_ES_URL"
            )
        return answer

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request; return the answer or raise what a refusal means."""
        try:
            response = self._http.request(method, f"/v2/{path}", **options)
        except httpx.TimeoutException as error:
            raise errors.StoreUnavailable(
                f"{self.url} did not answer {method} /v2/{path} in time; try again, "
                "or look at the server's log"
            ) from error
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise errors.StoreUnavailable(
                f"no server answers at {self.url} ({error}); start one with 'wf-es serve', "
                "or name another one with --url or WF_ES_URL"
            ) from error
        if response.status_code >= 400:
            raise refusal(response.status_code, _json_of(response), response.text)
        event = response.headers.get("X-WF-Event", "")
        self.event = int(event) if event.isdigit() else None
        return response


_SILENCE = 45.0
"""Seconds; a server that streams says something at least every 15."""


def person() -> str:
    """Return who is at the keyboard, as the history will name them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def refusal(status: int, body: Any, text: str) -> errors.WfEsError:
    """Return the error that a refusing answer stands for.

    The body's own code decides, then the status. A status that says nothing
    about the request (500) becomes a WorldError: the server let us down.
    """
    body = body if isinstance(body, dict) else {}
    kind = _ERROR_BY_CODE.get(body.get("code", ""), _ERROR_BY_STATUS.get(status))
    if kind is None:
        kind = errors.WorldError if status >= 500 else errors.InvalidRequest
    message = body.get("faultstring") or body.get("detail") or text.strip()[:500]
    return kind(message or f"the server answered {status}", status=status, body=body)


def _json_of(response: httpx.Response) -> Any:
    """Return the JSON in an answer, None where there is none."""
    try:
        return response.json()
    except ValueError:
        return None


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the parameters that were not given."""
    return {name: value for name, value in query.items() if value is not None}


def _rows(answer: Any, collection: str) -> list[Row]:
    """Return the decoded members of a listed collection."""
    return [_decoded(row, collection) for row in answer[collection]]


def _decoded(row: Row, collection: str) -> Row:
    """Replace JSON text by what it says, in the fields that carry it."""
    fields = JSON_TEXT_FIELDS.get(collection, ())
    return {name: _loaded(value) if name in fields else value for name, value in row.items()}


def _loaded(value: Any) -> JSON:
    """Return what a JSON text says; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _server_sent_events(lines: Iterator[str]) -> Iterator[Row | None]:
    """Yield the data of each event of a stream, None for each comment line."""
    data: list[str] = []
    for line in lines:
        if line.startswith(":"):
            yield None
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").strip())
        elif not line and data:
            yield json.loads("\n".join(data))
            data = []
