"""One unit of a task's work: the action or sub-workflow that it runs, once or for each item.

Name, input and target are evaluated when the unit begins; what cannot be
evaluated, or does not fit the action, fails the task and the workflow at once
and no ``on-error`` can handle it (Mistral's forced failure). An ad-hoc action
whose base cannot be called is an error like any other, and whether a
sub-workflow can be run is found out when it starts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from msgspec import json, structs

from wf_es.definition import TaskSpec
from wf_es.envelope import JSON, Event
from wf_es.errors import EvaluationError, InvalidInput, NotFound
from wf_es.execution import scope
from wf_es.execution.adhoc import Caller, Invocation, NotInstantiated, invoke
from wf_es.execution.bounds import check_action_input, check_field, check_inbound
from wf_es.execution.context import deep_merge, merge_patch, replaced_by
from wf_es.execution.decision import Draft, WorkDone
from wf_es.execution.events import ActionScheduled, SubWorkflowScheduled
from wf_es.execution.failure import task_did_not_run
from wf_es.execution.lifecycle import ERROR
from wf_es.execution.settling import fail_task_by_force
from wf_es.execution.state import TaskExecution
from wf_es.expressions import Scope

_NO_ITEM: Mapping[str, JSON] = MappingProxyType({})


def begin_unit(draft: Draft, task_id: str, cause: int) -> None:
    """Begin the only unit of a RUNNING task, or fail the task by force."""
    task = draft.state.tasks[task_id]
    spec = draft.definition.workflow.spec.tasks[task.name]
    try:
        scheduled = prepare_unit(draft, task, spec)
    except (EvaluationError, InvalidInput, NotFound) as error:
        info = task_did_not_run(draft.state.workflow_name, task.name, error)
        fail_task_by_force(draft, task_id, info, cause)
    except NotInstantiated as error:
        draft.finished.append(WorkDone(task_id, ERROR, str(error), cause))
    else:
        draft.emit(scheduled, cause)


def prepare_unit(
    draft: Draft,
    task: TaskExecution,
    spec: TaskSpec,
    index: int | None = None,
    item: Mapping[str, JSON] = _NO_ITEM,
    ahead: int = 0,
) -> Event:
    """Return the event that begins one unit of a task's work.

    Args:
        draft: The decision in the making.
        task: The task whose work it is.
        spec: What the author wrote about it.
        index: The number of the item, None without ``with-items``.
        item: The variables of the item, which shadow the context.
        ahead: How many units were prepared before this one and not begun yet.

    Raises:
        EvaluationError: An expression failed, or gave no mapping for ``input``.
        InvalidInput: The input does not fit the action.
        NotFound: There is no such action.
        NotInstantiated: The base of an ad-hoc action cannot be called.

    """
    limits = draft.definition.limits
    check_inbound(task, limits)
    sees = scope.for_input(draft, task, item)
    if spec.workflow is not None:
        scheduled = _sub_workflow(draft, task, spec, sees, index)
        return structs.replace(scheduled, execution_id=draft.next_id(ahead))
    called = _invocation(draft, task, spec, sees, index)
    for given in (called.input, called.base_input):
        check_action_input(given, limits)
    target = spec.target.evaluate(sees) if spec.target is not None else None
    safe_rerun = spec.safe_rerun.evaluate(sees) if spec.safe_rerun is not None else False
    return ActionScheduled(
        action_id=draft.next_id(ahead),
        task_id=task.id,
        name=called.name,
        input=called.input,
        is_async=called.runs.is_async,
        idempotent=called.runs.idempotent,
        safe_rerun=bool(safe_rerun),
        index=index,
        target=None if target is None else str(target),
        base=called.runs.name if called.chain else None,
        base_input=called.base_input if called.chain else {},
        chain=list(called.chain),
    )


def _sub_workflow(
    draft: Draft, task: TaskExecution, spec: TaskSpec, sees: Scope, index: int | None
) -> SubWorkflowScheduled:
    """Return the event that begins a sub-workflow; whether there is one is found out at its start.

    What is no text is taken for the name that it reads as: nothing is called so, as a rule.
    """
    name = spec.workflow.evaluate(sees) if spec.workflow is not None else None
    given = _input(task, spec, sees, index)
    check_field(given, "input", draft.definition.limits)
    return SubWorkflowScheduled(
        execution_id=draft.next_id(),
        task_id=task.id,
        workflow_name=name if isinstance(name, str) else json.encode(name).decode(),
        workflow_namespace=draft.state.workflow_namespace,
        input=given,
        index=index,
    )


def _invocation(
    draft: Draft, task: TaskExecution, spec: TaskSpec, sees: Scope, index: int | None
) -> Invocation:
    given = _input(task, spec, sees, index)
    state = draft.state
    caller = Caller(
        installed=draft.definition.actions,
        ask=draft.ask,
        env=state.env,
        layers=scope.below_adhoc(state, task),
        functions=sees.functions,
        limits=sees.limits,
        name=state.workflow_name,
        namespace=state.workflow_namespace,
    )
    return invoke(caller, spec.action.evaluate(sees), given)


def _input(task: TaskExecution, spec: TaskSpec, sees: Scope, index: int | None) -> dict[str, JSON]:
    """Return the input of a unit; what a resume gives in place of an expression needs no evaluation."""
    own = None if index is None else task.item_patches.get(str(index))
    patches = [patch for patch in (task.input_patch, own) if patch]
    given = _given(spec, sees, replaced_by(patches))
    for patch in patches:
        given = merge_patch(given, patch)
    return given


def _given(spec: TaskSpec, sees: Scope, replaced: Collection[str]) -> dict[str, JSON]:
    given = spec.input.without(replaced).evaluate(sees) if spec.input is not None else {}
    if not isinstance(given, dict):
        raise EvaluationError(
            f"Wrong dynamic input for task: the input of task '{spec.name}' must be a mapping, "
            f"and its expression gave {type(given).__name__}"
        )
    if spec.parameters is None:
        return given
    merged: dict[str, JSON] = deep_merge(given, spec.parameters.without(replaced).evaluate(sees))
    return merged
