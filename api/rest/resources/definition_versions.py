"""All versions of workflows, workbooks, ad-hoc actions and environments, and what differs between them."""

from __future__ import annotations

from collections.abc import Mapping

from falcon.asgi import Request, Response

from api.rest.gateway import PROJECT, Gateway
from api.rest.queries import parameters, whole
from api.rest.uploads import namespace_of
from projections import version_difference_view, version_view
from wf_es.definition.versions import ACTION, ENVIRONMENT
from wf_es.engine import VersionDifference
from wf_es.envelope import JSON
from wf_es.errors import NotFound


class DefinitionVersions:
    """The versions of the definitions of one kind; paths name them ``identifier`` or ``name``."""

    def __init__(self, gateway: Gateway, kind: str) -> None:
        """Take the way to the engine."""
        self._gateway = gateway
        self._kind = kind
        self._shelf = frozenset() if kind == ENVIRONMENT else frozenset({"namespace"})

    async def on_get(self, req: Request, resp: Response, **path: str) -> None:
        """List the versions, the oldest first, also of one that was deleted."""
        namespace = namespace_of(parameters(req, self._shelf))
        self._check_uploaded(path)
        listed = await self._gateway.blocking(
            self._gateway.engine.definitions.history.versions,
            _named(path),
            project=PROJECT,
            namespace=namespace,
            kind=self._kind,
        )
        versions: list[JSON] = [version_view(version) for version in listed]
        resp.media = {"versions": versions}

    async def on_get_item(self, req: Request, resp: Response, number: str, **path: str) -> None:
        """Show one version with what it says."""
        namespace = namespace_of(parameters(req, self._shelf))
        self._check_uploaded(path)
        version = await self._gateway.blocking(
            self._gateway.engine.definitions.history.version,
            _named(path),
            whole({"version": number}, "version", 0),
            project=PROJECT,
            namespace=namespace,
            kind=self._kind,
        )
        resp.media = version_view(version, whole=True)

    async def on_get_diff(self, req: Request, resp: Response, **path: str) -> None:
        """Say what differs between two versions; by default, what the last one has changed."""
        given = parameters(req, self._shelf | {"from", "to"})
        self._check_uploaded(path)
        found = await self._gateway.blocking(self._difference, _named(path), given)
        resp.media = version_difference_view(found)

    def _check_uploaded(self, path: Mapping[str, str]) -> None:
        """Say of an installed action why it has no versions."""
        name = _named(path)
        if self._kind == ACTION and name in self._gateway.catalogue:
            message = f"The action {name} is installed in this server, so it has no versions"
            raise NotFound(message, kind="version", id=name)

    def _difference(self, identifier: str, given: Mapping[str, str]) -> VersionDifference:
        return self._gateway.engine.definitions.history.difference(
            identifier,
            whole(given, "from", 0) or None,
            whole(given, "to", 0) or None,
            project=PROJECT,
            namespace=namespace_of(given),
            kind=self._kind,
        )


def _named(path: Mapping[str, str]) -> str:
    return path.get("identifier") or path["name"]
