"""Action executions: look at them, and say how they ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

import falcon
from falcon.asgi import Request, Response

from api.rest import bodies, completions, representations
from api.rest.direct_runs import LONGEST_SECONDS, Asked, action_of, asked_run, ended, must_be_kept, run_now
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import Collection, answer_list, answer_one
from api.rest.pasts import AT, Past, asked_moment, past_of_action, past_of_task
from api.rest.queries import parameters
from api.rest.rows import action_row
from api.rest.screening import screened
from api.rest.streams import LOOK_SECONDS
from projections import secret_names
from projections.queries import Row
from wf_es.envelope import JSON
from wf_es.errors import NotFound
from wf_es.execution.commands import DeleteAction
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
        within, at = {"task_execution_id": task_id}, asked_moment(req)
        if at is None:
            await self._gateway.blocking(self._gateway.views.find_task, task_id, PROJECT)
            await answer_list(self._gateway, req, resp, ACTION_EXECUTIONS, within)
            return
        past = await self._gateway.blocking(past_of_task, self._gateway, task_id, at)
        await answer_list(self._gateway, req, resp, ACTION_EXECUTIONS, within, past)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Run an action outside any workflow; answer with how it ended, or with what was begun."""
        parameters(req, set())
        body = await bodies.read_object(req, "action_ex", representations.ACTION_EXECUTION)
        gateway = self._gateway
        asked = asked_run(body, gateway.origin(req))
        considered = await gateway.blocking(gateway.engine.consider, asked.command)
        if must_be_kept(asked, considered):
            state = await self._begin(resp, asked)
            _check_same_request(considered, state)
            row = action_row(state, action_of(state).id, ())
        else:
            row = await self._run(asked, considered)
        resp.status = falcon.HTTP_201
        resp.media = representations.action_execution(screened(row, secret_names(considered.env)))

    async def _run(self, asked: Asked, state: ExecutionState) -> dict[str, JSON]:
        """Run an action and leave no trace; one that takes too long is given up, its thread is not."""
        gateway, result = self._gateway, None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(asked.command.timeout):
                begun = await gateway.acting(run_now, gateway.catalogue, state, gateway.engine.limits)
                await asyncio.sleep(begun.delay)
                result = begun
        return await gateway.blocking(ended, gateway.engine, state, asked, result)

    async def _begin(self, resp: Response, asked: Asked) -> ExecutionState:
        """Record a run, for a runner to take; with ``run_sync`` wait for its end."""
        gateway, run_id = self._gateway, asked.command.execution_id
        if not asked.run_sync:
            return await gateway.carry_out(resp, asked.command)
        follower = gateway.announcer.follow(run_id)
        try:
            state = await gateway.carry_out(resp, asked.command)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_SECONDS):
                    while not state.is_completed and not follower.is_over:
                        await follower.news(LOOK_SECONDS)
                        state = await gateway.blocking(gateway.stream_state, run_id)
        finally:
            gateway.announcer.release(run_id, follower)
        await gateway.settle(resp, gateway.engine.head())
        return state

    async def on_get_item(self, req: Request, resp: Response, action_id: str) -> None:
        """Show one action execution, with its output."""
        given = parameters(req, {"fields", AT})
        past = await self._past(action_id, given)
        row = await self._row(action_id, past)
        await answer_one(self._gateway, resp, ACTION_EXECUTIONS, row, given, past)

    async def on_get_item_of_task(self, req: Request, resp: Response, task_id: str, action_id: str) -> None:
        """Show one action execution of a task."""
        given = parameters(req, {"fields", AT})
        past = await self._past(action_id, given)
        row = await self._row(action_id, past)
        if row["task_execution_id"] != task_id:
            raise NotFound(kind="Action execution", id=action_id)
        await answer_one(self._gateway, resp, ACTION_EXECUTIONS, row, given, past)

    async def _past(self, action_id: str, given: Mapping[str, str]) -> Past | None:
        if AT not in given:
            return None
        return await self._gateway.blocking(past_of_action, self._gateway, action_id, given[AT])

    async def _row(self, action_id: str, past: Past | None = None) -> Row:
        if past is not None:
            return past.action_executions.get(action_id, PROJECT)
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
        """Forget an action that ran outside of any workflow, when it has ended."""
        parameters(req, set())
        gateway = self._gateway
        run_id = await gateway.blocking(gateway.execution_of_action, action_id)
        command = DeleteAction(execution_id=run_id, origin=gateway.origin(req), action_id=action_id)
        await gateway.carry_out(resp, command)
        resp.status = falcon.HTTP_204


def _check_same_request(asked: ExecutionState, state: ExecutionState) -> None:
    """Refuse a key that began another run than the one asked for now."""
    wanted, found = action_of(asked), action_of(state)
    if (wanted.name, wanted.input) != (found.name, found.input):
        raise falcon.HTTPUnprocessableEntity(
            description=f"This Idempotency-Key was used for another request; it ran action {found.id}."
            " Use a new key."
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
    tags = gateway.task_tags(state, state.actions[action_id].task_id)
    return screened(action_row(state, action_id, tags), secret_names(state.env))
