"""Callback URLs: an action is completed by whoever holds its token.

The token is all the authority there is, so it stands in no log, in no error
body and in no answer. A wrong one, one for another action and one for an
action that does not exist are the same 404.
"""

from __future__ import annotations

from falcon.asgi import Request, Response

from api.rest import completions
from api.rest.gateway import Gateway
from api.rest.queries import parameters
from api.rest.resources.action_executions import complete
from wf_es.errors import NotFound
from wf_es.runners import Callbacks


class CallbackUrls:
    """The place that an asynchronous action is told to call back."""

    def __init__(self, gateway: Gateway, callbacks: Callbacks) -> None:
        """Take the way to the engine, and what checks tokens."""
        self._gateway = gateway
        self._callbacks = callbacks

    async def on_post(self, req: Request, resp: Response, token: str, action_id: str | None = None) -> None:
        """Complete the action that the token stands for."""
        ticket = self._callbacks.verify(token)
        if action_id not in (None, ticket.action_id):
            raise NotFound("this callback address is not known; use the one the action was given")
        parameters(req, set())
        report = await completions.read_report(req)
        await complete(self._gateway, req, resp, ticket.action_id, report)

    on_put = on_post
