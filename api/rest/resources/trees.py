"""Executions with their sub-workflows: the flat list below one, and the report of the whole tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from falcon.asgi import Request, Response

from api.rest import representations
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import answer_list
from api.rest.queries import parameters, truth
from api.rest.resources.executions import EXECUTIONS
from api.rest.screening import screened_rows
from projections import Row, masked, secret_names
from projections.trees import below_execution, below_task, report
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

_BELOW = {"errors_only", "max_depth", "include_output"}
_PAGE = 500
"""Rows whose secrets are looked up at once."""


class Trees:
    """What is below an execution or a task."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway

    async def on_get_of_execution(self, req: Request, resp: Response, execution_id: str) -> None:
        """List an execution and all below it, without a tree's form."""
        await self._answer(req, resp, below_execution, execution_id)

    async def on_get_of_task(self, req: Request, resp: Response, task_id: str) -> None:
        """List the executions that a task has started, and all below them."""
        await self._answer(req, resp, below_task, task_id)

    async def on_get_children(self, req: Request, resp: Response, task_id: str) -> None:
        """List the executions that a task has started, as any list of executions."""
        await self._gateway.blocking(self._gateway.views.find_task, task_id, PROJECT)
        await answer_list(self._gateway, req, resp, EXECUTIONS, {"task_execution_id": task_id})

    async def on_get_report(self, req: Request, resp: Response, execution_id: str) -> None:
        """Show an execution with its tasks, their actions and sub-workflows, and how many tasks stand how."""
        given = parameters(req, {"errors_only", "max_depth", "statistics_only"})
        found = await self._gateway.blocking(self._report, execution_id, given)
        if truth(given, "statistics_only"):
            del found["root_workflow_execution"]
        resp.media = found

    async def _answer(
        self, req: Request, resp: Response, below: Callable[..., Iterator[Row]], identifier: str
    ) -> None:
        given = parameters(req, _BELOW)
        resp.media = {"executions": await self._gateway.blocking(self._listed, below, identifier, given)}

    def _listed(
        self, below: Callable[..., Iterator[Row]], identifier: str, given: Mapping[str, str]
    ) -> list[dict[str, JSON]]:
        views, fields = self._gateway.views, EXECUTIONS.shown(given, ())
        rows = list(below(views, identifier, PROJECT, **_bounds(given)))
        shown: list[dict[str, JSON]] = []
        for begin in range(0, len(rows), _PAGE):
            page = screened_rows(views, rows[begin : begin + _PAGE], "id")
            shown += [representations.execution(row, fields) for row in page]
        return shown

    def _report(self, execution_id: str, given: Mapping[str, str]) -> JSON:
        views = self._gateway.views
        found = report(views, execution_id, PROJECT, **_bounds(given))
        # All below have the environment of the one at the top, and so its secrets.
        declared = secret_names(views.find_execution(execution_id, PROJECT)["env"])
        return _with_times(masked(found, declared))


def _bounds(given: Mapping[str, str]) -> dict[str, Any]:
    depth = given.get("max_depth", "").strip() or "-1"
    try:
        max_depth = int(depth)
    except ValueError as error:
        raise InvalidRequest(
            f'The argument "max_depth" must be a whole number, not "{depth[:50]}".'
        ) from error
    return {"max_depth": max_depth, "errors_only": truth(given, "errors_only")}


def _with_times(found: JSON) -> JSON:
    """Return a report with its times in Mistral's form."""
    if isinstance(found, list):
        return [_with_times(item) for item in found]
    if not isinstance(found, dict):
        return found
    return {
        name: representations.timestamp(value) if name.endswith("_at") else _with_times(value)
        for name, value in found.items()
    }
