"""Environments: variables stored under a name, for executions to start with."""

from __future__ import annotations

import falcon
from falcon.asgi import Request, Response

from api.rest import bodies, representations
from api.rest.bodies import Body
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import Collection, answer_list, one_of
from api.rest.queries import parameters
from api.rest.uploads import SCOPES, rows_of
from projections import mask_within, secret_names
from wf_es.engine import DefinitionReceipt
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

_BODY = "env"
_KEYS = ("name", "description", "variables", "scope")

ENVIRONMENTS = Collection(
    name="environments",
    fields=representations.ENVIRONMENT,
    represent=representations.environment,
    page=lambda gateway, query: gateway.views.environments.list(query),
    ids=frozenset({"id"}),
    extra=frozenset({"all_projects"}),
    hidden=frozenset(),
)


class Environments:
    """The collection of environments and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response) -> None:
        """List environments."""
        await answer_list(self._gateway, req, resp, ENVIRONMENTS)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Create an environment."""
        body = await _body(req)
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.environments.create,
            bodies.text(body, "name", _BODY),
            _variables(body),
            origin=self._gateway.origin(req),
            description=bodies.text(body, "description", _BODY) or "",
            scope=_scope(body) or "private",
        )
        resp.status = falcon.HTTP_201
        resp.media = await self._shown(resp, receipt)

    async def on_put(self, req: Request, resp: Response) -> None:
        """Change the environment that the body names; what it does not give stays."""
        body = await _body(req)
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.environments.update,
            bodies.text(body, "name", _BODY),
            _variables(body),
            origin=self._gateway.origin(req),
            description=bodies.text(body, "description", _BODY),
            scope=_scope(body),
        )
        resp.media = await self._shown(resp, receipt)

    async def on_get_item(self, req: Request, resp: Response, name: str) -> None:
        """Show one environment, by name or id."""
        given = parameters(req, {"fields"})
        row = await self._gateway.blocking(self._gateway.views.definition, "environment", name, PROJECT)
        resp.media = one_of(ENVIRONMENTS, row, given)

    async def on_delete_item(self, req: Request, resp: Response, name: str) -> None:
        """Delete one environment, by name or id; executions that began with it keep it."""
        parameters(req, set())
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.environments.delete, name, origin=self._gateway.origin(req)
        )
        await self._gateway.settle(resp, receipt.position)
        resp.status = falcon.HTTP_204

    async def _shown(self, resp: Response, receipt: DefinitionReceipt) -> dict[str, JSON]:
        await self._gateway.settle(resp, receipt.position)
        (row,) = await self._gateway.blocking(rows_of, self._gateway, receipt, "environment")
        return representations.environment(row)


async def _body(req: Request) -> Body:
    parameters(req, set())
    body = await bodies.read_object(req, _BODY, representations.ENVIRONMENT)
    if not set(body) <= set(_KEYS):
        raise InvalidRequest(
            f"Please, check your environment definition. Only: {list(_KEYS)} are allowed as definition keys."
        )
    return body


def _variables(body: Body) -> dict[str, JSON] | None:
    """Return the variables, an object or the JSON text of one; None if they are not given.

    Who sends back what was shown would otherwise lose a secret without noticing.
    """
    if body.get("variables") is None:
        return None
    variables = bodies.embedded(body, "variables", _BODY)
    place = mask_within(variables, secret_names(variables))
    if place is not None:
        raise InvalidRequest(
            f"The variable '{place[:255]}' is '***', which is shown in place of a secret; give its value."
        )
    return variables


def _scope(body: Body) -> str | None:
    scope = bodies.text(body, "scope", _BODY)
    if scope is not None and scope not in SCOPES:
        raise InvalidRequest(
            f"Invalid input for field/attribute scope. Value: '{scope[:255]}'."
            f" Value should be one of: {', '.join(SCOPES)}"
        )
    return scope
