"""Which items of a list a resume chooses, and what of a task would run again.

Items that are not chosen are kept as they are, so all that have not succeeded
must be among the chosen ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from wf_es.envelope import JSON
from wf_es.execution.commands import ItemResumption, TaskResumption
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution, actions_of
from wf_es.execution.units import items_without_success

Wish = Literal["all", "failed"] | list[int | ItemResumption]
"""What a resume says about the items of a task."""


def items_to_run(state: ExecutionState, task: TaskExecution, wish: Wish) -> list[int] | None:
    """Return the items that run again; None if all do, with the lists evaluated anew."""
    if wish == "all":
        return None
    return items_without_success(state, task) if wish == "failed" else sorted(_indexes(wish))


def inputs_of_items(wish: Wish) -> dict[str, dict[str, JSON]]:
    """Return the merge patches on the input of single items, by index."""
    if isinstance(wish, str):
        return {}
    return {str(item.index): item.input for item in wish if isinstance(item, ItemResumption) and item.input}


def _indexes(wish: list[int | ItemResumption]) -> set[int]:
    return {item.index if isinstance(item, ItemResumption) else item for item in wish}


def refusal_of_items(state: ExecutionState, task: TaskExecution, wish: TaskResumption) -> str | None:
    """Return why the chosen items cannot be those that run again, or None if they can."""
    if wish.items == "all":
        return None
    if wish.action != "rerun":
        return "items can only be chosen for a task that runs again"
    if task.items is None:
        return "it has no items to choose from"
    if wish.items == "failed":
        return None
    chosen = _indexes(wish.items)
    changed = [item.index for item in wish.items if isinstance(item, ItemResumption)]
    if len(set(changed)) < len(changed):
        return "one of its items is named twice, each with input of its own"
    unknown = sorted(index for index in chosen if not 0 <= index < task.items.count)
    if unknown:
        return f"it has no item {unknown[0]}; there are {task.items.count}, and the first one is 0"
    left_out = sorted({*(items_without_success(state, task) or ())} - chosen)
    if left_out:
        return f"item {left_out[0]} has not succeeded, so it must run again as well"
    return None


def actions_again(
    state: ExecutionState, task: TaskExecution, wish: TaskResumption
) -> Iterable[ActionExecution]:
    """Return what will be called once more: the latest action for each item, or the only one.

    Earlier attempts of it were the same call.
    """
    items = items_to_run(state, task, wish.items) if task.items is not None else None
    chosen = None if items is None else frozenset(items)
    counting = (action for action in actions_of(state, task) if not action.superseded)
    latest = {action.index: action for action in counting if chosen is None or action.index in chosen}
    return latest.values()
