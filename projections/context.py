"""The context views: what a task saw and added, what an execution ends with, and from where.

These are the views Mistral lacks. They are folded from the events of one
execution by ``wf_es.execution``; here they only get their readable shape. With
the state of a past moment they show that moment.
"""

from __future__ import annotations

from collections.abc import Iterable

from projections.comparison import deltas_view
from projections.masking import masked, masked_at, secret_names
from wf_es.envelope import JSON
from wf_es.execution.deltas import deltas
from wf_es.execution.inspection import Clash, Written, execution_context, task_context
from wf_es.execution.state import ExecutionState


def context_view(
    state: ExecutionState, task_id: str, secrets: frozenset[str] = frozenset()
) -> dict[str, JSON]:
    """Return the context of one task, with secrets masked.

    ``inbound`` is what the task saw of its branch, ``published`` what it
    added, ``outbound`` what its successors see, and ``workflow`` what every
    task sees beside its branch (globals, vars, input). ``changed`` names the
    variables that differ between inbound and outbound, ``difference`` has what
    differs in them, leaf by leaf, and ``origins`` maps each variable to the
    number of the event that wrote it last. ``clashes`` tells of each inbound
    variable that branches had written equally often which value won, which
    lost, and who wrote them.

    Args:
        state: The execution, at the moment that is asked for.
        task_id: The id of one of its task executions.
        secrets: Names of secrets beside those that its environment declares.

    Raises:
        NotFound: The execution has no such task (yet).

    """
    context = task_context(state, task_id)
    declared = secret_names(state.env) | secrets
    return {
        "task": {"id": context.task_id, "name": context.name, "state": context.state},
        "inbound": masked(context.inbound, declared),
        "published": masked(context.published, declared),
        "outbound": masked(context.outbound, declared),
        "workflow": masked(context.workflow, declared),
        "changed": _changed(context.inbound, context.outbound),
        "difference": list(deltas_view(deltas(context.inbound, context.outbound), declared)),
        "origins": dict(context.origins),
        "clashes": _clashes(context.clashes, declared),
        "execution": _execution(state),
    }


def final_context_view(state: ExecutionState, secrets: frozenset[str] = frozenset()) -> dict[str, JSON]:
    """Return what an execution's output is made from, with secrets masked.

    ``variables`` is what all branches have left behind together, so far; the
    rest is as in :func:`context_view`.
    """
    context = execution_context(state)
    declared = secret_names(state.env) | secrets
    return {
        "variables": masked(context.variables, declared),
        "workflow": masked(context.workflow, declared),
        "origins": dict(context.origins),
        "clashes": _clashes(context.clashes, declared),
        "execution": _execution(state),
    }


def _execution(state: ExecutionState) -> dict[str, JSON]:
    return {"id": state.id, "state": state.state, "version": state.version}


def _clashes(clashes: Iterable[Clash], declared: frozenset[str]) -> list[JSON]:
    return [
        {
            "variable": ".".join(clash.path),
            "path": clash.path,
            "won": _written(clash.path, clash.won, declared),
            "lost": [_written(clash.path, lost, declared) for lost in clash.lost],
        }
        for clash in clashes
    ]


def _written(path: list[str], written: Written, declared: frozenset[str]) -> dict[str, JSON]:
    _, value = masked_at(tuple(path), written.value, declared)
    return {"event": written.event, "task": written.task, "value": value}


def _changed(inbound: dict[str, JSON], outbound: dict[str, JSON]) -> list[str]:
    names = sorted({*inbound, *outbound})
    nothing = object()
    return [name for name in names if inbound.get(name, nothing) != outbound.get(name, nothing)]
