"""Workflow definitions: upload, look, delete."""

from __future__ import annotations

from falcon.asgi import Request, Response

from api.rest import representations
from api.rest.gateway import Gateway
from api.rest.listing import Collection, answer_list, one_of
from api.rest.queries import parameters
from api.rest.uploads import Uploads, namespace_of

WORKFLOWS = Collection(
    name="workflows",
    fields=representations.WORKFLOW,
    represent=representations.workflow,
    page=lambda gateway, query: gateway.views.workflows.list(query),
    ids=frozenset({"id"}),
    extra=frozenset({"all_projects"}),
    hidden=frozenset(),
)


class Workflows:
    """The collection of workflow definitions and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway
        self._uploads = Uploads(gateway, "workflow")

    async def on_get(self, req: Request, resp: Response) -> None:
        """List workflows."""
        await answer_list(self._gateway, req, resp, WORKFLOWS)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Create the workflows of a document."""
        rows = await self._uploads.create(req, resp)
        resp.media = {"workflows": [representations.workflow(row, stored=True) for row in rows]}

    async def on_put(self, req: Request, resp: Response) -> None:
        """Change the workflows of a document, found by their names."""
        rows = await self._uploads.update(req, resp)
        resp.media = {"workflows": [representations.workflow(row, stored=True) for row in rows]}

    async def on_put_item(self, req: Request, resp: Response, identifier: str) -> None:
        """Change one workflow, found by its name or id."""
        (row,) = await self._uploads.update(req, resp, identifier)
        resp.media = representations.workflow(row, stored=True)

    async def on_get_item(self, req: Request, resp: Response, identifier: str) -> None:
        """Show one workflow, by name or id."""
        given = parameters(req, {"namespace", "fields"})
        resp.media = one_of(WORKFLOWS, await self._uploads.find(identifier, namespace_of(given)), given)

    async def on_delete_item(self, req: Request, resp: Response, identifier: str) -> None:
        """Delete one workflow, by name or id; what runs it runs on."""
        namespace = namespace_of(parameters(req, {"namespace"}))
        await self._uploads.delete(req, resp, identifier, namespace)
