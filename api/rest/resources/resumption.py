"""Resuming from any task: ask what it needs, then do it.

The body and the answer are the same for the question (``/resume-requirements``
or ``dry_run``) and for the deed, so what was asked is what will be done.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeVar

import msgspec
from falcon.asgi import Request, Response

from api.rest import bodies
from api.rest.gateway import Gateway
from api.rest.pasts import AT
from api.rest.queries import parameters
from projections import Names, history_view, requirements_view
from wf_es.envelope import JSON, Origin
from wf_es.errors import ConflictError, IllegalState, InvalidRequest, RequirementsMissing
from wf_es.execution.commands import ResumeFrom, TaskResumption

_TOLD = ("time", "type", "summary", "actor", "reason")
_SHOWN = 20
"""How many events a refusal tells at most."""

_NEIGHBOURS = 50
"""How far the first event of a request is looked for before one of its last."""

_DIGITS = 18


class ResumeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may stand in the body; unknown members are refused.

    ``context`` is for the tasks that failed, if these are chosen together.

    ``definition`` says which version of the workflow counts from then on: the
    one that has counted so far, the latest, or one by its number; ``definitions``
    says it for sub-workflows on the way to the tasks, by their paths.
    """

    argument: ClassVar[str] = "resume"

    tasks: tuple[TaskResumption, ...] | Literal["failed"] = ()
    context: dict[str, JSON] = {}
    env: dict[str, JSON] = {}
    definition: Literal["original", "latest"] | int = "original"
    definitions: dict[str, Literal["original", "latest"] | int] = {}
    reason: str | None = None
    dry_run: bool = False
    force: bool = False
    allow_succeeded: bool = False


OneBody = TypeVar("OneBody", bound=ResumeBody)


class Resumption:
    """The two questions of a resume: from which task, and with which data."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine."""
        self._gateway = gateway

    async def on_post(self, req: Request, resp: Response, execution_id: str) -> None:
        """Resume, unless something is missing; ``dry_run`` only answers.

        With ``If-Match`` the execution must still be at that event.
        """
        parameters(req, set())
        body = await read_request(req, ResumeBody)
        origin = self._gateway.origin(req, reason=body.reason)
        command = msgspec.structs.replace(command_of(execution_id, body, origin), position=_position(req))
        try:
            report = await self._expected(command, is_repeatable=not body.dry_run)
            if not body.dry_run:
                state = await self._gateway.carry_out(resp, command)
                report["position"] = state.version
                if report["refused"]:  # and yet carried out: it had been, and its repeat changes nothing
                    report |= {"resumable": True, "refused": []}
        except (ConflictError, IllegalState) as error:
            if not isinstance(error, RequirementsMissing) or error.report.refused:
                error.details["meanwhile"] = await self._gateway.blocking(self._meanwhile, command)
            raise
        resp.media = report

    async def on_get_requirements(self, req: Request, resp: Response, execution_id: str) -> None:
        """Tell what a resume from one task, or after a pause, would need."""
        given = parameters(req, {"task", "action", AT})
        body: dict[str, JSON] = {}
        if "task" in given:
            body["tasks"] = [{"task": given["task"], "action": given.get("action", "rerun")}]
        origin = self._gateway.origin(req)
        command = command_of(execution_id, _checked(body, ResumeBody), origin)
        resp.media = await self._report(command, given.get(AT))

    async def on_post_requirements(self, req: Request, resp: Response, execution_id: str) -> None:
        """Tell what a resume with this body would need; nothing is changed."""
        given = parameters(req, {AT})
        command = command_of(execution_id, await read_request(req, ResumeBody), self._gateway.origin(req))
        resp.media = await self._report(command, given.get(AT))

    async def _expected(self, command: ResumeFrom, *, is_repeatable: bool) -> dict[str, JSON]:
        """Return the report about a resume; the repeat of one is in conflict with nothing."""
        try:
            return await self._report(command)
        except ConflictError:
            if command.origin.key is None or not is_repeatable:
                raise
            return {"resumable": True, "refused": []}

    async def _report(self, command: ResumeFrom, at: str | None = None) -> dict[str, JSON]:
        return await self._gateway.blocking(self._view, command, at)

    def _view(self, command: ResumeFrom, at: str | None) -> dict[str, JSON]:
        self._gateway.state(command.execution_id)
        return requirements_view(self._gateway.engine.requirements(command, at))

    def _meanwhile(self, command: ResumeFrom) -> list[dict[str, JSON]]:
        """Return what happened since the position that is expected, or since the last resume."""
        state = self._gateway.state(command.execution_id)
        last = command.position
        if last is None:
            turn = max(task.revision for task in state.tasks.values()) if state.tasks else 0
            turn = max(turn, 0 if state.is_completed else state.turned)
            around = self._gateway.engine.history(
                state.id, after=max(turn - _NEIGHBOURS, 0), limit=_NEIGHBOURS
            )
            asked = {event.version: event.command for event in around}
            together = [number for number in asked if asked[number] == asked.get(turn)]
            last = min(together, default=1) - 1
        if last < 1:
            return []
        views = history_view(
            self._gateway.engine.history(state.id, after=last, limit=_SHOWN), Names.of(state)
        )
        return [{"number": view["version"], **{name: view[name] for name in _TOLD}} for view in views]


def _position(req: Request) -> int | None:
    """Return the event that the execution must be at, from the header ``If-Match``."""
    given = req.get_header("If-Match")
    if given is None:
        return None
    number = given.strip().strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        raise InvalidRequest('The header If-Match must be an event number, such as "57".')
    return int(number)


async def read_request(req: Request, kind: type[OneBody]) -> OneBody:
    """Return the body of a request to go on from tasks; an empty one asks for nothing in particular.

    Raises:
        InvalidRequest: it is no JSON object, or has unknown or wrong members.
    """
    raw = await bodies.read_bytes(req)
    value = bodies.parse(raw, bodies.limits_of(req)) if raw.strip() else {}
    if not isinstance(value, dict):
        raise InvalidRequest(f"The body of a {kind.argument} must be a JSON object.")
    return _checked(value, kind)


def _checked(value: dict[str, JSON], kind: type[OneBody]) -> OneBody:
    bodies.only(value, kind.argument, kind.__struct_fields__)
    try:
        body = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"Invalid input for field/attribute {kind.argument}. {error}") from error
    if not body.tasks and body.allow_succeeded:
        raise InvalidRequest("'allow_succeeded' is about tasks; name at least one in 'tasks'.")
    if body.context and not isinstance(body.tasks, str):
        raise InvalidRequest(
            "'context' beside 'tasks' is for \"tasks\": \"failed\"; a named task has a 'context' of its own."
        )
    return body


def command_of(execution_id: str, body: ResumeBody, origin: Origin) -> ResumeFrom:
    """Return the command that a body means."""
    return ResumeFrom(
        execution_id=execution_id,
        origin=origin,
        tasks=() if isinstance(body.tasks, str) else body.tasks,
        failed=isinstance(body.tasks, str),
        context=body.context,
        env=body.env,
        definition=body.definition,
        definitions=body.definitions,
        force=body.force,
        allow_succeeded=body.allow_succeeded,
    )
