"""The projections: how far they are, and building them again."""

from __future__ import annotations

import falcon
import msgspec
from falcon.asgi import Request, Response

from api.rest.gateway import Gateway
from api.rest.queries import parameters
from wf_es.envelope import JSON


class Projections:
    """The read models of the server."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the views."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response) -> None:
        """List the projections with their rows, position and lag."""
        parameters(req, set())
        resp.media = await self._gateway.blocking(self._listed)

    async def on_post_rebuild(self, req: Request, resp: Response) -> None:
        """Drop every row and begin to fold the log again; reads answer 503 until that is done."""
        parameters(req, set())
        await self._gateway.blocking(self._gateway.views.begin_rebuild)
        resp.status = falcon.HTTP_202
        resp.media = await self._gateway.blocking(self._listed)

    def _listed(self) -> dict[str, JSON]:
        progress = self._gateway.views.progress()
        listed = [{**msgspec.to_builtins(one), "lag": max(one.head - one.position, 0)} for one in progress]
        return {"projections": listed, "quarantined": len(self._gateway.views.quarantined())}
