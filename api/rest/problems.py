"""How a refusal looks over HTTP: one table of statuses and one kind of body.

Resources raise the errors of :mod:`wf_es.errors` and never build an answer of
their own for them; this file is the border where classes become statuses.
Every body is a problem document (RFC 9457) that also carries the members
which clients of Mistral read: ``faultstring``, ``faultcode`` and
``debuginfo``. Where Mistral has a text of its own for a thing that does not
exist, that text is used.

The only status above 499 is 503. An error that nobody foresaw is answered
with it as well: its traceback goes to the log, never to the client.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus

import falcon
import msgspec
from falcon.asgi import Request, Response

from wf_es import errors
from wf_es.envelope import JSON

LOG = logging.getLogger("wf_es.api")

RETRY_SECONDS = 1
"""What Retry-After says while the server or its store cannot answer."""

STATUSES: tuple[tuple[type[errors.WfEsError], int], ...] = (
    (errors.StoreUnavailable, 503),
    (errors.CorruptHistory, 409),
    (errors.ActionError, 400),
    (errors.WorldError, 503),
    (errors.DefinitionError, 400),
    (errors.NotFound, 404),
    (errors.NotAllowed, 403),
    (errors.RequestError, 400),
    (errors.ConflictError, 409),
)
"""Which status an error class gets; the first class that fits decides."""

NOT_FOUND = {
    "execution": "WorkflowExecution not found [id={id}]",
    "workflowexecution": "WorkflowExecution not found [id={id}]",
    "task": "Task execution not found [id={id}]",
    "taskexecution": "Task execution not found [id={id}]",
    "actionexecution": "ActionExecution not found [id={id}]",
    "workflow": "Workflow not found [workflow_identifier={id}, namespace={namespace}]",
    "action": "Action not found [name={id}, namespace={namespace}]",
}
"""Mistral's words for what does not exist, by the ``kind`` of the error.

The kind is compared in lower case and without spaces. A message that begins
with these words already is kept, because it may say more.
"""

_SHOWN = 255
"""How much of a name or id that a client sent is repeated to it, in characters."""


def status_of(error: errors.WfEsError) -> int:
    """Return the HTTP status for an error; 503 for what is not in the table."""
    for error_class, status in STATUSES:
        if isinstance(error, error_class):
            return status
    return 503


def problem(status: int, detail: str, *, code: str, title: str | None = None) -> dict[str, JSON]:
    """Return the members that every refusal has."""
    return {
        "type": f"urn:wf-es:error:{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "faultstring": detail,
        "faultcode": "Server" if status >= 500 else "Client",
        "debuginfo": None,
    }


def describe(error: errors.WfEsError) -> dict[str, JSON]:
    """Return the problem document for one of our own errors."""
    document = problem(status_of(error), _text(error), code=error.code, title=_title(error))
    found = getattr(error, "problems", ())
    if found:
        document["errors"] = places(found)
    report = getattr(error, "report", None)
    if report is not None:
        document.update({key: value for key, value in _plain(report).items() if key not in document})
    meanwhile = error.details.get("meanwhile")
    if meanwhile:
        document["meanwhile"] = meanwhile
    return document


def _text(error: errors.WfEsError) -> str:
    template = NOT_FOUND.get(str(getattr(error, "kind", "")).lower().replace(" ", ""))
    if template is None or not isinstance(error, errors.NotFound):
        return error.message
    if error.message.startswith(template.partition("[")[0]):
        return error.message
    identifier = str(getattr(error, "id", ""))[:_SHOWN]
    return template.format(id=identifier, namespace=getattr(error, "namespace", ""))


def _title(error: errors.WfEsError) -> str:
    return (type(error).__doc__ or error.code).strip().splitlines()[0]


def places(found: Iterable[object]) -> list[dict[str, JSON]]:
    """Return the problems of a definition, each with its place; empty members are left out."""
    names = ("file", "line", "column", "severity", "code", "subject", "message")
    return [
        {name: value for name in names if (value := getattr(item, name, None)) not in (None, "")}
        for item in found
    ]


def _plain(report: object) -> dict[str, JSON]:
    plain: dict[str, JSON] = msgspec.to_builtins(report)
    return plain


# --- the handlers that the app registers -------------------------------------


def write(req: Request, resp: Response, document: dict[str, JSON]) -> None:
    """Answer with a problem document, in the media type that was asked for."""
    template = req.uri_template or ""
    if "{token}" not in template:
        document["instance"] = req.path[:_SHOWN]
    resp.status = int(document["status"])
    resp.content_type = (
        "application/json" if req.accept.strip().lower() == "application/json" else "application/problem+json"
    )
    resp.data = msgspec.json.encode(document)
    resp.text = None
    resp.media = None
    if resp.status_code == 503:
        resp.set_header("Retry-After", str(RETRY_SECONDS))


async def on_error(req: Request, resp: Response, error: errors.WfEsError, _params: object) -> None:
    """Answer one of our own errors."""
    if isinstance(error, errors.WorldError):
        LOG.warning("%s %s: %s", req.method, req.uri_template, error.message)
    write(req, resp, describe(error))


async def on_http_error(req: Request, resp: Response, error: falcon.HTTPError, _params: object) -> None:
    """Answer what the framework refused: unknown path, wrong method and the like."""
    status = error.status_code if error.status_code < 500 else 503
    detail = _HTTP_TEXTS.get(status) or error.description or HTTPStatus(status).phrase
    write(req, resp, problem(status, detail, code=HTTPStatus(status).phrase.lower().replace(" ", "-")))
    for name, value in dict(error.headers or {}).items():
        resp.set_header(name, value)


async def on_surprise(req: Request, resp: Response, error: Exception, _params: object) -> None:
    """Answer an error that nobody foresaw, and log it with its traceback."""
    LOG.error("%s %s failed", req.method, req.uri_template, exc_info=error)
    text = "The server failed while it carried out the request; its log says why."
    write(req, resp, problem(503, text, code=errors.WfEsError.code))


_HTTP_TEXTS = {
    404: "There is nothing at this path. The reference of the REST interface lists all paths.",
    405: "This path does not know this method; the header Allow lists those which it knows.",
}
