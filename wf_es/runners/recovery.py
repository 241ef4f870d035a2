"""Find what was scheduled and not finished when the last process ended.

The log is the outbox: nothing else remembers what is to be run. At start
every execution with unfinished business is looked at once; its open actions
become jobs. An execution that cannot be read is reported and left alone, so
one damaged stream never stops the others.

Several processes may run actions on one store. Only one of them at a time
looks for what was left behind (it holds the name ``recovery``), so a short
visitor takes nothing from a server. And an action whose start is recorded is
left behind only if the runner that started it is not alive any more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from wf_es.errors import NotFound, WfEsError
from wf_es.execution.events import ActionStarted
from wf_es.execution.state import ExecutionState
from wf_es.runners.engine_door import EngineDoor
from wf_es.runners.job import Job, Step, next_step
from wf_es.runners.reporting import is_passing

_log = logging.getLogger(__name__)


RECOVERY = "recovery"
"""The name that is held by whoever looks for what was left behind."""


def leftover_jobs(engine: EngineDoor, own: str = "") -> Iterator[Job]:
    """Yield a job for each action that still needs a runner, or may need one later.

    Args:
        engine: Where they are found.
        own: The name of the runner that asks; what it has started itself is
            not left behind.

    Raises:
        WorldError: the store is away; calling again later begins anew.
    """
    for execution_id in list(engine.unfinished()):
        yield from leftovers_of(engine, execution_id, own)


def leftovers_of(engine: EngineDoor, execution_id: str, own: str = "") -> Iterator[Job]:
    """Yield a job for each such action of one execution; arguments as for :func:`leftover_jobs`."""
    state = readable_state(engine, execution_id)
    if state is None:
        return
    for action_id in state.unfinished:
        job = Job(execution_id, action_id, is_recovered=True)
        if next_step(job, state) is Step.IGNORE:
            continue
        if state.actions[action_id].started:
            starter = _starter(engine, job)
            if starter == own:
                continue
            job.is_elsewhere = engine.is_held(starter)
        yield job


def _starter(engine: EngineDoor, job: Job) -> str:
    """Return the name of the runner that was the last to start an action."""
    starter = ""
    for recorded in engine.history(job.execution_id):
        if isinstance(recorded.data, ActionStarted) and recorded.data.action_id == job.action_id:
            starter = recorded.data.runner or ""
    return starter


def readable_state(engine: EngineDoor, execution_id: str) -> ExecutionState | None:
    """Return an execution, or None if it was deleted or is damaged (which is logged).

    Raises:
        WorldError: the store is away.
    """
    try:
        return engine.state(execution_id)
    except NotFound:
        return None
    except WfEsError as error:
        if is_passing(error):
            raise
        _log.error("execution %s cannot be read and is left alone: %s", execution_id, error)
    except Exception:  # noqa: BLE001 - whatever one stream does, the others go on
        _log.exception("execution %s cannot be folded and is left alone", execution_id)
    return None
