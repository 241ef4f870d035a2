"""Task executions: look at them, run them again, skip them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
from falcon.asgi import Request, Response

from api.rest import bodies, representations
from api.rest.blaming import BLAME, blamed
from api.rest.bodies import Body
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import Collection, answer_list, answer_one
from api.rest.pasts import AT, Past, asked_moment, past_of, past_of_task, say_when
from api.rest.queries import parameters
from api.rest.rows import task_row
from api.rest.screening import screened
from projections import context_view, secret_names
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.execution import commands

_BODY = "task"
_COMPLETION = "completion"

TASKS = Collection(
    name="tasks",
    fields=representations.TASK,
    represent=representations.task,
    page=lambda gateway, query: gateway.views.tasks.list(query),
    ids=frozenset({"id", "workflow_id", "workflow_execution_id"}),
    extra=frozenset({"all_projects", "include_output"}),
    execution_key="workflow_execution_id",
)


class TaskCompletion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person may say about a task that is done; unknown members are refused."""

    state: Literal["SUCCESS", "ERROR", "CANCELLED"]
    result: JSON | msgspec.UnsetType = msgspec.UNSET
    published: dict[str, JSON] = {}
    reason: str | None = None
    force: bool = False


class Tasks:
    """The collection of task executions and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response) -> None:
        """List task executions."""
        await answer_list(self._gateway, req, resp, TASKS)

    async def on_get_of_execution(self, req: Request, resp: Response, execution_id: str) -> None:
        """List the task executions of one execution."""
        within, at = {"workflow_execution_id": execution_id}, asked_moment(req)
        if at is None:
            await self._gateway.blocking(self._gateway.views.find_execution, execution_id, PROJECT)
            await answer_list(self._gateway, req, resp, TASKS, within)
            return
        past = await self._gateway.blocking(past_of, self._gateway, execution_id, at)
        await answer_list(self._gateway, req, resp, TASKS, within, past)

    async def on_get_item(self, req: Request, resp: Response, task_id: str) -> None:
        """Show one task execution, with its result."""
        given = parameters(req, {"fields", AT})
        past = await self._past(task_id, given)
        row = await self._row_with_results(task_id) if past is None else past.task(task_id)
        await answer_one(self._gateway, resp, TASKS, row, given, past)

    async def on_put_item(self, req: Request, resp: Response, task_id: str) -> None:
        """Run a failed task again, or skip it."""
        parameters(req, set())
        body = await bodies.read_object(req, _BODY, representations.TASK)
        row = await self._row(task_id)
        _check(body, row)
        command = _command(body, row, self._gateway, req)
        state = await self._gateway.carry_out(resp, command)
        changed = {**row, **task_row(state, task_id, row["tags"])}
        resp.media = representations.task(screened(changed, secret_names(state.env)))

    async def on_post_complete(self, req: Request, resp: Response, task_id: str) -> None:
        """Take a person's word that a task is done; what follows begins."""
        parameters(req, set())
        body = await _completion(req)
        row = await self._row(task_id)
        command = commands.CompleteTask(
            execution_id=row["workflow_execution_id"],
            origin=self._gateway.origin(req, reason=body.reason),
            task_id=task_id,
            state=body.state,
            result=body.result,
            published=body.published,
            message=body.reason,
            force=body.force,
        )
        state = await self._gateway.carry_out(resp, command)
        changed = {**row, **task_row(state, task_id, row["tags"])}
        resp.media = representations.task(screened(changed, secret_names(state.env)))

    async def on_get_context(self, req: Request, resp: Response, task_id: str) -> None:
        """Show what the task sees, what it published, and what its successors see."""
        given = parameters(req, {AT} | BLAME)
        past = await self._past(task_id, given)
        if past is None:
            row = await self._row(task_id)
            resp.media = await self._gateway.blocking(self._context, row, given)
            return
        resp.media = await self._gateway.blocking(past.task_context, task_id, given)
        say_when(resp, past.moment)

    async def _past(self, task_id: str, given: Mapping[str, str]) -> Past | None:
        if AT not in given:
            return None
        return await self._gateway.blocking(past_of_task, self._gateway, task_id, given[AT])

    async def _row(self, task_id: str) -> representations.Row:
        views = self._gateway.views
        await self._gateway.blocking(views.find_task, task_id, PROJECT)
        return await self._gateway.blocking(views.tasks.get, task_id, PROJECT)

    async def _row_with_results(self, task_id: str) -> representations.Row:
        row = await self._row(task_id)
        if row["items"] is None or row["finished_at"] is not None:
            return row
        return {**row, "result": await self._gateway.blocking(self._gateway.views.results_so_far, task_id)}

    def _context(self, row: representations.Row, given: Mapping[str, str]) -> dict[str, JSON]:
        state, task_id = self._gateway.state(row["workflow_execution_id"]), row["id"]
        view = {"name": row["name"], **context_view(state, task_id)}
        return view | blamed(self._gateway, state, given, task_id)


async def _completion(req: Request) -> TaskCompletion:
    value = await bodies.read_object(req, _COMPLETION, TaskCompletion.__struct_fields__)
    try:
        return msgspec.convert(value, TaskCompletion)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"Invalid input for field/attribute {_COMPLETION}. {error}") from error


def _check(body: Body, row: representations.Row) -> None:
    """Refuse what Mistral refuses, in its order."""
    if body.get("name") and body["name"] != row["name"]:
        raise InvalidRequest("Task name does not match.")
    if body.get("workflow_name") and body["workflow_name"] != row["workflow_name"]:
        raise InvalidRequest("Workflow name does not match.")
    if body.get("state") not in ("RUNNING", "SKIPPED"):
        raise InvalidRequest("Invalid task state. Only updating task to RUNNING or SKIPPED is supported.")


def _command(body: Body, row: representations.Row, gateway: Gateway, req: Request) -> commands.Command:
    origin = gateway.origin(req)
    execution_id, task_id = row["workflow_execution_id"], row["id"]
    if body["state"] == "SKIPPED":
        return commands.SkipTask(execution_id=execution_id, origin=origin, task_id=task_id)
    if row["state"] == "ERROR" and body.get("reset") is None:
        raise InvalidRequest("Reset field is mandatory to rerun task.")
    reset = bodies.flag(body, "reset", _BODY, default=True)
    env = bodies.embedded(body, "env", _BODY)
    return commands.RerunTask(execution_id=execution_id, origin=origin, task_id=task_id, reset=reset, env=env)
