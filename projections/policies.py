"""Folds what policies did to tasks into their rows.

What Mistral keeps about policies in a task's ``runtime_context`` stands there
under Mistral's names; beside it, ``timer`` tells what the task waits for.
"""

from __future__ import annotations

from typing import Any

from projections.encoding import dump, load, moment, storable
from projections.items import all_again
from projections.tasks import TIMER, change_task, runtime_context, supersede_units, task_of
from projections.worksheet import Fact, Fold, Worksheet
from wf_es.execution import events as log


def _held(sheets: Worksheet, fact: Fact, data: log.TaskHeld) -> None:
    context = runtime_context(task_of(sheets, fact, data.task_id))
    _change(sheets, fact, data.task_id, context, state="IDLE", state_info=storable(data.state_info))


def _delayed(sheets: Worksheet, fact: Fact, data: log.TaskDelayed) -> None:
    context = runtime_context(task_of(sheets, fact, data.task_id))
    context[f"{data.policy.replace('-', '_')}_policy"] = {"skip": True}
    _change(sheets, fact, data.task_id, context, state="DELAYED", state_info=storable(data.state_info))


def _tried_again(sheets: Worksheet, fact: Fact, data: log.RetryScheduled) -> None:
    context = runtime_context(task_of(sheets, fact, data.task_id))
    before = context.get("retry_task_policy", {}).get("retry_no", 0)
    context["retry_task_policy"] = {"retry_no": before + 1}
    supersede_units(sheets, data.task_id)
    info = storable(data.state_info)
    _change(sheets, fact, data.task_id, context, state="DELAYED", state_info=info, result=None)
    all_again(sheets, task_of(sheets, fact, data.task_id))


def _timed_out(sheets: Worksheet, fact: Fact, data: log.TaskTimedOut) -> None:
    _change(sheets, fact, data.task_id, runtime_context(task_of(sheets, fact, data.task_id)))


def _timer_set(sheets: Worksheet, fact: Fact, data: log.TimerSet) -> None:
    context = load(task_of(sheets, fact, data.task_id)["runtime_context"])
    context[TIMER] = {"kind": data.kind, "due": moment(data.due)}
    _change(sheets, fact, data.task_id, context)


def _timer_fired(sheets: Worksheet, fact: Fact, data: log.TimerFired) -> None:
    _change(sheets, fact, data.task_id, runtime_context(task_of(sheets, fact, data.task_id)))


def _change(sheets: Worksheet, fact: Fact, task_id: str, context: dict[str, Any], **changes: Any) -> None:
    change_task(sheets, fact, task_id, runtime_context=dump(context), **changes)


FOLD: Fold = {
    log.TaskHeld: _held,
    log.TaskDelayed: _delayed,
    log.RetryScheduled: _tried_again,
    log.TaskTimedOut: _timed_out,
    log.TimerSet: _timer_set,
    log.TimerFired: _timer_fired,
}
"""What each event that comes from a policy does to the rows."""
