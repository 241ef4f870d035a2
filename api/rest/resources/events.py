"""The history of an execution, as pages and as a stream that goes on, and why something happened."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from falcon.asgi import Request, Response

from api.rest.gateway import Gateway
from api.rest.pasts import AT, past_of, say_when
from api.rest.queries import moment, most, parameters, whole
from api.rest.streams import server_sent
from projections import Names, causes_view, history_view
from wf_es.engine import EventPage
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.execution.selection import EVERYTHING, Selection

_STREAM = "text/event-stream"
_MOST = 1000
_FILTERS = frozenset({"type", "task", "actor", "command", "cause", "from", "to"})


class Events:
    """The events of one execution."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response, execution_id: str) -> None:
        """Give a page of the events that are wanted, or a stream if the client asks for one."""
        given = parameters(req, {"after", "limit", AT} | _FILTERS)
        if _STREAM in req.accept:
            await self._stream(req, resp, execution_id, given)
            return
        selection, after, limit = _selection(given), whole(given, "after", 0), most(given, _MOST)
        if AT in given:
            selection = await self._until(resp, execution_id, given, selection)
        page = await self._gateway.blocking(self._page, execution_id, selection, after, limit)
        document: dict[str, JSON] = {"events": await self._gateway.blocking(self._shown, execution_id, page)}
        if page.after is not None:
            asked = {name: text for name, text in given.items() if name in _FILTERS | {AT}}
            query = urlencode({**asked, "after": page.after, "limit": limit})
            document["next"] = f"{req.prefix}{req.path}?{query}"
        resp.media = document

    async def on_get_causes(self, req: Request, resp: Response, execution_id: str, number: str) -> None:
        """Say why an event happened: it, what it followed from, and so on, back to a request."""
        limit = most(parameters(req, {"limit"}), _MOST)
        wanted = whole({"number": number}, "number", 0)
        links = await self._gateway.blocking(self._causes, execution_id, wanted, limit)
        document: dict[str, JSON] = {"causes": links}
        if len(links) == limit and links[-1]["origin"] is not None:
            stream, _, before = links[-1]["origin"].partition("/")
            document["next"] = f"{req.prefix}/v2/executions/{stream}/events/{before}/causes?limit={limit}"
        resp.media = document

    async def _until(
        self, resp: Response, execution_id: str, given: Mapping[str, str], selection: Selection
    ) -> Selection:
        """Want no event that is later than the moment that was asked for."""
        if selection.last is not None:
            raise InvalidRequest("'at' and 'to' both say which event is the last one; give one of them.")
        past = await self._gateway.blocking(past_of, self._gateway, execution_id, given[AT])
        say_when(resp, past.moment)
        return msgspec.structs.replace(selection, last=past.moment.number)

    async def _stream(
        self, req: Request, resp: Response, execution_id: str, given: Mapping[str, str]
    ) -> None:
        filters = sorted((_FILTERS | {AT}) & given.keys())
        if filters:
            raise InvalidRequest(f"A stream has every event: leave '{filters[0]}' out, or ask for pages.")
        last = req.get_header("Last-Event-ID")
        after = whole({"after": last} if last is not None else given, "after", 0)
        await self._gateway.blocking(self._gateway.state, execution_id)

        async def read(after: int, limit: int) -> list[dict[str, JSON]]:
            return await self._gateway.blocking(self._events, execution_id, after, limit)

        resp.content_type = _STREAM
        resp.set_header("Cache-Control", "no-store, no-transform")
        resp.set_header("X-Accel-Buffering", "no")
        resp.stream = server_sent(self._gateway.announcer, execution_id, after, read)

    def _events(self, execution_id: str, after: int, limit: int) -> list[dict[str, JSON]]:
        return self._shown(execution_id, self._page(execution_id, EVERYTHING, after, limit))

    def _page(self, execution_id: str, selection: Selection, after: int, limit: int) -> EventPage:
        self._gateway.state(execution_id)
        return self._gateway.engine.histories.page(execution_id, selection, after=after, limit=limit)

    def _shown(self, execution_id: str, page: EventPage) -> list[dict[str, JSON]]:
        if not page.events:
            return []
        views = history_view(page.events, Names.of(self._gateway.state(execution_id)))
        return [{"number": view["version"], **view} for view in views]

    def _causes(self, execution_id: str, number: int, limit: int) -> list[dict[str, JSON]]:
        self._gateway.state(execution_id)
        links = self._gateway.engine.histories.causes(execution_id, number, limit)
        streams = {link.recorded.stream for link in links}
        names = {stream: Names.of(self._gateway.stream_state(stream)) for stream in streams}
        return [{"number": view["version"], **view} for view in causes_view(links, names.__getitem__)]


def _selection(given: Mapping[str, str]) -> Selection:
    """Return which events are wanted; an empty filter is refused, for it means nothing."""
    for name in _FILTERS & given.keys():
        if not given[name].strip():
            raise InvalidRequest(f'The filter "{name}" is empty: give it a value, or leave it out.')
    types = (name.strip() for name in given.get("type", "").split(","))
    return Selection(
        types=frozenset(name for name in types if name),
        task=given.get("task"),
        actor=given.get("actor"),
        command=given.get("command"),
        cause=given.get("cause"),
        first=moment(given, "from"),
        last=moment(given, "to"),
    )
