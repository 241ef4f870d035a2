"""What a command needs before the core can decide on it, and what is kept after.

The core decides; this file only finds out which definition counts (the one
that the execution has pinned, or the current one for a start), keeps projects
apart, and says which executions must be found again at start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

import msgspec

from wf_es.engine.corridor import Change, Job, Outcome
from wf_es.engine.definitions import Definitions
from wf_es.envelope import Recorded
from wf_es.errors import AlreadyExists, InvalidRequest
from wf_es.execution import reducer
from wf_es.execution.commands import (
    Command,
    ConfirmDelivery,
    ForkSubWorkflow,
    ResumeFrom,
    RunAction,
    StartWorkflow,
)
from wf_es.execution.crossing import is_unfinished
from wf_es.execution.decider import decide
from wf_es.execution.decision import Decision, Definition, not_found
from wf_es.execution.direct import decide_directly
from wf_es.execution.events import EXECUTION_EVENTS, Pin
from wf_es.execution.foreign import Answer, Query
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


def evolve_all(state: ExecutionState, events: Sequence[Recorded]) -> ExecutionState:
    """Return the state after some more events; NotFound if the stream is no execution's."""
    if not _OF_EXECUTIONS.issuperset([type(recorded.data) for recorded in events]):
        raise not_found(state.id)
    return reducer.evolve_all(state, events)


def job_for(
    command: Command, definitions: Definitions, answer: Callable[[Query, str], Answer]
) -> Job[ExecutionState, Receipt]:
    """Return the job that decides on a command; ``answer`` knows what a decision may ask."""
    stream = command.execution_id

    def decide_on(states: dict[str, ExecutionState]) -> Outcome[ExecutionState]:
        decision = decided(command, states[stream], definitions, answer)
        if not decision.events:
            return Outcome(refusal=decision.refusal)
        change = Change(
            stream=stream,
            events=decision.events,
            state=decision.state,
            unfinished=is_unfinished(decision.state),
        )
        return Outcome(changes=(change,), refusal=decision.refusal)

    def receipt(
        position: int, outcome: Outcome[ExecutionState], states: dict[str, ExecutionState]
    ) -> Receipt:
        return Receipt(position=position, events=outcome.events, state=states[stream])

    return Job([stream], decide_on, receipt)


def decided(
    command: Command,
    state: ExecutionState,
    definitions: Definitions,
    answer: Callable[[Query, str], Answer],
) -> Decision:
    """Return what follows from a command, with all that it asks answered.

    Raises:
        RequestError: the command cannot be carried out.
        ConflictError: it collides with what is recorded.
    """
    consider: Callable[[Mapping[Query, Answer]], Decision | Query]
    if isinstance(command, RunAction) or state.direct is not None:
        _check_run(command, state)
        consider = partial(decide_directly, command, state, definitions.installation)
    else:
        consider = partial(decide, command, state, _definition(command, state, definitions))
    answers: dict[Query, Answer] = {}
    while isinstance(decision := consider(answers), Query):
        answers[decision] = answer(decision, command.origin.project)
    return decision


def _check_run(command: Command, state: ExecutionState) -> None:
    """Keep projects and kinds of streams apart for an action that is run by itself.

    Raises:
        NotFound: there is no such run in this project.
        AlreadyExists: the id for a new run or execution is taken.
        InvalidRequest: the id for a new run is not a UUID.
    """
    if isinstance(command, RunAction) and state.version == 0:
        check_id(command.execution_id)
        return
    is_own = state.direct is not None and not state.deleted and state.project == command.origin.project
    if isinstance(command, StartWorkflow) or (isinstance(command, RunAction) and not is_own):
        raise _taken(state.id)
    if not is_own:
        raise not_found(state.id)


def _taken(execution_id: str) -> AlreadyExists:
    return AlreadyExists(f"The execution id {execution_id} is taken; choose another", id=execution_id)


def _definition(command: Command, state: ExecutionState, definitions: Definitions) -> Definition:
    """Return the definition that counts for this command.

    Raises:
        NotFound: there is no such execution in this project, or no such workflow.
        AlreadyExists: the id for a new execution is another project's, or a deleted one's.
        InvalidRequest: the id for a new execution is not a UUID.
    """
    if isinstance(command, StartWorkflow):
        if state.definition is None:
            check_id(command.execution_id)
            return _to_be_pinned(command, definitions)
        if state.deleted or state.project != command.origin.project:
            raise _taken(state.id)
    elif state.definition is None or _is_gone(command, state) or state.project != command.origin.project:
        raise not_found(command.execution_id)
    return chosen_definition(command, state.definition, definitions)


def chosen_definition(command: Command, pin: Pin, definitions: Definitions) -> Definition:
    """Return the version of its definition that an execution goes on with.

    Raises:
        NotFound: there is no such version, or no latest one any more.
        NotAllowed: it is of another type.
    """
    if isinstance(command, ResumeFrom) and command.definition != "original":
        return definitions.version_of(pin, command.definition)
    return definitions.pinned(pin)


def _to_be_pinned(command: StartWorkflow, definitions: Definitions) -> Definition:
    project, namespace = command.origin.project, command.workflow_namespace
    if command.parent is None:
        return definitions.current(command.workflow_name, project=project, namespace=namespace)
    return definitions.resolve_workflow(
        command.workflow_name,
        project=project,
        namespace=namespace,
        parent_name=command.parent.workflow_name,
    )


def _is_gone(command: Command, state: ExecutionState) -> bool:
    """Say whether an execution was deleted; that others have heard of it is recorded even so.

    A sub-workflow that had been deleted is copied as such with its parent.
    """
    return state.deleted and not isinstance(command, ConfirmDelivery | ForkSubWorkflow)


def check_id(execution_id: str) -> None:
    """Refuse an id for a new execution that is not a UUID.

    Raises:
        InvalidRequest: it is none.
    """
    try:
        UUID(execution_id)
    except ValueError as error:
        message = f"The id of an execution must be a UUID, not {execution_id[:100]!r}"
        raise InvalidRequest(message, field="id") from error
