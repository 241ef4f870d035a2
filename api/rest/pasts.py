"""Reading executions at a moment: ``?at=`` on every read of one execution.

The rows come from the state of that moment, folded by the reducer that makes
the present one, and go the way of all rows from there: the same filters,
masks and representations. What is below an execution is shown as it was when
the log had reached the same position.

What is read at an event number can never change. Its answer says so, and
carries an ETag, so that it need not be asked for or sent twice. What an
environment declares to be secret today is masked in the past as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from urllib.parse import parse_qsl

import falcon
from falcon.asgi import Request, Response

from api.rest.blaming import blamed
from api.rest.gateway import PROJECT, Gateway
from api.rest.rows import action_row, execution_row, task_row
from projections import Row, context_view, final_context_view, secret_names
from projections.encoding import storable
from projections.masking import SECRETS_VARIABLE
from projections.past import Deferred, PastCollection
from projections.tables import ACTION_EXECUTIONS, BORN, EXECUTIONS, TASKS
from wf_es.engine import Moment
from wf_es.envelope import JSON
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution
from wf_es.execution.units import result_of

AT = "at"
"""The parameter that names a moment."""

_FOR_EVER = "private, max-age=31536000, immutable"


def asked_moment(req: Request) -> str | None:
    """Return the moment that a request asks about; None for the present."""
    return dict(parse_qsl(req.query_string, keep_blank_values=True)).get(AT)


class Past:
    """An execution and those below it at one moment, with what the views are for the present."""

    def __init__(self, gateway: Gateway, moment: Moment, states: Iterable[ExecutionState]) -> None:
        """Take the moment and the states of all executions that can be seen."""
        self.moment = moment
        self._gateway = gateway
        self._states = list(states)

    @cached_property
    def executions(self) -> PastCollection:
        """The rows of executions."""
        rows = [self._execution(state) for state in self._states if state.direct is None]
        return PastCollection(EXECUTIONS, "WorkflowExecution", rows)

    @cached_property
    def tasks(self) -> PastCollection:
        """The rows of tasks."""
        rows = [self._task(state, task) for state in self._states for task in state.tasks.values()]
        return PastCollection(TASKS, "Task execution", rows)

    def task(self, task_id: str) -> Row:
        """Return the row of a task; while it ran it has the results of the items that had ended."""
        row = self.tasks.get(task_id, PROJECT)
        state = next(state for state in self._states if task_id in state.tasks)
        task = state.tasks[task_id]
        is_under_way = task.items is not None and task.finished_at is None
        return {**row, "result": result_of(state, task)} if is_under_way else row

    def _task(self, state: ExecutionState, task: TaskExecution) -> Deferred:
        brief = {
            "id": task.id,
            "name": task.name,
            "workflow_execution_id": state.id,
            "state": task.state,
            "state_info": storable(task.state_info),
            "project_id": state.project,
            "created_at": task.created_at,
            "updated_at": task.updated_at,
            BORN: self._born(state, task.scheduled),
        }
        return Deferred(brief, lambda: task_row(state, task.id, self._gateway.task_tags(state, task.id)))

    @cached_property
    def action_executions(self) -> PastCollection:
        """The rows of action executions."""
        rows = [self._action(state, action) for state in self._states for action in state.actions.values()]
        return PastCollection(ACTION_EXECUTIONS, "ActionExecution", rows)

    def _action(self, state: ExecutionState, action: ActionExecution) -> Deferred:
        brief = {
            "id": action.id,
            "name": action.name,
            "workflow_execution_id": state.id,
            "task_execution_id": action.task_id if action.task_id in state.tasks else None,
            "state": action.state,
            "project_id": state.project,
            "created_at": action.created_at,
            "updated_at": action.updated_at,
            BORN: self._born(state, action.event),
        }
        return Deferred(
            brief, lambda: action_row(state, action.id, self._gateway.task_tags(state, action.task_id))
        )

    def listed(self, name: str) -> PastCollection:
        """Return a collection by its name."""
        collections = {
            "executions": lambda: self.executions,
            "tasks": lambda: self.tasks,
            "action_executions": lambda: self.action_executions,
        }
        return collections[name]()

    def find_execution(self, execution_id: str, project: str | None) -> Row:
        """Return an execution's row; NotFound if it had not begun."""
        return self.executions.get(execution_id, project)

    def find_task(self, task_id: str, project: str | None) -> str:
        """Return the id of a task's execution; NotFound if the task had not come into being."""
        return str(self.tasks.get(task_id, project)["workflow_execution_id"])

    def context(self, execution_id: str, given: Mapping[str, str]) -> dict[str, JSON]:
        """Return what the branches had left behind together."""
        state = self._state(execution_id)
        view = final_context_view(state, self.declared(execution_id))
        return view | blamed(self._gateway, state, given)

    def task_context(self, task_id: str, given: Mapping[str, str]) -> dict[str, JSON]:
        """Return what a task saw, had published, and what its successors would have seen."""
        state = self._state(self.find_task(task_id, PROJECT))
        view = context_view(state, task_id, self.declared(state.id))
        return {"name": state.tasks[task_id].name, **view} | blamed(self._gateway, state, given, task_id)

    def _state(self, execution_id: str) -> ExecutionState:
        return next(state for state in self._states if state.id == execution_id)

    def declared(self, execution_id: str) -> frozenset[str]:
        """Return the names that an execution declares as secrets, then or now."""
        states = (state for state in self._states if state.id == execution_id)
        then = frozenset[str]().union(*(secret_names(state.env) for state in states))
        return then | secret_names(self._gateway.engine.standing(execution_id).env)

    def _execution(self, state: ExecutionState) -> Row:
        # What a row's environment declares is what is masked in it; it is not shown itself.
        env = {**state.env, SECRETS_VARIABLE: sorted(self.declared(state.id))}
        texts = {"state_info": storable(state.state_info), "description": storable(state.description)}
        return {**execution_row(state), **texts, "env": env, "version": state.version, "position": 0} | {
            BORN: self._born(state, 1)
        }

    def _born(self, state: ExecutionState, number: int) -> int:
        """Return what orders rows that came into being at the same time, as their places in the log do."""
        return number if len(self._states) == 1 else self._gateway.engine.position_of(state, number)


