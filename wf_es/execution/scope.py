"""What an expression sees: which names, in which order, and which functions.

The first layer that has a name gives its value. The order follows Mistral:

* a task's input: the task itself and its environment, the variables of its
  item, the inbound context, global variables and vars, the workflow's input;
* ``publish``: the task, the inbound context, the environment, then as above;
* guards and messages: the same with the outbound context;
* the workflow's output: the final context, the environment, then as above;
* an ad-hoc action: its own input, the inbound context of its task, the
  environment, global variables and vars.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from wf_es.envelope import JSON
from wf_es.execution.context import ContextLayer, merge, plain
from wf_es.execution.decision import Draft
from wf_es.execution.functions import functions
from wf_es.execution.state import Context, ExecutionState, TaskExecution
from wf_es.expressions import Scope


def workflow_layers(state: ExecutionState) -> tuple[Mapping[str, JSON], ...]:
    """Return what is seen everywhere in a workflow, nearest first."""
    own: dict[str, JSON] = {"__execution": {"id": state.id}}
    return (own, state.published_global, state.vars, state.input)


def environment(state: ExecutionState) -> dict[str, JSON]:
    """Return the layer that shows the environment as a variable."""
    return {"__env": state.env}


def below_adhoc(state: ExecutionState, task: TaskExecution) -> tuple[Mapping[str, JSON], ...]:
    """Return what an ad-hoc action sees below its own input: not that of the workflow."""
    return (ContextLayer(task.inbound), environment(state), *workflow_layers(state)[:-1])


def _of_task(task: TaskExecution) -> dict[str, JSON]:
    return {"__task_execution": {"id": task.id, "name": task.name}}


_NO_ITEM: Mapping[str, JSON] = MappingProxyType({})


def for_input(draft: Draft, task: TaskExecution, item: Mapping[str, JSON] = _NO_ITEM) -> Scope:
    """Return the scope of a task's action name, input and target, perhaps of one ``item``."""
    state = draft.state
    layers = (
        _of_task(task),
        environment(state),
        item,
        ContextLayer(task.inbound),
        *workflow_layers(state),
    )
    return Scope(layers, functions(draft, state, task), draft.definition.limits.expressions)


def for_publish(draft: Draft, state: ExecutionState, task: TaskExecution) -> Scope:
    """Return the scope of what a task publishes; ``task`` has its final state."""
    return _after(draft, state, task, task.inbound)


def for_routing(draft: Draft, state: ExecutionState, task_id: str) -> Scope:
    """Return the scope of guards and messages, in the state after the task."""
    task = state.tasks[task_id]
    return _after(draft, state, task, task.outbound)


def _after(draft: Draft, state: ExecutionState, task: TaskExecution, context: Context) -> Scope:
    layers = (
        _of_task(task),
        ContextLayer(context),
        environment(state),
        *workflow_layers(state),
    )
    return Scope(layers, functions(draft, state, task), draft.definition.limits.expressions)


def for_start(draft: Draft, state: ExecutionState, layers: tuple[Mapping[str, JSON], ...]) -> Scope:
    """Return the scope of environment and vars."""
    return Scope(layers, functions(draft, state, None), draft.definition.limits.expressions)


def for_output(draft: Draft) -> Scope:
    """Return the scope of the workflow's output."""
    state = draft.state
    layers = (ContextLayer(final_context(state)), environment(state), *workflow_layers(state))
    return Scope(layers, functions(draft, state, None), draft.definition.limits.expressions)


def final_context(state: ExecutionState) -> Context:
    """Merge what all tasks left behind that nothing follows, oldest first."""
    leaves = sorted(state.leaves.items(), key=lambda item: item[1])
    return merge(state.tasks[task_id].outbound for task_id, _ in leaves)


def final_values(state: ExecutionState) -> dict[str, JSON]:
    """Return the final context as plain data: the output where none is declared."""
    return plain(final_context(state))
