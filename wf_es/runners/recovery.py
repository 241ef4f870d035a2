"""Find what was scheduled and not finished when the last process ended.

The log is the outbox: nothing else remembers what is to be run. At start
every execution with unfinished business is looked at once; its open actions
become jobs. An execution that cannot be read is reported and left alone, so
one damaged stream never stops the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from wf_es.errors import NotFound, WfEsError
from wf_es.execution.state import ExecutionState
from wf_es.runners.engine_door import EngineDoor
from wf_es.runners.job import Job, Step, next_step
from wf_es.runners.reporting import is_passing

_log = logging.getLogger(__name__)


def leftover_jobs(engine: EngineDoor) -> Iterator[Job]:
    """Yield a job for each action that still needs a runner.

    Raises:
        WorldError: the store is away; calling again later begins anew.
    """
    for execution_id in list(engine.unfinished()):
        state = _readable_state(engine, execution_id)
        if state is None:
            continue
        for action_id in state.unfinished:
            job = Job(execution_id, action_id, is_recovered=True)
            if next_step(job, state) is not Step.IGNORE:
                yield job


def _readable_state(engine: EngineDoor, execution_id: str) -> ExecutionState | None:
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
