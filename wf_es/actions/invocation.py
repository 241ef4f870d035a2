"""Run one action once, and say how it ended whatever it did.

An action is foreign code: it may return rubbish, raise anything, even call
``sys.exit``. All of it becomes a :class:`Result`, so that neither a runner
nor a request handler has to know how actions misbehave. A failure's text has
Mistral's form and never a traceback; that goes to the log.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Mapping

from wf_es.actions.context import ActionContext
from wf_es.actions.declaration import Action
from wf_es.actions.result import LATER, Result
from wf_es.actions.values import NotJson, plain_json
from wf_es.definition.model import ActionSpec
from wf_es.envelope import JSON
from wf_es.errors import ActionError, InvalidInput

LONGEST_ERROR_TEXT = 4_000
"""Characters of an exception's text that are kept."""

_log = logging.getLogger(__name__)


def perform(action: Action, inputs: Mapping[str, JSON], context: ActionContext) -> Result:
    """Run ``action`` in this thread and return how it ended; never raise.

    An asynchronous action's plain return value is not its result: it has
    begun, and ends by callback. Only a :class:`Result` ends it at once.
    """
    try:
        check_input(action.spec, inputs)
        answer = action.body(inputs, context)
        if inspect.isawaitable(answer):
            answer = asyncio.run(_settled(answer))
        return _as_result(answer, action.spec, context.result_nesting)
    except ActionError as error:
        _log.info("action failed: %r", context)
        return _failure(action, context, error.message, error.data)
    except InvalidInput as error:
        return _failure(action, context, error.message)
    except NotJson as error:
        return _failure(action, context, f"the action returned something that is not JSON: {error}")
    except BaseException as error:  # noqa: BLE001 - foreign code may even raise SystemExit
        _log.warning("action raised an exception: %r", context, exc_info=error)
        return _failure(action, context, f"{type(error).__name__}: {error}")


def check_input(spec: ActionSpec, inputs: Mapping[str, JSON]) -> None:
    """Refuse an input that lacks a required name or has an undeclared one.

    Raises:
        InvalidInput: with the names in ``missing`` and ``unexpected``.
    """
    missing = tuple(name for name, required in spec.inputs.items() if required and name not in inputs)
    unexpected = () if spec.any_input else tuple(name for name in inputs if name not in spec.inputs)
    if not missing and not unexpected:
        return
    parts = [f"name={spec.name}"]
    parts += [f"missing={list(missing)}"] if missing else []
    parts += [f"unexpected={list(unexpected)}"] if unexpected else []
    raise InvalidInput(f"Invalid input [{', '.join(parts)}]", missing=missing, unexpected=unexpected)


def failure_text(label: str, action_id: str, message: str) -> str:
    """Write the text that a failed action leaves as its result."""
    if len(message) > LONGEST_ERROR_TEXT:
        message = f"{message[:LONGEST_ERROR_TEXT]}... (cut)"
    message = message.encode(errors="replace").decode()
    return f"The action raised an exception [action={label}, action_ex_id={action_id}, msg='{message}']"


async def _settled(answer: Awaitable[object]) -> object:
    """Wait for an awaitable of any kind; ``asyncio.run`` takes only coroutines."""
    return await answer


def _as_result(answer: object, spec: ActionSpec, deepest: int) -> Result:
    """Take a plain value as success, or as "begun" where the end comes by callback."""
    if not isinstance(answer, Result):
        return LATER if spec.is_async else Result(plain_json(answer, deepest=deepest))
    return Result(
        data=plain_json(answer.data, deepest=deepest),
        error=plain_json(answer.error, "error", deepest),
        cancelled=answer.cancelled,
        is_later=answer.is_later,
        delay=answer.delay,
    )


def _failure(action: Action, context: ActionContext, message: str, data: JSON = None) -> Result:
    """Build the ERROR result: the action's own data if it gave any, else the text."""
    if data is not None:
        try:
            return Result(error=plain_json(data, "error", context.result_nesting))
        except NotJson as error:
            message = f"{message} (its error data is not JSON: {error})"
    return Result(error=failure_text(action.label, context.action_execution_id, message))
