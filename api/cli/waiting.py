"""What a task waits for when it waits for a time, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "wait-before": "begins",
    "retry": "is tried again",
    "wait-after": "ends",
    "timeout": "times out",
}


def waits_for(task: Mapping[str, Any]) -> str | None:
    """Return what happens to a task at which time (UTC), or None if it waits for none."""
    context = task.get("runtime_context")
    timer = context.get("timer") if isinstance(context, Mapping) else None
    if not isinstance(timer, Mapping):
        return None
    kind = str(timer.get("kind"))
    return f"{_WORDS.get(kind, kind)} at {str(timer.get('due'))[:19]}"
