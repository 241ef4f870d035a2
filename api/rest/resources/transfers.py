"""Executions as files: out of one store, into another, and running there."""

from __future__ import annotations

import falcon
from falcon.asgi import Request, Response

from api.rest import bodies, representations
from api.rest.gateway import Gateway
from api.rest.queries import parameters, truth
from api.rest.rows import execution_row
from api.rest.screening import screened
from projections import secret_names
from projections.exporting import without_secrets
from wf_es.envelope import JSON
from wf_es.errors import NotAllowed
from wf_es.exports import gather, import_export, read_export, write_export

_TYPE = "application/x-ndjson"


class Transfers:
    """Exports and imports."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine."""
        self._gateway = gateway

    async def on_get_export(self, req: Request, resp: Response, execution_id: str) -> None:
        """Give an execution with its sub-workflows as a file; secrets only if asked for."""
        secrets = truth(parameters(req, {"secrets"}), "secrets")
        resp.data = await self._gateway.blocking(self._export, execution_id, secrets)
        resp.content_type = _TYPE

    async def on_post_import(self, req: Request, resp: Response) -> None:
        """Take in the executions of a file, frozen unless they are activated at once."""
        activate = truth(parameters(req, {"activate"}), "activate")
        text = await bodies.read_bytes(req, "import_bytes")
        origin = self._gateway.origin(req)
        _, codec = self._gateway.engine.log()
        document = await self._gateway.blocking(read_export, text, codec)
        if activate and any(history.masked for history in document.histories):
            raise NotAllowed(
                "The file was exported without its secrets, so its executions cannot be activated;"
                " nothing was imported. Export it again with its secrets"
            )
        receipt = await self._gateway.blocking(import_export, self._gateway.engine, document, origin)
        position = receipt.position
        execution_id = document.header.execution
        if activate:
            position = await self._gateway.blocking(
                self._gateway.engine.imports.activate, execution_id, origin
            )
        await self._gateway.settle(resp, position)
        resp.status = falcon.HTTP_201 if receipt.is_new else falcon.HTTP_200
        resp.media = await self._gateway.blocking(self._shown, execution_id)

    async def on_post_activate(self, req: Request, resp: Response, execution_id: str) -> None:
        """Let an imported execution run, with all its sub-workflows."""
        parameters(req, set())
        origin = self._gateway.origin(req)
        position = await self._gateway.blocking(self._gateway.engine.imports.activate, execution_id, origin)
        await self._gateway.settle(resp, position)
        resp.media = await self._gateway.blocking(self._shown, execution_id)

    def _export(self, execution_id: str, secrets: bool) -> bytes:
        state = self._gateway.state(execution_id)
        made_at = self._gateway.engine.origin("export").now.isoformat(timespec="seconds")
        mask = None if secrets else without_secrets
        return write_export(gather(self._gateway.engine, state.id, made_at, mask))

    def _shown(self, execution_id: str) -> dict[str, JSON]:
        state = self._gateway.state(execution_id)
        return representations.execution(screened(execution_row(state), secret_names(state.env)))
