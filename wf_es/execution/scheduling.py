"""From "this task is next" to its first run.

A task without ``join`` runs once for every trigger; joins have a file of
their own. How its work begins is told in ``beginning``.
"""

from __future__ import annotations

from wf_es.execution.beginning import begin_work
from wf_es.execution.decision import Draft
from wf_es.execution.events import TaskScheduled, TaskStarted, Trigger
from wf_es.execution.lifecycle import RUNNING
from wf_es.execution.policies import may_begin


def start_task(draft: Draft, name: str, triggers: list[Trigger], cause: int | None) -> None:
    """Schedule a task that is no join and run it."""
    task_id = draft.next_id()
    scheduled = draft.emit(
        TaskScheduled(
            task_id=task_id,
            name=name,
            kind=kind_of(draft, name),
            state=RUNNING,
            triggered_by=triggers,
            round=next_round(draft, name, triggers),
        ),
        cause,
    )
    run_task(draft, task_id, scheduled)


def kind_of(draft: Draft, name: str) -> str:
    """Return whether a task runs an ACTION or a WORKFLOW."""
    return "ACTION" if draft.definition.workflow.spec.tasks[name].workflow is None else "WORKFLOW"


def next_round(draft: Draft, name: str, triggers: list[Trigger]) -> int:
    """Return how often a task has run along its triggers, 0 if on no cycle."""
    if name not in draft.definition.workflow.graph.looping:
        return 0
    sources = (draft.state.tasks[trigger.task_id] for trigger in triggers)
    return 1 + max((source.rounds.get(name, 0) for source in sources), default=0)


def begin_task(draft: Draft, task_id: str, cause: int | None) -> None:
    """Run a task that was WAITING, IDLE or DELAYED."""
    started = draft.emit(TaskStarted(task_id=task_id), cause)
    run_task(draft, task_id, started)


def run_task(draft: Draft, task_id: str, cause: int) -> None:
    """Let a task that is RUNNING do its work, as soon as its policies permit."""
    if may_begin(draft, task_id, cause):
        draft.begun.add(task_id)
        begin_work(draft, task_id, cause)
