"""Actions: what the catalogue of this server has, read-only.

The catalogue is small and in memory, so its list is filtered, sorted and cut
here, by the rules that the views follow in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping

from falcon.asgi import Request, Response

from api.rest import representations
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import Collection, answer_list, one_of
from api.rest.queries import parameters
from api.rest.sifting import sift
from projections.queries import Page, Query
from wf_es.definition.model import ActionSpec
from wf_es.envelope import JSON
from wf_es.errors import NotFound


def action_row(name: str, spec: ActionSpec) -> dict[str, JSON]:
    """Return the row of an action; built-in and installed ones have no text."""
    return {
        "id": name,
        "name": name,
        "is_system": False,
        "input": spec.signature,
        "description": spec.description,
        "tags": [],
        "definition": "",
        "scope": "public",
        "project_id": PROJECT,
        "created_at": None,
        "updated_at": None,
        "namespace": "",
    }


def _page(gateway: Gateway, query: Query) -> Page:
    rows = [action_row(name, spec) for name, spec in gateway.catalogue.items()]
    return sift(rows, query, representations.ACTION, default_sort="name")


ACTIONS = Collection(
    name="actions",
    fields=representations.ACTION,
    represent=representations.action,
    page=_page,
)


class Actions:
    """The collection of actions and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the catalogue."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response) -> None:
        """List actions."""
        await answer_list(self._gateway, req, resp, ACTIONS)

    async def on_get_item(self, req: Request, resp: Response, name: str, namespace: str = "") -> None:
        """Show one action."""
        given = parameters(req, {"fields", "namespace"})
        namespace = namespace or given.get("namespace", "")
        resp.media = one_of(ACTIONS, _find(self._gateway.catalogue, name, namespace), given)


def _find(catalogue: Mapping[str, ActionSpec], name: str, namespace: str) -> dict[str, JSON]:
    spec = catalogue.get(name)
    if spec is None:
        raise NotFound(kind="action", id=name, namespace=namespace)
    return action_row(name, spec)
