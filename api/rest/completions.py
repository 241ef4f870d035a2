"""What a report about an action says: the body of a completion.

The same body comes from people and from other systems, through the API and
through callback URLs: ``{"state": ..., "output": ...}``. The output may be any
JSON value. A text that is itself JSON of an object or a list is decoded,
because clients of Mistral send their output that way; any other text stays a
text. Without an output a success gives an empty object, and an error says so.
"""

from __future__ import annotations

import msgspec
from falcon.asgi import Request

from api.rest import bodies, representations
from wf_es.envelope import JSON, Origin
from wf_es.errors import InvalidRequest
from wf_es.execution import commands
from wf_es.limits import BodyLimits

_BODY = "action_ex"
_STATES = ("SUCCESS", "ERROR", "CANCELLED", "PAUSED", "RUNNING")
_WITHOUT_OUTPUT = "Unknown error"


class Report(msgspec.Struct, frozen=True):
    """The state that was reported and the output that came with it."""

    state: str
    output: JSON = None


async def read_report(req: Request) -> Report:
    """Read the body of a completion."""
    body = await bodies.read_object(req, _BODY, representations.ACTION_EXECUTION)
    state = body.get("state")
    if state not in _STATES:
        shown = "Unset" if state is None else str(state)[:255]
        raise InvalidRequest(f"Error. Expected one of {list(_STATES)}, actual: {shown}")
    if state == "CANCELLED":
        return Report(state)
    output = decoded(body.get("output", {}), body.limits)
    if state == "ERROR" and (output is None or output == {}):
        return Report(state, _WITHOUT_OUTPUT)
    return Report(state, output)


def decoded(output: JSON, limits: BodyLimits) -> JSON:
    """Return an output; a text that holds an object or a list within the limits is decoded."""
    if not isinstance(output, str) or output.strip()[:1] not in ("{", "["):
        return output
    try:
        return bodies.parse(output, limits)
    except InvalidRequest:
        return output


def command(report: Report, execution_id: str, action_id: str, origin: Origin) -> commands.Command:
    """Return the command that a report means for an action."""
    if report.state == "PAUSED":
        return commands.PauseAction(execution_id=execution_id, origin=origin, action_id=action_id)
    if report.state == "RUNNING":
        return commands.ResumeAction(execution_id=execution_id, origin=origin, action_id=action_id)
    return commands.CompleteAction(
        execution_id=execution_id,
        origin=origin,
        action_id=action_id,
        state=report.state,
        output=report.output,
    )
