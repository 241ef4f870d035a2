"""What a command needs before the core can decide on it, and what is kept after.

The core decides; this file only finds out which definition counts (the one
that the execution has pinned, or the current one for a start), keeps projects
apart, and says which executions must be found again at start.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import msgspec

from wf_es.engine.corridor import Change, Job, Outcome
from wf_es.engine.definitions import Definitions
from wf_es.envelope import JSON, Recorded
from wf_es.errors import AlreadyExists, InvalidRequest, NotFound
from wf_es.execution import reducer
from wf_es.execution.commands import Command, StartWorkflow
from wf_es.execution.decider import decide
from wf_es.execution.decision import Definition
from wf_es.execution.events import EXECUTION_EVENTS
from wf_es.execution.foreign import Query
from wf_es.execution.state import ExecutionState

_OF_EXECUTIONS = frozenset(EXECUTION_EVENTS)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a command: its place in the log, its events, the state after it.

    Without events nothing had to change; ``position`` is then that of the
    execution's last event.
    """

    position: int
    events: tuple[Recorded, ...]
    state: ExecutionState | None


def evolve(state: ExecutionState, recorded: Recorded) -> ExecutionState:
    """Return the state after one more event; NotFound if the stream is no execution's."""
    if type(recorded.data) not in _OF_EXECUTIONS:
        raise not_found(recorded.stream)
    return reducer.evolve(state, recorded)


def not_found(execution_id: str) -> NotFound:
    """Return the refusal for an unknown execution, in Mistral's words."""
    message = f"WorkflowExecution not found [id={execution_id}]"
    return NotFound(message, kind="WorkflowExecution", id=execution_id)


def job_for(
    command: Command, definitions: Definitions, answer: Callable[[Query, str], JSON]
) -> Job[ExecutionState, Receipt]:
    """Return the job that decides on a command; ``answer`` knows the project's other executions."""
    stream = command.execution_id

    def decide_on(states: dict[str, ExecutionState]) -> Outcome[ExecutionState]:
        state = states[stream]
        definition = _definition(command, state, definitions)
        answers: dict[Query, JSON] = {}
        while isinstance(decision := decide(command, state, definition, answers), Query):
            answers[decision] = answer(decision, command.origin.project)
        if not decision.events:
            return Outcome(refusal=decision.refusal)
        change = Change(
            stream=stream,
            events=decision.events,
            state=decision.state,
            unfinished=_is_unfinished(decision.state),
        )
        return Outcome(changes=(change,), refusal=decision.refusal)

    def receipt(
        position: int, outcome: Outcome[ExecutionState], states: dict[str, ExecutionState]
    ) -> Receipt:
        return Receipt(position=position, events=outcome.events, state=states[stream])

    return Job([stream], decide_on, receipt)


def _definition(command: Command, state: ExecutionState, definitions: Definitions) -> Definition:
    """Return the definition that counts for this command.

    Raises:
        NotFound: there is no such execution in this project, or no such workflow.
        AlreadyExists: the id for a new execution is another project's, or a deleted one's.
        InvalidRequest: the id for a new execution is not a UUID.
    """
    if isinstance(command, StartWorkflow):
        if state.definition is None:
            _check_id(command.execution_id)
            return definitions.current(
                command.workflow_name, project=command.origin.project, namespace=command.workflow_namespace
            )
        if state.deleted or state.project != command.origin.project:
            raise AlreadyExists(f"The execution id {state.id} is taken; choose another", id=state.id)
    elif state.definition is None or state.deleted or state.project != command.origin.project:
        raise not_found(command.execution_id)
    return definitions.pinned(state.definition)


def _check_id(execution_id: str) -> None:
    try:
        UUID(execution_id)
    except ValueError as error:
        message = f"The id of an execution must be a UUID, not {execution_id[:100]!r}"
        raise InvalidRequest(message, field="id") from error


def _is_unfinished(state: ExecutionState) -> bool:
    """Say whether the execution has business that must be found again at start."""
    return not state.deleted and (not state.is_completed or bool(state.unfinished))
