"""Executions with their sub-workflows: the flat list below one, and the report of the whole tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from falcon.asgi import Request, Response

from api.rest import representations
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import answer_list
from api.rest.pasts import AT, Past, asked_moment, past_of, past_of_task, say_when
from api.rest.queries import parameters, truth
from api.rest.resources.executions import EXECUTIONS
from api.rest.screening import screened_rows
from projections import Row, masked, secret_names
from projections.trees import Forest, below_execution, below_task, report
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

_BELOW = {"errors_only", "max_depth", "include_output", AT}
_PAGE = 500
"""Rows whose secrets are looked up at once."""


class Trees:
    """What is below an execution or a task."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway

    async def on_get_of_execution(self, req: Request, resp: Response, execution_id: str) -> None:
        """List an execution and all below it, without a tree's form."""
        await self._answer(req, resp, below_execution, execution_id, past_of)

    async def on_get_of_task(self, req: Request, resp: Response, task_id: str) -> None:
        """List the executions that a task has started, and all below them."""
        await self._answer(req, resp, below_task, task_id, past_of_task)

    async def on_get_children(self, req: Request, resp: Response, task_id: str) -> None:
        """List the executions that a task has started, as any list of executions."""
        within, at = {"task_execution_id": task_id}, asked_moment(req)
        if at is None:
            await self._gateway.blocking(self._gateway.views.find_task, task_id, PROJECT)
            await answer_list(self._gateway, req, resp, EXECUTIONS, within)
            return
        past = await self._gateway.blocking(past_of_task, self._gateway, task_id, at, levels=1)
        await answer_list(self._gateway, req, resp, EXECUTIONS, within, past)

    async def on_get_report(self, req: Request, resp: Response, execution_id: str) -> None:
        """Show an execution with its tasks, their actions and sub-workflows, and how many tasks stand how."""
        given = parameters(req, {"errors_only", "max_depth", "statistics_only", AT})
        past = await self._past(past_of, execution_id, given)
        found = await self._gateway.blocking(self._report, past or self._gateway.views, execution_id, given)
        if truth(given, "statistics_only"):
            del found["root_workflow_execution"]
        resp.media = found
        if past is not None:
            say_when(resp, past.moment)

    async def _answer(
        self,
        req: Request,
        resp: Response,
        below: Callable[..., Iterator[Row]],
        identifier: str,
        past_of_it: Callable[..., Past],
    ) -> None:
        given = parameters(req, _BELOW)
        past = await self._past(past_of_it, identifier, given)
        views = past or self._gateway.views
        found = await self._gateway.blocking(self._listed, views, below, identifier, given)
        resp.media = {"executions": found}
        if past is not None:
            say_when(resp, past.moment)

    async def _past(
        self, past_of_it: Callable[..., Past], identifier: str, given: Mapping[str, str]
    ) -> Past | None:
        if AT not in given:
            return None
        # One level more than is shown: a report names what is below its last level.
        levels = _bounds(given)["max_depth"] + 1 if _bounds(given)["max_depth"] >= 0 else -1
        return await self._gateway.blocking(past_of_it, self._gateway, identifier, given[AT], levels)

    def _listed(
        self,
        views: Forest,
        below: Callable[..., Iterator[Row]],
        identifier: str,
        given: Mapping[str, str],
    ) -> list[dict[str, JSON]]:
        fields = EXECUTIONS.shown(given, ())
        rows = list(below(views, identifier, PROJECT, **_bounds(given)))
        shown: list[dict[str, JSON]] = []
        for begin in range(0, len(rows), _PAGE):
            page = screened_rows(views, rows[begin : begin + _PAGE], "id")
            shown += [representations.execution(row, fields) for row in page]
        return shown

    def _report(self, views: Forest, execution_id: str, given: Mapping[str, str]) -> JSON:
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
