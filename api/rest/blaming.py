"""``blame`` and ``history`` on contexts: who wrote each leaf, and what was written there before."""

from __future__ import annotations

from collections.abc import Mapping

from api.rest.gateway import Gateway
from api.rest.queries import truth
from projections import blame_view, secret_names
from wf_es.envelope import JSON
from wf_es.execution.state import ExecutionState

BLAME = frozenset({"blame", "history"})
"""The parameters of a context that ask for it."""


def blamed(
    gateway: Gateway, state: ExecutionState, given: Mapping[str, str], task_id: str | None = None
) -> dict[str, JSON]:
    """Return what a context says beside itself; may block.

    Args:
        gateway: The way to the engine.
        state: The execution at the moment that is asked about.
        given: The parameters of the request; nothing is said unless one of them asks.
        task_id: Whose context it is; None: that of the execution.
    """
    history = truth(given, "history")
    if not (truth(given, "blame") or history):
        return {}
    chronicle = gateway.engine.chronicle(state.id, state.version)
    blame = chronicle.execution() if task_id is None else chronicle.task(task_id)
    secrets = secret_names(state.env) | secret_names(gateway.engine.standing(state.id).env)
    return {"blame": blame_view(blame, secrets, history=history)}
