"""The audit of the log, in pages, so that each request is short and a client can show how far it is."""

from __future__ import annotations

import re

from falcon.asgi import Request, Response

from api.rest.gateway import Gateway
from api.rest.queries import parameters, whole
from projections.audit import PAGE, Audit, plain
from wf_es.audit.anchors import BEGIN
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.execution.state import ExecutionState

_DIGEST = re.compile("[0-9a-f]{64}")


class Audits:
    """Whether the log is what was written, and the views are what it says."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the log and the views."""
        store, codec = gateway.engine.log()
        self._gateway = gateway
        self._audit = Audit(store, codec, gateway.views, gateway.engine.quarantine)

    async def on_get(self, req: Request, resp: Response) -> None:
        """Examine a page of the log: the streams that begin there."""
        after, upto, limit = self._page(parameters(req, {"after", "upto", "limit"}))
        page = await self._gateway.blocking(self._audit.page, after, upto, limit)
        resp.media = plain(page)

    async def on_get_digest(self, req: Request, resp: Response) -> None:
        """Roll the digest of the log on over a page."""
        given = parameters(req, {"after", "upto", "limit", "digest"})
        after, upto, limit = self._page(given)
        digest = given.get("digest", BEGIN)
        if not _DIGEST.fullmatch(digest):
            raise InvalidRequest('The argument "digest" must be 64 hexadecimal digits.')
        page = await self._gateway.blocking(self._audit.rolled, after, digest, upto, limit)
        resp.media = plain(page)

    async def on_get_of_execution(self, req: Request, resp: Response, execution_id: str) -> None:
        """Examine one execution, or one definition by its id."""
        parameters(req, set())
        resp.media = await self._gateway.blocking(self._one, execution_id)

    def _one(self, stream: str) -> dict[str, JSON]:
        seen, findings = self._audit.one(stream)
        children = list(seen.state.children) if isinstance(seen.state, ExecutionState) else []
        return {
            "stream": stream,
            "events": seen.events,
            "children": children,
            "findings": [plain(finding) for finding in findings],
        }

    @staticmethod
    def _page(given: dict[str, str]) -> tuple[int, int | None, int]:
        after, limit = whole(given, "after", 0), whole(given, "limit", PAGE)
        if limit == 0:
            raise InvalidRequest("Limit must be positive.")
        upto = whole(given, "upto", 0) if "upto" in given else None
        return after, upto, min(limit, PAGE)
