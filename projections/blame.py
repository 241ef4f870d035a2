"""The blame view: for each leaf of a context who wrote it, and its earlier values; secrets masked."""

from __future__ import annotations

from collections.abc import Iterable

from projections.masking import masked_at
from wf_es.envelope import JSON
from wf_es.execution.blame import FinalBlame, Leaf, TaskBlame, Write
from wf_es.execution.deltas import Path


def blame_view(
    blame: TaskBlame | FinalBlame, secrets: frozenset[str] = frozenset(), *, history: bool = False
) -> dict[str, JSON]:
    """Return who wrote what, as plain data.

    Args:
        blame: The leaves of a context.
        secrets: Names of secrets beside the usual ones.
        history: Also tell the earlier values of each leaf.

    Returns:
        Lists of leaves by the part of the context: ``inbound``, ``outbound``
        and ``workflow`` of a task, ``variables`` and ``workflow`` of an
        execution. What lies inside a secret is one leaf.

    """
    parts = (
        {"inbound": blame.inbound, "outbound": blame.outbound}
        if isinstance(blame, TaskBlame)
        else {"variables": blame.variables}
    )
    parts["workflow"] = blame.workflow
    return {name: _shown(found, secrets, history) for name, found in parts.items()}


def _shown(leaves: Iterable[Leaf], secrets: frozenset[str], history: bool) -> list[JSON]:
    shown: dict[Path, JSON] = {}
    for leaf in leaves:
        path, _ = masked_at(leaf.path, leaf.value, secrets)
        if path in shown:
            continue
        entry: dict[str, JSON] = {"variable": ".".join(map(str, path)), "path": list(path)}
        entry |= _written(leaf.path, leaf.written, secrets)
        if history:
            entry["earlier"] = [_written(leaf.path, write, secrets) for write in leaf.earlier]
        shown[path] = entry
    return list(shown.values())


def _written(path: Path, write: Write, secrets: frozenset[str]) -> dict[str, JSON]:
    _, value = masked_at(path, write.value, secrets)
    return {
        "value": value,
        "event": write.event,
        "time": write.time.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "actor": write.actor,
        "reason": write.reason,
        "task": write.task,
        "task_id": write.task_id,
    }
