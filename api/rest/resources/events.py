"""The history of an execution, as pages and as a stream that goes on."""

from __future__ import annotations

from collections.abc import Mapping

from falcon.asgi import Request, Response

from api.rest.gateway import Gateway
from api.rest.queries import parameters, whole
from api.rest.streams import server_sent
from projections import Names, history_view
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

_STREAM = "text/event-stream"
_MOST = 1000


class Events:
    """The events of one execution."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response, execution_id: str) -> None:
        """Give a page of events, or a stream if the client asks for one."""
        given = parameters(req, {"after", "limit"})
        if _STREAM in req.accept:
            await self._stream(req, resp, execution_id, given)
            return
        after, limit = whole(given, "after", 0), whole(given, "limit", _MOST)
        if limit == 0:
            raise InvalidRequest("Limit must be positive.")
        limit = min(limit, _MOST)
        events = await self._read(execution_id, after, limit)
        document: dict[str, JSON] = {"events": events}
        if len(events) == limit:
            document["next"] = f"{req.prefix}{req.path}?after={events[-1]['number']}&limit={limit}"
        resp.media = document

    async def _stream(
        self, req: Request, resp: Response, execution_id: str, given: Mapping[str, str]
    ) -> None:
        last = req.get_header("Last-Event-ID")
        after = whole({"after": last} if last is not None else given, "after", 0)
        await self._gateway.blocking(self._gateway.state, execution_id)

        async def read(after: int, limit: int) -> list[dict[str, JSON]]:
            return await self._read(execution_id, after, limit)

        resp.content_type = _STREAM
        resp.set_header("Cache-Control", "no-store, no-transform")
        resp.set_header("X-Accel-Buffering", "no")
        resp.stream = server_sent(self._gateway.announcer, execution_id, after, read)

    async def _read(self, execution_id: str, after: int, limit: int) -> list[dict[str, JSON]]:
        return await self._gateway.blocking(self._documents, execution_id, after, limit)

    def _documents(self, execution_id: str, after: int, limit: int) -> list[dict[str, JSON]]:
        state = self._gateway.state(execution_id)
        if state.version <= after:
            return []
        recorded = self._gateway.engine.history(execution_id, after=after, limit=limit)
        views = history_view(recorded, Names.of(state))
        return [{"number": view["version"], **view} for view in views]
