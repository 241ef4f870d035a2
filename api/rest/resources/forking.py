"""Forking: a copy of an execution as of any moment goes on by itself, perhaps with other data.

The body is that of a resume, and ``at`` says which moment. The answer has the
new execution with where it came from, and the report that a dry run gives.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar
from uuid import NAMESPACE_OID, uuid4, uuid5

import falcon
from falcon.asgi import Request, Response

from api.rest.gateway import Gateway
from api.rest.queries import parameters
from api.rest.resources.executions import shown
from api.rest.resources.resumption import ResumeBody, command_of, read_request
from projections import requirements_view
from wf_es.envelope import JSON, Origin


class ForkBody(ResumeBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may stand in the body: what a resume takes, and the moment (by default now)."""

    argument: ClassVar[str] = "fork"

    at: int | str | None = None


class Forking:
    """The forks of an execution."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine."""
        self._gateway = gateway

    async def on_post(self, req: Request, resp: Response, execution_id: str) -> None:
        """Fork, unless something is missing; ``dry_run`` only answers."""
        parameters(req, set())
        body = await read_request(req, ForkBody)
        origin = self._gateway.origin(req, reason=body.reason)
        if body.dry_run:
            resp.media = await self._gateway.blocking(self._considered, execution_id, body, origin)
            return
        request = command_of(_fork_id(execution_id, origin), body, origin)
        engine = self._gateway.engine
        future = await self._gateway.blocking(engine.fork, execution_id, request, body.at)
        receipt = await asyncio.wrap_future(future)
        await self._gateway.settle(resp, receipt.position)
        report = None if receipt.report is None else requirements_view(receipt.report)
        resp.status = falcon.HTTP_201
        resp.location = f"/v2/executions/{receipt.state.id}"
        resp.media = {**shown(receipt.state), "report": report}

    def _considered(self, execution_id: str, body: ForkBody, origin: Origin) -> dict[str, JSON]:
        request = command_of(str(uuid4()), body, origin)
        answer = self._gateway.engine.consider_fork(execution_id, request, body.at)
        where = {"forked_from": execution_id, "forked_from_event": answer.event}
        return {**requirements_view(answer.report), **where}


def _fork_id(execution_id: str, origin: Origin) -> str:
    """Return the id of the fork: with an idempotency key always the same one."""
    if origin.key:
        name = f"fork\n{origin.project}\n{origin.actor}\n{execution_id}\n{origin.key}"
        return str(uuid5(NAMESPACE_OID, name))
    return str(uuid4())
