"""What all resources with uploaded texts share: upload, look, delete, check.

Workflows, workbooks and actions differ in how their answers look, and in
little else. What is particular about them stands in their resources.
"""

from __future__ import annotations

from collections.abc import Mapping

import falcon
from falcon.asgi import Request, Response

from api.rest import bodies
from api.rest.gateway import PROJECT, Gateway
from api.rest.problems import places
from api.rest.queries import parameters, truth
from api.rest.representations import Row
from api.rest.rows import definition_row
from wf_es.engine import DefinitionReceipt
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

UPLOAD = frozenset({"scope", "namespace", "skip_validation"})
"""The query parameters of an upload."""

SCOPES = ("public", "private")

_LONGEST_NAME = 255


class Uploads:
    """Texts of one kind: workflow, workbook or action."""

    def __init__(self, gateway: Gateway, kind: str) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway
        self._kind = kind

    async def create(self, req: Request, resp: Response) -> list[Row]:
        """Create what a text defines; return the rows of it."""
        given = parameters(req, UPLOAD)
        truth(given, "skip_validation")
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.create,
            await bodies.read_text(req),
            kind=self._kind,
            origin=self._gateway.origin(req),
            namespace=namespace_of(given),
            scope=scope_of(given),
        )
        resp.status = falcon.HTTP_201
        return await self._rows(resp, receipt)

    async def update(self, req: Request, resp: Response, identifier: str | None = None) -> list[Row]:
        """Change what a text defines; return the rows of it.

        With ``identifier`` the text must define just the one of this name or id.
        """
        given = parameters(req, UPLOAD)
        truth(given, "skip_validation")
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.update,
            await bodies.read_text(req),
            kind=self._kind,
            origin=self._gateway.origin(req),
            namespace=namespace_of(given),
            scope=scope_of(given),
            identifier=identifier,
        )
        return await self._rows(resp, receipt)

    async def delete(
        self, req: Request, resp: Response, identifier: str, namespace: str, cascade: bool = False
    ) -> None:
        """Delete one, found by its name or id; what runs it runs on."""
        receipt = await self._gateway.blocking(
            self._gateway.engine.definitions.delete,
            identifier,
            kind=self._kind,
            origin=self._gateway.origin(req),
            namespace=namespace,
            cascade=cascade,
        )
        await self._gateway.settle(resp, receipt.position)
        resp.status = falcon.HTTP_204

    async def find(self, identifier: str, namespace: str) -> Row:
        """Return the row of one, found by its name or id."""
        return await self._gateway.blocking(
            self._gateway.views.definition, self._kind, identifier, PROJECT, namespace
        )

    async def _rows(self, resp: Response, receipt: DefinitionReceipt) -> list[Row]:
        await self._gateway.settle(resp, receipt.position)
        return await self._gateway.blocking(rows_of, self._gateway, receipt, self._kind)


class Validation:
    """Whether a text of one kind could be uploaded; nothing is stored."""

    def __init__(self, gateway: Gateway, kind: str) -> None:
        """Take the way to what is known."""
        self._gateway = gateway
        self._kind = kind

    async def on_post(self, req: Request, resp: Response) -> None:
        """Check a document; the status is 200 whatever the verdict."""
        given = parameters(req, {"skip_validation", "namespace"})
        found = await self._gateway.blocking(
            self._gateway.engine.definitions.check,
            await bodies.read_text(req),
            kind=self._kind,
            project=PROJECT,
            namespace=namespace_of(given),
        )
        verdict: dict[str, JSON] = {"valid": not found.errors}
        if found.errors:
            verdict["error"] = "\n".join(str(problem) for problem in found.errors)
        if found.problems:
            verdict["errors"] = places(found.problems)
        resp.media = verdict


def rows_of(gateway: Gateway, receipt: DefinitionReceipt, kind: str) -> list[Row]:
    """Return the rows of the definitions of one kind that a write was about; may block."""
    collection = gateway.views.definitions[kind]
    made = [one for one in receipt.definitions if one.kind == kind]
    return [collection.find(one.id, PROJECT) or definition_row(one) for one in made]


def namespace_of(given: Mapping[str, str]) -> str:
    """Return the namespace that a query names; refuse what could never be shown or typed again."""
    namespace = given.get("namespace", "")
    if len(namespace) > _LONGEST_NAME or not namespace.isprintable():
        raise InvalidRequest(f"A namespace must be printable and no longer than {_LONGEST_NAME} characters.")
    return namespace


def scope_of(given: Mapping[str, str]) -> str:
    """Return the scope that a query names, private without one."""
    scope = given.get("scope") or "private"
    if scope not in SCOPES:
        raise InvalidRequest(
            f"Scope must be one of the following: {{'public', 'private'}}; actual: {scope[:255]}"
        )
    return scope
