"""Workbooks: actions and workflows that are uploaded together."""

from __future__ import annotations

from falcon.asgi import Request, Response

from api.rest import representations
from api.rest.gateway import Gateway
from api.rest.listing import Collection, answer_list, one_of
from api.rest.queries import parameters, truth
from api.rest.uploads import Uploads, namespace_of

WORKBOOKS = Collection(
    name="workbooks",
    fields=representations.WORKBOOK,
    represent=representations.workbook,
    page=lambda gateway, query: gateway.views.workbooks.list(query),
    ids=frozenset({"id"}),
    extra=frozenset({"all_projects"}),
    hidden=frozenset(),
)


class Workbooks:
    """The collection of workbooks and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway
        self._uploads = Uploads(gateway, "workbook")

    async def on_get(self, req: Request, resp: Response) -> None:
        """List workbooks."""
        await answer_list(self._gateway, req, resp, WORKBOOKS)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a workbook with what it brings along."""
        (row,) = await self._uploads.create(req, resp)
        resp.media = representations.workbook(row)

    async def on_put(self, req: Request, resp: Response) -> None:
        """Change a workbook; what it brings along is created or changed."""
        (row,) = await self._uploads.update(req, resp)
        resp.media = representations.workbook(row)

    async def on_get_item(self, req: Request, resp: Response, identifier: str) -> None:
        """Show one workbook, by name or id."""
        given = parameters(req, {"namespace", "fields"})
        resp.media = one_of(WORKBOOKS, await self._uploads.find(identifier, namespace_of(given)), given)

    async def on_delete_item(self, req: Request, resp: Response, identifier: str) -> None:
        """Delete one workbook; with ``cascade`` also what it has brought along."""
        given = parameters(req, {"namespace", "cascade"})
        await self._uploads.delete(req, resp, identifier, namespace_of(given), truth(given, "cascade"))