def past_of(gateway: Gateway, execution_id: str, at: str, levels: int = 0) -> Past:
    """Return an execution at a moment, with so many levels of executions below it; may block.

    Raises:
        NotFound: there is no such execution, or it belongs to another project.
        InvalidRequest: ``at`` is no moment of it.
    """
    gateway.stream_state(execution_id)
    moment = gateway.engine.moment(execution_id, at)
    states = level = [moment.state]
    while level and levels != 0:
        level = [below for state in level for below in _children(gateway, state, moment.position)]
        states = states + level
        levels -= 1
    return Past(gateway, moment, states)


def _children(gateway: Gateway, state: ExecutionState, position: int) -> list[ExecutionState]:
    found = (gateway.engine.state_by(child_id, position) for child_id in state.children)
    return [child for child in found if child is not None]


def past_of_task(gateway: Gateway, task_id: str, at: str, levels: int = 0) -> Past:
    """Return the execution of a task at a moment, once it has the task; may block.

    Raises:
        NotFound: there is no such task, or it had not come into being.
        InvalidRequest: ``at`` is no moment of its execution.
    """
    past = past_of(gateway, gateway.views.find_task(task_id, PROJECT), at, levels)
    past.find_task(task_id, PROJECT)
    return past


def past_of_action(gateway: Gateway, action_id: str, at: str) -> Past:
    """Return the execution of an action at a moment; may block.

    Raises:
        NotFound: there is no such action.
        InvalidRequest: ``at`` is no moment of its execution.
    """
    return past_of(gateway, gateway.views.find_action(action_id, PROJECT), at)


def say_when(resp: Response, moment: Moment) -> None:
    """Name the event that is shown; mark an answer that can never change."""
    resp.set_header("X-WF-Event", str(moment.number))
    resp.context.is_final = moment.is_final


async def seal(req: Request, resp: Response) -> None:
    """Give an answer that can never change its ETag, and send none that the client has."""
    if not getattr(resp.context, "is_final", False) or resp.status_code != falcon.http_status_to_code(200):
        return
    body = await resp.render_body() or b""
    resp.data, resp.media = body, None
    resp.etag = digest = hashlib.sha256(body).hexdigest()[:32]
    resp.set_header("Cache-Control", _FOR_EVER)
    if any(tag in ("*", digest) for tag in req.if_none_match or ()):
        resp.status, resp.data = falcon.HTTP_304, b""
