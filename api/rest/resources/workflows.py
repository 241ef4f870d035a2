"""Workflow definitions: upload, look, delete, check."""

from __future__ import annotations

from collections.abc import Mapping

import falcon
from falcon.asgi import Request, Response

from api.rest import bodies, representations
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import Collection, answer_list, one_of
from api.rest.problems import places
from api.rest.queries import parameters
from api.rest.rows import workflow_row
from wf_es.definition import read_workflows
from wf_es.engine import DefinitionReceipt
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

WORKFLOWS = Collection(
    name="workflows",
    fields=representations.WORKFLOW,
    represent=representations.workflow,
    page=lambda gateway, query: gateway.views.workflows.list(query),
    ids=frozenset({"id"}),
    extra=frozenset({"all_projects"}),
    hidden=frozenset(),
)

_LONGEST_NAME = 255
_SCOPES = ("public", "private")
_UPLOAD = frozenset({"scope", "namespace", "skip_validation"})


class Workflows:
    """The collection of workflow definitions and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response) -> None:
        """List workflows."""
        await answer_list(self._gateway, req, resp, WORKFLOWS)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Create the workflows of a document."""
        given = parameters(req, _UPLOAD)
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.create,
            await bodies.read_text(req),
            origin=self._gateway.origin(req),
            namespace=_namespace(given),
            scope=_scope(given),
        )
        resp.media = {"workflows": await self._stored(resp, receipt)}
        resp.status = falcon.HTTP_201

    async def on_put(self, req: Request, resp: Response) -> None:
        """Change the workflows of a document, found by their names."""
        resp.media = {"workflows": await self._update(req, resp, None)}

    async def on_put_item(self, req: Request, resp: Response, identifier: str) -> None:
        """Change one workflow, found by its name or id."""
        resp.media = (await self._update(req, resp, identifier))[0]

    async def on_get_item(self, req: Request, resp: Response, identifier: str) -> None:
        """Show one workflow, by name or id."""
        given = parameters(req, {"namespace", "fields"})
        views, namespace = self._gateway.views, given.get("namespace", "")
        row = await self._gateway.blocking(views.workflow, identifier, PROJECT, namespace)
        resp.media = one_of(WORKFLOWS, row, given)

    async def on_delete_item(self, req: Request, resp: Response, identifier: str) -> None:
        """Delete one workflow, by name or id; what runs it runs on."""
        namespace = parameters(req, {"namespace"}).get("namespace", "")
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.delete,
            identifier,
            origin=self._gateway.origin(req),
            namespace=namespace,
        )
        await self._gateway.settle(resp, receipt.position)
        resp.status = falcon.HTTP_204

    async def _update(self, req: Request, resp: Response, identifier: str | None) -> list[dict[str, JSON]]:
        given = parameters(req, _UPLOAD)
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.update,
            await bodies.read_text(req),
            origin=self._gateway.origin(req),
            namespace=_namespace(given),
            scope=_scope(given),
            identifier=identifier,
        )
        return await self._stored(resp, receipt)

    async def _stored(self, resp: Response, receipt: DefinitionReceipt) -> list[dict[str, JSON]]:
        await self._gateway.settle(resp, receipt.position)
        rows = await self._gateway.blocking(self._rows, receipt)
        return [representations.workflow(row, stored=True) for row in rows]

    def _rows(self, receipt: DefinitionReceipt) -> list[representations.Row]:
        find = self._gateway.views.workflows.find
        return [find(one.id, PROJECT) or workflow_row(one) for one in receipt.definitions]


class Validation:
    """Whether a text could be uploaded; nothing is stored."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the known actions."""
        self._gateway = gateway

    async def on_post(self, req: Request, resp: Response) -> None:
        """Check a document; the status is 200 whatever the verdict."""
        parameters(req, {"skip_validation"})
        text = await bodies.read_text(req)
        reading = await self._gateway.blocking(read_workflows, text, actions=self._gateway.catalogue)
        verdict: dict[str, JSON] = {"valid": not reading.errors}
        if reading.errors:
            verdict["error"] = "\n".join(str(problem) for problem in reading.errors)
        if reading.problems:
            verdict["errors"] = places(reading.problems)
        resp.media = verdict


def _namespace(given: Mapping[str, str]) -> str:
    namespace = given.get("namespace", "")
    if len(namespace) > _LONGEST_NAME or not namespace.isprintable():
        raise InvalidRequest(f"A namespace must be printable and no longer than {_LONGEST_NAME} characters.")
    return namespace


def _scope(given: Mapping[str, str]) -> str:
    scope = given.get("scope") or "private"
    if scope not in _SCOPES:
        raise InvalidRequest(
            f"Scope must be one of the following: {{'public', 'private'}}; actual: {scope[:255]}"
        )
    return scope
