"""What the events of an execution amount to, for somebody who watches it.

Each event comes with one readable line, written where the history is kept.
:class:`Story` adds what a display needs beside the lines: the tasks known so
far with their states, and how the execution stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.cli.item_progress import ItemCounts

SETTLED = frozenset({"SUCCESS", "ERROR", "CANCELLED", "SKIPPED"})
"""States in which a task has ended."""

Row = Mapping[str, Any]
Data = Mapping[str, Any]


@dataclass(frozen=True)
class TaskLine:
    """One task execution as a display shows it."""

    name: str
    state: str
    note: str = ""


class Story:
    """How an execution stands after the events told so far."""

    def __init__(self) -> None:
        """Begin with no event told."""
        self.tasks: dict[str, TaskLine] = {}
        self.state = "IDLE"
        self.state_info: str | None = None
        self.workflow_name = ""
        self._items = ItemCounts()

    def tell(self, event: Row) -> None:
        """Take notice of the next event."""
        kind, data = str(event["type"]).partition("@")[0], event.get("data") or {}
        if kind == "WorkflowStarted":
            self.workflow_name, self.state = data.get("workflow_name", ""), "RUNNING"
        elif kind == "TaskScheduled":
            self.tasks[data["task_id"]] = TaskLine(data["name"], data.get("state", "RUNNING"))
        elif kind in _TASK_STATES:
            self._set_task(data, _TASK_STATES[kind])
        elif kind in _WORKFLOW_STATES:
            self.state = _WORKFLOW_STATES[kind] or data.get("state", self.state)
            self.state_info = data.get("state_info")
        counted = self._items.tell(kind, data)
        if counted in self.tasks and self.tasks[counted].state not in SETTLED:
            self.tasks[counted] = replace(self.tasks[counted], note=self._items.words(counted))

    @property
    def failed(self) -> list[str]:
        """The names of the tasks that stand in ERROR, the last one last."""
        return [task.name for task in self.tasks.values() if task.state == "ERROR"]

    def _set_task(self, data: Data, state: str) -> None:
        task = self.tasks.get(data.get("task_id", ""))
        if task is not None:
            now = data.get("state") or state or task.state
            self.tasks[data["task_id"]] = replace(task, state=now, note=data.get("state_info") or "")


def event_line(event: Row) -> str:
    """Return an event as one line: number, time, what happened."""
    return f"{event['number']:>4}  {clock_time(event)}  {event.get('summary') or event['type']}"


def clock_time(event: Row) -> str:
    """Return the time of day of an event in the local time zone, to the tenth."""
    try:
        moment = datetime.fromisoformat(str(event["time"])).astimezone()
    except ValueError:
        return str(event["time"])
    return moment.strftime("%H:%M:%S.%f")[:-5]


_TASK_STATES: dict[str, str] = {
    "TaskStarted": "RUNNING",
    "TaskRerun": "RUNNING",
    "TaskCompleted": "",
    "TaskContinued": "SUCCESS",
    "TaskSkipped": "SKIPPED",
}
"""The state that an event gives its task if it does not say another one; empty: it says which."""

_WORKFLOW_STATES: dict[str, str] = {
    "WorkflowPaused": "PAUSED",
    "WorkflowResumed": "RUNNING",
    "WorkflowCompleted": "",
}
"""The state that an event gives the execution; empty: the event says it."""
