"""What follows a task: which transitions fire, and what each one starts.

The clauses are asked in Mistral's order: ``on-error`` after ERROR, ``on-skip``
after SKIPPED, ``on-success`` after SUCCESS (and after SKIPPED if ``on-skip``
gave nothing), then ``on-complete`` after SUCCESS and ERROR. A guard that is
false drops its transition. A cancelled task triggers nothing.

``fail`` and ``succeed`` end the workflow and discard what stands behind them;
``pause`` keeps the rest as a backlog that runs first after the resume, and so
does a task that cannot even be started.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wf_es.definition import Clause, TaskSpec, TransitionSpec
from wf_es.execution.decision import Draft
from wf_es.execution.events import Transition, TransitionsHeld, Trigger, WorkflowPaused
from wf_es.execution.events.parts import REQUIRES
from wf_es.execution.failure import text_of
from wf_es.execution.joins import arrive, doubt
from wf_es.execution.lifecycle import ERROR, PAUSED, RUNNING, SKIPPED, SUCCESS
from wf_es.execution.reverse import is_reverse, released, start_if_ready
from wf_es.execution.scheduling import kind_of, start_task
from wf_es.execution.settling import end_workflow
from wf_es.expressions import Scope


def has_conditions(spec: TaskSpec, outcome: str) -> bool:
    """Return whether routing after ``outcome`` has guards or messages to evaluate."""
    items = (item for _, clause in clauses(spec, outcome) for item in clause.next)
    return any(item.guard is not None or item.message is not None for item in items)


def fired(draft: Draft, spec: TaskSpec, outcome: str, sees: Scope) -> list[Transition]:
    """Return the transitions that fire after a task ended in ``outcome``.

    In a reverse workflow these are the tasks that it releases.

    Raises:
        EvaluationError: A guard or a command's message failed.

    """
    if is_reverse(draft.definition):
        return released(draft.definition, draft.state, spec.name, outcome)
    found: list[Transition] = []
    for event, clause in clauses(spec, outcome):
        if event == "on-success" and outcome == SKIPPED and found:
            continue
        found += [_fire(item, event, sees) for item in clause.next if _holds(item, sees)]
    return found


def clauses(spec: TaskSpec, outcome: str) -> Iterator[tuple[str, Clause]]:
    """Yield the clauses that apply after ``outcome``, in the order they are asked."""
    table = (
        ("on-error", spec.on_error, (ERROR,)),
        ("on-skip", spec.on_skip, (SKIPPED,)),
        ("on-success", spec.on_success, (SUCCESS, SKIPPED)),
        ("on-complete", spec.on_complete, (SUCCESS, ERROR)),
    )
    for event, clause, outcomes in table:
        if clause is not None and outcome in outcomes:
            yield event, clause


def _holds(item: TransitionSpec, sees: Scope) -> bool:
    return item.guard is None or bool(item.guard.evaluate(sees))


def _fire(item: TransitionSpec, event: str, sees: Scope) -> Transition:
    if item.command is None:
        return Transition(target=item.target, event=event)
    message = None if item.message is None else text_of(item.message.evaluate(sees))
    return Transition(target=item.command, event=event, command=True, message=message)


def handles_error(outcome: str, transitions: Sequence[Transition]) -> bool:
    """Return whether an error was taken care of: an ``on-error`` transition fired."""
    return outcome == ERROR and any(taken.event == "on-error" for taken in transitions)


def dispatch(draft: Draft, task_id: str | None, transitions: Sequence[Transition], cause: int) -> None:
    """Carry out transitions, until one of them ends the workflow or is the command to pause it.

    A task that pauses it by ``pause-before`` holds nobody but itself; only
    sub-workflows do not begin beside it, since a pause is one for these, too.

    Args:
        draft: The decision in the making.
        task_id: The task that they follow; None for those to start tasks.
        transitions: What fired, in order.
        cause: The number of the event that says so.

    """
    joined: set[str] = set()
    held: list[Transition] = []
    for position, taken in enumerate(transitions, 1):
        if taken.command:
            _command(draft, task_id, taken, [*held, *transitions[position:]], cause)
            if taken.target != "noop":
                return
        elif draft.state.state == PAUSED and kind_of(draft, taken.target) == "WORKFLOW":
            held.append(taken)
        else:
            _start(draft, task_id, taken, joined, cause)
            if draft.state.is_completed:
                held += transitions[position:]
                break
    if held:
        draft.emit(TransitionsHeld(task_id=task_id, transitions=held), cause)
    if task_id is not None and draft.state.state == RUNNING:
        doubt(draft, draft.state.tasks[task_id], {taken.target for taken in transitions if not taken.command})


def _start(draft: Draft, task_id: str | None, taken: Transition, joined: set[str], cause: int) -> None:
    if taken.event == REQUIRES:
        start_if_ready(draft, taken.target, cause)
    elif draft.definition.workflow.spec.tasks[taken.target].join is None:
        triggers = [] if task_id is None else [Trigger(task_id=task_id, event=taken.event)]
        start_task(draft, taken.target, triggers, cause)
    elif task_id is not None and taken.target not in joined:
        joined.add(taken.target)
        arrive(draft, taken.target, Trigger(task_id=task_id, event=taken.event), cause)


def _command(
    draft: Draft, task_id: str | None, taken: Transition, rest: Sequence[Transition], cause: int
) -> None:
    if taken.target == "pause":
        draft.emit(
            WorkflowPaused(state_info=taken.message, task_id=task_id, backlog=list(rest)),
            cause,
        )
    elif taken.target == "fail":
        end_workflow(draft, ERROR, taken.message, cause)
    elif taken.target == "succeed":
        end_workflow(draft, SUCCESS, taken.message, cause)
