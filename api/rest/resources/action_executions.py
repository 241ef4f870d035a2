"""Action executions: look at them, and say how they ended."""

from __future__ import annotations

import asyncio

import falcon
from falcon.asgi import Request, Response

from api.rest import bodies, completions, representations
from api.rest.direct_runs import row_of, run_directly
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import Collection, answer_list, answer_one
from api.rest.queries import parameters
from api.rest.rows import action_row
from api.rest.screening import screened
from projections import secret_names
from projections.queries import Row
from wf_es.envelope import JSON
from wf_es.errors import NotAllowed, NotFound
from wf_es.execution.state import ExecutionState

ACTION_EXECUTIONS = Collection(
    name="action_executions",
    fields=representations.ACTION_EXECUTION,
    represent=representations.action_execution,
    page=lambda gateway, query: gateway.views.action_executions.list(query),
    ids=frozenset({"id", "task_execution_id"}),
    extra=frozenset({"include_output"}),
    execution_key="workflow_execution_id",
)


class ActionExecutions:
    """The collection of action executions and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response) -> None:
        """List action executions."""
        await answer_list(self._gateway, req, resp, ACTION_EXECUTIONS)

    async def on_get_of_task(self, req: Request, resp: Response, task_id: str) -> None:
        """List the action executions of one task."""
        await self._gateway.blocking(self._gateway.views.find_task, task_id, PROJECT)
        await answer_list(self._gateway, req, resp, ACTION_EXECUTIONS, {"task_execution_id": task_id})

    async def on_post(self, req: Request, resp: Response) -> None:
        """Run an action outside any workflow and answer with how it ended."""
        parameters(req, set())
        body = await bodies.read_object(req, "action_ex", representations.ACTION_EXECUTION)
        run = await self._gateway.acting(run_directly, self._gateway.catalogue, body, PROJECT)
        await asyncio.sleep(run.result.delay)
        resp.status = falcon.HTTP_201
        resp.media = representations.action_execution(screened(row_of(run), frozenset()))

    async def on_get_item(self, req: Request, resp: Response, action_id: str) -> None:
        """Show one action execution, with its output."""
        given = parameters(req, {"fields"})
        row = await self._row(action_id)
        await answer_one(self._gateway, resp, ACTION_EXECUTIONS, row, given)

    async def on_get_item_of_task(self, req: Request, resp: Response, task_id: str, action_id: str) -> None:
        """Show one action execution of a task."""
        given = parameters(req, {"fields"})
        row = await self._row(action_id)
        if row["task_execution_id"] != task_id:
            raise NotFound(kind="Action execution", id=action_id)
        await answer_one(self._gateway, resp, ACTION_EXECUTIONS, row, given)

    async def _row(self, action_id: str) -> Row:
        views = self._gateway.views
        await self._gateway.blocking(views.find_action, action_id, PROJECT)
        return await self._gateway.blocking(views.action_executions.get, action_id, PROJECT)

    async def on_put_item(self, req: Request, resp: Response, action_id: str) -> None:
        """Report how the action ended, or that it is paused or goes on."""
        parameters(req, set())
        report = await completions.read_report(req)
        await complete(self._gateway, req, resp, action_id, report)

    on_post_item = on_put_item

    async def on_delete_item(self, req: Request, resp: Response, action_id: str) -> None:
        """Refuse: what a workflow did is part of its history."""
        parameters(req, set())
        await self._row(action_id)
        raise NotAllowed(
            "Only an action execution outside of a workflow could be deleted, and these are not stored"
            f" [id={action_id}]; delete the whole execution instead."
        )


async def complete(
    gateway: Gateway, req: Request, resp: Response, action_id: str, report: completions.Report
) -> None:
    """Carry a report out and answer with the action execution."""
    execution_id = await gateway.blocking(gateway.execution_of_action, action_id)
    command = completions.command(report, execution_id, action_id, gateway.origin(req))
    state = await gateway.carry_out(resp, command)
    row = await gateway.blocking(_row_of, gateway, state, action_id)
    resp.media = representations.action_execution(row)


def _row_of(gateway: Gateway, state: ExecutionState, action_id: str) -> dict[str, JSON]:
    task = state.tasks[state.actions[action_id].task_id]
    spec = gateway.definition(state).workflow.spec.tasks[task.name]
    return screened(action_row(state, action_id, spec.tags), secret_names(state.env))
