"""Folds what happened to the items of tasks into the tasks' rows.

A row counts its items, so nobody has to count actions: ``items`` says how many
there are and how they stand, and the runtime context has what Mistral keeps
there. The list of results is put together once, when the task ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections.encoding import dump, load
from projections.worksheet import Row, Worksheet
from wf_es.execution.lifecycle import COMPLETED
from wf_es.execution.state import TaskExecution

_COUNTER = {"SUCCESS": "succeeded", "ERROR": "failed", "CANCELLED": "cancelled"}

_NONE = dict.fromkeys(("count", "concurrency", "running", "paused", "succeeded", "failed", "cancelled"), 0)
"""What a row tells about the items of its task, before there are any."""


def runtime_context(items: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Mistral's runtime context says of the items that a row counts.

    ``capacity`` is how many further items could run now; null if all may.
    """
    at_once = items["concurrency"]
    capacity = at_once - items["running"] if at_once else None
    context: dict[str, Any] = {"with_items": {"capacity": capacity, "count": items["count"]}}
    return {**context, "concurrency": at_once} if at_once else context


def items_of(task: TaskExecution) -> dict[str, Any] | None:
    """Return from a task's state what its row should count; None without items."""
    return None if task.items is None else {name: getattr(task.items, name) for name in _NONE}


def context_of_items(task: TaskExecution) -> dict[str, Any]:
    """Return from a task's state what its runtime context should say of its items."""
    items = items_of(task)
    return {} if items is None else runtime_context(items)


def items_evaluated(sheets: Worksheet, task: Row, count: int, concurrency: int) -> None:
    """Begin to count the items of a task."""
    _begin(sheets, task, {**_NONE, "count": count, "concurrency": concurrency})


def items_again(sheets: Worksheet, task: Row, again: int | None) -> None:
    """Count anew when so many items run again and the others are kept.

    With None the lists are evaluated anew, and then counted.
    """
    if task["items"] is None:
        return
    if again is None:
        sheets.tasks.update(task["id"], items=None)
        return
    items = load(task["items"])
    _begin(sheets, task, {**_NONE, **_lists(items), "succeeded": items["count"] - again})


def all_again(sheets: Worksheet, task: Row) -> None:
    """Count anew when all items run again, with the lists as they are."""
    if task["items"] is not None:
        _begin(sheets, task, {**_NONE, **_lists(load(task["items"]))})


def _lists(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"count": items["count"], "concurrency": items["concurrency"]}


def _begin(sheets: Worksheet, task: Row, items: dict[str, Any]) -> None:
    context = {**load(task["runtime_context"]), **runtime_context(items)}
    sheets.tasks.update(task["id"], items=dump(items), runtime_context=dump(context))


def item_begun(sheets: Worksheet, task: Row) -> None:
    """Count an item that has begun."""
    items = load(task["items"])
    items["running"] += 1
    _count(sheets, task, items)


def item_ended(sheets: Worksheet, task: Row, before: str, state: str) -> None:
    """Count the end of an item that was in the state ``before``."""
    items = load(task["items"])
    items["running"] -= 1
    items[_COUNTER[state]] += 1
    if before == "PAUSED":
        items["paused"] -= 1
        _go_on(sheets, task, items)
    _count(sheets, task, items)


def item_reopened(sheets: Worksheet, task: Row, before: str) -> None:
    """Count an item that runs again after it had ended in the state ``before``."""
    items = load(task["items"])
    items["running"] += 1
    items[_COUNTER[before]] -= 1
    _count(sheets, task, items)


def item_paused(sheets: Worksheet, task: Row) -> None:
    """Count an item that was paused; its task stands as well."""
    items = load(task["items"])
    items["paused"] += 1
    _count(sheets, task, items)
    sheets.tasks.update(task["id"], state="PAUSED")


def item_resumed(sheets: Worksheet, task: Row) -> None:
    """Count an item that goes on; with the last one the task does."""
    items = load(task["items"])
    items["paused"] -= 1
    _count(sheets, task, items)
    _go_on(sheets, task, items)


def _go_on(sheets: Worksheet, task: Row, items: Mapping[str, Any]) -> None:
    if not items["paused"] and task["state"] == "PAUSED":
        sheets.tasks.update(task["id"], state="RUNNING")


def _count(sheets: Worksheet, task: Row, items: dict[str, Any]) -> None:
    sheets.tasks.update(task["id"], items=dump(items))
    if items["concurrency"]:
        context = {**load(task["runtime_context"]), **runtime_context(items)}
        sheets.tasks.update(task["id"], runtime_context=dump(context))


def counts_no_more(task: Row) -> bool:
    """Return whether an item that ends now comes too late for the result of its task."""
    return task["items"] is not None and task["state"] in COMPLETED
