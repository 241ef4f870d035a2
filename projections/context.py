"""The context view: what a task saw, what it added, and where it came from.

This is the view Mistral lacks. It is folded from the events of one execution
by ``wf_es.execution``; here it only gets its readable shape. With the state of
a past moment it shows that moment.
"""

from __future__ import annotations

from projections.masking import masked, secret_names
from wf_es.envelope import JSON
from wf_es.execution.context import task_context
from wf_es.execution.state import ExecutionState


def context_view(state: ExecutionState, task_id: str) -> dict[str, JSON]:
    """Return the context of one task, with secrets masked.

    ``inbound`` is what the task saw of its branch, ``published`` what it
    added, ``outbound`` what its successors see, and ``workflow`` what every
    task sees beside its branch (globals, vars, input). ``changed`` names the
    variables that differ between inbound and outbound, and ``origins`` maps
    each variable to the number of the event that wrote it last.

    Args:
        state: The execution, at the moment that is asked for.
        task_id: The id of one of its task executions.

    Raises:
        NotFound: The execution has no such task (yet).

    """
    context = task_context(state, task_id)
    declared = secret_names(state.env)
    return {
        "task": {"id": context.task_id, "name": context.name, "state": context.state},
        "inbound": masked(context.inbound, declared),
        "published": masked(context.published, declared),
        "outbound": masked(context.outbound, declared),
        "workflow": masked(context.workflow, declared),
        "changed": _changed(context.inbound, context.outbound),
        "origins": dict(context.origins),
        "execution": {"id": state.id, "state": state.state, "version": state.version},
    }


def _changed(inbound: dict[str, JSON], outbound: dict[str, JSON]) -> list[str]:
    names = sorted({*inbound, *outbound})
    nothing = object()
    return [name for name in names if inbound.get(name, nothing) != outbound.get(name, nothing)]
