"""What is served where no workflow is involved: versions and probes."""

from __future__ import annotations

from falcon.asgi import Request, Response

from api.rest.gateway import Gateway
from wf_es.errors import StoreUnavailable

_SHOWN = 100


class Roots:
    """Which versions of the interface there are."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """List the versions."""
        link = {"href": f"{req.prefix}/v2", "target": "v2", "rel": "self"}
        resp.media = {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]}

    async def on_get_v2(self, req: Request, resp: Response) -> None:
        """Name the place of version 2."""
        resp.media = {"uri": f"{req.prefix}/v2"}


class Health:
    """The probes of whoever supervises the process."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the store."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response) -> None:
        """Say that the process is alive."""
        resp.media = {"status": "alive"}

    async def on_get_ready(self, req: Request, resp: Response) -> None:
        """Say whether requests can be carried out, and which histories are damaged.

        503 if the store or the views are away.
        """
        position = await self._gateway.blocking(self._gateway.engine.head)
        if not self._gateway.views.is_following:
            raise StoreUnavailable("The views cannot follow the log at the moment; the server's log says why")
        damaged = sorted((await self._gateway.blocking(self._gateway.damaged)).items())
        quarantined = [{"stream": stream, "error": error} for stream, error in damaged[:_SHOWN]]
        resp.media = {"status": "ready", "position": position, "quarantined": quarantined}
