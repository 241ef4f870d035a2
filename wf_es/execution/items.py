"""``with-items``: the work of a task is one unit for each item of a list.

1. The lists are evaluated once, when the work begins, and stored in one event.
2. Items begin in their order, all of them or ``concurrency`` at a time, and
   each decision begins a limited number: the rest is deferred to a command of
   its own, so a long list never holds up other executions.
3. As items end, further ones begin. The first cancelled item ends the work at
   once; otherwise it has ended when all items have.

Whether a unit is an action or something else is no matter here.
"""

from __future__ import annotations

from wf_es.definition import TaskSpec
from wf_es.envelope import JSON, Event
from wf_es.errors import EvaluationError, InvalidInput, NotFound
from wf_es.execution import policies, scope
from wf_es.execution.adhoc import NotInstantiated
from wf_es.execution.commands import ContinueItems
from wf_es.execution.decision import Draft, WorkDone
from wf_es.execution.events import ItemsDeferred, ItemsEvaluated
from wf_es.execution.failure import task_did_not_run
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, RUNNING, SUCCESS, may_begin_more
from wf_es.execution.settling import fail_task_by_force
from wf_es.execution.state import Items, TaskExecution
from wf_es.execution.work import prepare_unit

CHUNK = 500
"""How many events a decision may have before it defers further items."""

_OUTCOME_INFO = {
    SUCCESS: None,
    ERROR: "One or more actions had failed.",
    CANCELLED: "One or more actions was cancelled.",
}


def begin_items(draft: Draft, task_id: str, cause: int) -> None:
    """Begin the work of a task with items; lists that are no lists fail it by force.

    Those of an earlier attempt whose failed items alone run again are kept.
    """
    task = draft.state.tasks[task_id]
    if task.items is None:
        try:
            evaluated = _evaluated(draft, task, _spec(draft, task))
        except EvaluationError as error:
            _fail(draft, task, error, cause)
            return
        cause = draft.emit(evaluated, cause)
    _begin_more(draft, task_id, cause)


def item_ended(draft: Draft, task_id: str, cause: int | None) -> None:
    """Go on after an item of a task that has not ended: the work is done, or further items begin."""
    task = draft.state.tasks[task_id]
    items = task.items
    if items is None or (items.cancelled and _others_are_ending(draft, task)):
        return
    if items.cancelled:
        _end(draft, task_id, CANCELLED, cause)
    elif not items.running and (not items.left or task.superseded):
        _end(draft, task_id, ERROR if items.failed else SUCCESS, cause)
    elif not items.deferred and items.startable:
        _begin_more(draft, task_id, cause)


def _others_are_ending(draft: Draft, task: TaskExecution) -> bool:
    """Whether other items of a task are sub-workflows that end with the execution; each has a result then."""
    is_running = task.items is not None and task.items.running > 0
    return is_running and draft.state.is_completed and task.type == "WORKFLOW"


def continue_items(draft: Draft, command: ContinueItems) -> None:
    """Begin items that were deferred, as far as one decision goes.

    Raises:
        NotFound: The execution has no such task.

    """
    task = draft.state.tasks.get(command.task_id)
    if task is None:
        raise NotFound(
            f"Task execution not found [id={command.task_id}]", kind="Task execution", id=command.task_id
        )
    if task.id in draft.state.deferred:
        go_on_with_items(draft, task.id, None)


def go_on_with_items(draft: Draft, task_id: str, cause: int | None) -> None:
    """Begin items that were deferred if the task is running and may begin them."""
    task = draft.state.tasks[task_id]
    if _may_begin_items(draft, task):
        _begin_more(draft, task_id, cause)


def _begin_more(draft: Draft, task_id: str, cause: int | None) -> None:
    """Begin the items that may begin, as many as the decision has room for.

    All are prepared before the first one begins: if one of them cannot be,
    the task fails by force and none runs for it in vain.
    """
    task = draft.state.tasks[task_id]
    items = task.items
    if items is None or task.state in COMPLETED:
        return
    if task.superseded or not (items.left or items.running):
        _end_if_idle(draft, task, items, cause)
        return
    if not items.startable:
        return
    room = CHUNK - 1 - draft.emitted
    number = min(items.startable, room) if _may_begin_items(draft, task) else 0
    try:
        prepared = _prepared(draft, task, items, number)
    except (EvaluationError, InvalidInput, NotFound) as error:
        _fail(draft, task, error, cause)
        return
    except NotInstantiated as error:
        draft.finished.append(WorkDone(task_id, ERROR, str(error), cause))
        return
    for unit in prepared:
        draft.emit(unit, cause)
    if number < items.startable:
        draft.emit(ItemsDeferred(task_id=task_id), cause)


def _may_begin_items(draft: Draft, task: TaskExecution) -> bool:
    return task.state == RUNNING and may_begin_more(draft.state, task)


def _prepared(draft: Draft, task: TaskExecution, items: Items, number: int) -> list[Event]:
    spec = _spec(draft, task)
    prepared: list[Event] = []
    for index in items.indexes[items.begun : items.begun + max(number, 0)]:
        item = {name: values[index] for name, values in items.values.items()}
        prepared.append(prepare_unit(draft, task, spec, index, item, ahead=len(prepared)))
    return prepared


def _end_if_idle(draft: Draft, task: TaskExecution, items: Items, cause: int | None) -> None:
    if items.running:
        return
    if draft.emitted < CHUNK:
        _end(draft, task.id, ERROR if items.failed else SUCCESS, cause)
    else:
        draft.emit(ItemsDeferred(task_id=task.id), cause)


def _end(draft: Draft, task_id: str, outcome: str, cause: int | None) -> None:
    draft.finished.append(WorkDone(task_id, outcome, _OUTCOME_INFO[outcome], cause))


def _fail(draft: Draft, task: TaskExecution, error: Exception, cause: int | None) -> None:
    info = task_did_not_run(draft.state.workflow_name, task.name, error)
    fail_task_by_force(draft, task.id, info, cause)


def _evaluated(draft: Draft, task: TaskExecution, spec: TaskSpec) -> ItemsEvaluated:
    """Evaluate the lists and how many items may run at a time.

    Raises:
        EvaluationError: One of them is no list, their lengths differ, there
            are more items than allowed, or ``concurrency`` is no whole number
            from 0 on.

    """
    sees = scope.for_input(draft, task)
    values = {item.name: _listed(item.name, item.items.evaluate(sees)) for item in spec.with_items}
    lengths = {name: len(found) for name, found in values.items()}
    if len(set(lengths.values())) > 1:
        counted = ", ".join(f"'{name}' has {length}" for name, length in lengths.items())
        raise EvaluationError(
            f"Wrong input format for with-items: all lists must have the same length, and {counted} items"
        )
    count, limits = next(iter(lengths.values())), draft.definition.limits
    if count > limits.items:
        raise EvaluationError(f"with-items has {count} items, and {limits.stated('items')}")
    return ItemsEvaluated(
        task_id=task.id,
        values=values,
        count=count,
        concurrency=policies.count("concurrency", spec.concurrency, sees),
    )


def _listed(name: str, value: JSON) -> list[JSON]:
    """Return the items of a list, the keys of a mapping, or the characters of a text."""
    if isinstance(value, list | dict | str):
        return list(value)
    raise EvaluationError(
        f"Wrong input format for with-items: a list is expected for '{name}', "
        f"and its expression gave {type(value).__name__}"
    )


def _spec(draft: Draft, task: TaskExecution) -> TaskSpec:
    return draft.definition.workflow.spec.tasks[task.name]
