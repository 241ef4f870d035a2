"""Executions: start, look, change, delete."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import falcon
from falcon.asgi import Request, Response

from api.rest import bodies, representations
from api.rest.blaming import BLAME, blamed
from api.rest.bodies import Body
from api.rest.gateway import PROJECT, Gateway
from api.rest.listing import Collection, answer_list, answer_one
from api.rest.pasts import AT, Past, past_of, say_when
from api.rest.queries import parameters, truth
from api.rest.rows import execution_row
from api.rest.screening import screened
from projections import final_context_view, secret_names
from projections.queries import MAX_LIMIT, Query
from wf_es.envelope import JSON, Origin
from wf_es.errors import InvalidRequest
from wf_es.execution import commands
from wf_es.execution.state import ExecutionState

_BODY = "wf_ex"
_STATES = ("RUNNING", "PAUSED", "SUCCESS", "ERROR", "CANCELLED")

EXECUTIONS = Collection(
    name="executions",
    fields=representations.EXECUTION,
    represent=representations.execution,
    page=lambda gateway, query: gateway.views.executions.list(query),
    ids=frozenset(
        {"id", "workflow_id", "task_execution_id", "root_execution_id", "source_execution_id", "forked_from"}
    ),
    extra=frozenset({"include_output", "all_projects"}),
    execution_key="id",
)


class Executions:
    """The collection of executions and each of them."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine and the views."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response) -> None:
        """List executions."""
        await answer_list(self._gateway, req, resp, EXECUTIONS)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Start an execution, or return the one that has the given id already."""
        parameters(req, set())
        body = await bodies.read_object(req, _BODY, representations.EXECUTION)
        origin = self._gateway.origin(req)
        command = await self._gateway.blocking(self._start, body, origin)
        state = await self._gateway.carry_out(resp, command)
        if origin.key and not body.get("id"):
            _check_same_request(command, state)
        resp.status = falcon.HTTP_201
        resp.media = shown(state)

    async def on_get_item(self, req: Request, resp: Response, execution_id: str) -> None:
        """Show one execution."""
        given = parameters(req, {"fields", AT})
        past = await self._past(execution_id, given)
        views = past or self._gateway.views
        row = await self._gateway.blocking(views.find_execution, execution_id, PROJECT)
        await answer_one(self._gateway, resp, EXECUTIONS, row, given, past)
        if not given and (forks := await self._gateway.blocking(self._forks, execution_id)):
            resp.media |= {"forks": forks}

    async def on_get_context(self, req: Request, resp: Response, execution_id: str) -> None:
        """Show what the branches have left behind together, so far."""
        given = parameters(req, {AT} | BLAME)
        past = await self._past(execution_id, given)
        if past is None:
            await self._gateway.blocking(self._gateway.views.find_execution, execution_id, PROJECT)
            resp.media = await self._gateway.blocking(self._context, execution_id, given)
            return
        resp.media = await self._gateway.blocking(past.context, execution_id, given)
        say_when(resp, past.moment)

    async def on_put_item(self, req: Request, resp: Response, execution_id: str) -> None:
        """Change the state, the description or the environment."""
        parameters(req, set())
        body = await bodies.read_object(req, _BODY, representations.EXECUTION)
        command = _update(execution_id, body, self._gateway.origin(req))
        state = await self._gateway.carry_out(resp, command)
        resp.media = shown(state)

    async def on_delete_item(self, req: Request, resp: Response, execution_id: str) -> None:
        """Delete an execution; a running one only by force."""
        force = truth(parameters(req, {"force"}), "force")
        origin = self._gateway.origin(req)
        command = commands.DeleteExecution(execution_id=execution_id, origin=origin, force=force)
        await self._gateway.carry_out(resp, command)
        resp.status = falcon.HTTP_204

    async def _past(self, execution_id: str, given: Mapping[str, str]) -> Past | None:
        if AT not in given:
            return None
        return await self._gateway.blocking(past_of, self._gateway, execution_id, given[AT])

    def _context(self, execution_id: str, given: Mapping[str, str]) -> dict[str, JSON]:
        state = self._gateway.state(execution_id)
        return final_context_view(state) | blamed(self._gateway, state, given)

    def _forks(self, execution_id: str) -> list[dict[str, JSON]]:
        """Return what was forked from an execution, the oldest fork first."""
        query = Query(project=PROJECT, filters={"forked_from": [("eq", execution_id)]}, limit=MAX_LIMIT)
        rows = self._gateway.views.executions.list(query).rows
        return [{"execution_id": row["id"], "event": row["forked_from_event"]} for row in rows]

    def _start(self, body: Body, origin: Origin) -> commands.StartWorkflow:
        source = bodies.text(body, "source_execution_id", _BODY)
        if source:
            return self._start_like(source, body, origin)
        name = bodies.text(body, "workflow_name", _BODY)
        namespace = bodies.text(body, "workflow_namespace", _BODY) or ""
        identifier = bodies.text(body, "workflow_id", _BODY)
        if identifier:
            definition = self._gateway.engine.definitions.get(identifier, project=PROJECT)
            name, namespace = definition.name, definition.namespace
        if not name:
            raise InvalidRequest("Workflow ID or workflow name must be provided. Workflow ID is recommended.")
        return commands.StartWorkflow(
            execution_id=_execution_id(body, origin),
            origin=origin,
            workflow_name=name,
            workflow_namespace=namespace,
            input=bodies.embedded(body, "input", _BODY),
            params=bodies.embedded(body, "params", _BODY),
            description=bodies.text(body, "description", _BODY) or "",
        )

    def _start_like(self, source: str, body: Body, origin: Origin) -> commands.StartWorkflow:
        # Mistral copies what the source was started with; what the body
        # gives beside it wins.
        state = self._gateway.state(source)
        params = {key: value for key, value in state.params.items() if key != "namespace"}
        return commands.StartWorkflow(
            execution_id=_execution_id(body, origin),
            origin=origin,
            workflow_name=state.workflow_name,
            workflow_namespace=state.workflow_namespace,
            input=bodies.embedded(body, "input", _BODY) or state.input,
            params=bodies.embedded(body, "params", _BODY) or params,
            description=bodies.text(body, "description", _BODY) or state.description,
            source_execution_id=source,
        )


def shown(state: ExecutionState) -> dict[str, JSON]:
    """Represent an execution as a command has left it, its secrets masked."""
    return representations.execution(screened(execution_row(state), secret_names(state.env)))


def _execution_id(body: Body, origin: Origin) -> str:
    """Return the id that the client chose, by ``id`` or by an idempotency key."""
    chosen = bodies.text(body, "id", _BODY)
    if chosen:
        try:
            return str(UUID(chosen))
        except ValueError as error:
            raise InvalidRequest(
                f"Invalid input for field/attribute id. Value: '{chosen[:255]}'. Expected a UUID."
            ) from error
    if origin.key:
        return str(uuid5(NAMESPACE_OID, f"execution\n{origin.project}\n{origin.actor}\n{origin.key}"))
    return str(uuid4())


def _check_same_request(command: commands.StartWorkflow, state: ExecutionState) -> None:
    """Refuse a key that began another execution than the one asked for now."""
    asked = (command.workflow_name, command.workflow_namespace)
    is_same = asked == (state.workflow_name, state.workflow_namespace)
    is_same = is_same and command.input.items() <= state.input.items()
    if not is_same:
        raise falcon.HTTPUnprocessableEntity(
            description=f"This Idempotency-Key was used for another request; it started execution {state.id}."
            " Use a new key."
        )


def _update(execution_id: str, body: Body, origin: Origin) -> commands.Command:
    """Return the command that a PUT means, by Mistral's rules for its members."""
    state = bodies.text(body, "state", _BODY)
    description = bodies.text(body, "description", _BODY)
    env = _environment(body)
    if not state and not description and not env:
        raise InvalidRequest("The property state, description, or env is not provided for update.")
    if description and state:
        raise InvalidRequest("The property description must be updated separately from state.")
    if env and state and state != "RUNNING":
        raise InvalidRequest(
            "The property env can only be updated when workflow execution is not running or on resume"
            " from pause."
        )
    if not state:
        return commands.UpdateExecution(
            execution_id=execution_id, origin=origin, description=description or None, env=env or None
        )
    return _change_state(execution_id, state, bodies.text(body, "state_info", _BODY), env, origin)


def _change_state(
    execution_id: str, state: str, message: str | None, env: dict[str, JSON], origin: Origin
) -> commands.Command:
    if state == "PAUSED":
        return commands.PauseWorkflow(execution_id=execution_id, origin=origin, message=message)
    if state == "RUNNING":
        return commands.ResumeWorkflow(execution_id=execution_id, origin=origin, env=env)
    if state not in _STATES:
        raise InvalidRequest(
            f"Cannot change state to {state[:255]}. Allowed states are: '{', '.join(_STATES)}"
        )
    return commands.StopWorkflow(execution_id=execution_id, origin=origin, state=state, message=message)


def _environment(body: Body) -> dict[str, JSON]:
    params = bodies.embedded(body, "params", _BODY)
    return bodies.embedded(params, "env", _BODY)
