"""Actions: what is installed in this server, and ad-hoc ones that were uploaded.

What is installed cannot be changed from here. Both are listed together.
"""

from __future__ import annotations

from dataclasses import replace

from falcon.asgi import Request, Response

from api.rest import representations
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import Collection, answer_list, one_of
from api.rest.queries import parameters
from api.rest.sifting import listed_together
from api.rest.uploads import Uploads, namespace_of
from projections.queries import Page, Query
from wf_es.definition.model import ActionSpec
from wf_es.envelope import JSON
from wf_es.errors import NotFound


def action_row(name: str, spec: ActionSpec) -> dict[str, JSON]:
    """Return the row of an action that is installed; it has no text."""
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
        "version": None,
    }


def _page(gateway: Gateway, query: Query) -> Page:
    stored = gateway.views.actions
    return listed_together(
        [action_row(name, spec) for name, spec in gateway.catalogue.items()],
        query if query.sort_keys else replace(query, sort_keys=("name",)),
        representations.ACTION,
        stored.list,
        lambda marker: stored.find(marker, query.project),
    )


ACTIONS = Collection(
    name="actions",
    fields=representations.ACTION,
    represent=representations.action,
    page=_page,
    extra=frozenset({"all_projects"}),
)


class Actions:
    """The collection of actions and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the catalogue, the engine and the views."""
        self._gateway = gateway
        self._uploads = Uploads(gateway, "action")

    async def on_get(self, req: Request, resp: Response) -> None:
        """List actions."""
        await answer_list(self._gateway, req, resp, ACTIONS)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Create the ad-hoc actions of a document."""
        rows = await self._uploads.create(req, resp)
        resp.media = {"actions": [representations.action(row) for row in rows]}

    async def on_put(self, req: Request, resp: Response) -> None:
        """Change the ad-hoc actions of a document, found by their names."""
        rows = await self._uploads.update(req, resp)
        resp.media = {"actions": [representations.action(row) for row in rows]}

    async def on_put_item(self, req: Request, resp: Response, name: str) -> None:
        """Change one ad-hoc action, found by its name or id; the answer is a list, as in Mistral."""
        rows = await self._uploads.update(req, resp, name)
        resp.media = {"actions": [representations.action(row) for row in rows]}

    async def on_get_item(self, req: Request, resp: Response, name: str, namespace: str = "") -> None:
        """Show one action, by name or id."""
        given = parameters(req, {"fields", "namespace"})
        spec = self._gateway.catalogue.get(name)
        if spec is not None:
            resp.media = one_of(ACTIONS, action_row(name, spec), given)
            return
        namespace = namespace or namespace_of(given)
        try:
            row = await self._uploads.find(name, namespace)
        except NotFound as error:
            message = f"Action not found [name={name}, namespace={namespace}]"
            raise NotFound(message, kind="action", id=name, namespace=namespace) from error
        resp.media = one_of(ACTIONS, row, given)

    async def on_delete_item(self, req: Request, resp: Response, name: str, namespace: str = "") -> None:
        """Delete one ad-hoc action, by name or id."""
        given = parameters(req, {"namespace"})
        await self._uploads.delete(req, resp, name, namespace or namespace_of(given))
