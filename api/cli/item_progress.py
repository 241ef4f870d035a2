"""How far a task is with its items, in words: from its row, or from the events as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any


def progress(items: Mapping[str, Any]) -> str:
    """Return ``37 of 100 done, 2 failed, 4 running`` from the numbers of a task's items."""
    ended = {name: int(items.get(name) or 0) for name in ("succeeded", "failed", "cancelled")}
    parts = [f"{sum(ended.values())} of {items.get('count', 0)} done"]
    others = {**ended, **{name: int(items.get(name) or 0) for name in ("running", "paused")}}
    parts += [
        f"{others[name]} {name}" for name in ("failed", "cancelled", "running", "paused") if others[name]
    ]
    return ", ".join(parts)


def with_progress(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task's row with its items in words, if it has any."""
    items = task.get("items")
    return {**task, "items": progress(items)} if isinstance(items, Mapping) else dict(task)


class ItemCounts:
    """Counts the items of tasks while events are told, one after the other."""

    def __init__(self) -> None:
        """Begin with no task that has items."""
        self._items: dict[str, Counter[str]] = {}
        self._units: dict[str, str] = {}

    def tell(self, kind: str, data: Mapping[str, Any]) -> str | None:
        """Take notice of an event; return the id of the task whose numbers it changed."""
        task_id = str(data.get("task_id") or "")
        unit_id = str(data.get("action_id") or data.get("execution_id") or "")
        if kind == "ItemsEvaluated":
            self._items[task_id] = Counter(count=int(data.get("count") or 0))
        elif kind == "TaskRerun" and task_id in self._items:
            self._begin_again(task_id, data.get("items"))
        elif kind in ("ActionScheduled", "SubWorkflowScheduled") and task_id in self._items:
            self._units[unit_id] = task_id
            self._items[task_id]["running"] += 1
        elif kind in ("ActionCompleted", "SubWorkflowCompleted") and unit_id in self._units:
            task_id = self._units.pop(unit_id)
            self._items[task_id]["running"] -= 1
            self._items[task_id][_ENDS.get(str(data.get("state")), "cancelled")] += 1
        else:
            return None
        return task_id

    def words(self, task_id: str) -> str:
        """Return how far a task is with its items; nothing if it has none."""
        items = self._items.get(task_id)
        return "" if items is None else progress(items)

    def _begin_again(self, task_id: str, again: Any) -> None:
        """Keep the items that do not run again; without a list all of them do."""
        count = self._items[task_id]["count"]
        self._units = {unit: task for unit, task in self._units.items() if task != task_id}
        if isinstance(again, list):
            self._items[task_id] = Counter(count=count, succeeded=count - len(again))
        else:
            del self._items[task_id]


_ENDS = {"SUCCESS": "succeeded", "ERROR": "failed", "CANCELLED": "cancelled"}
