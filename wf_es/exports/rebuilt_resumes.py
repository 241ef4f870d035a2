"""The commands by which somebody lets an execution go on, told from what they have led to.

A resume, a rerun, a skip and a task that is completed by hand leave much the
same events; all that may have been meant are candidates. What was patched
stands in these events as it was given.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import msgspec

from wf_es.envelope import JSON
from wf_es.execution import commands
from wf_es.execution.commands import (
    Command,
    ForkExecution,
    ForkSubWorkflow,
    ItemResumption,
    ReportSubWorkflow,
    ResumedChild,
    ResumeFrom,
    TaskResumption,
)
from wf_es.execution.events import (
    DefinitionChosen,
    ExecutionForked,
    ExecutionUpdated,
    SubWorkflowCompleted,
    SubWorkflowPaused,
    SubWorkflowReopened,
    SubWorkflowResumed,
    TaskContinued,
    TaskRerun,
    TaskSkipped,
    WorkflowResumed,
)
from wf_es.execution.lifecycle import COMPLETED, PAUSED, RUNNING, SUCCESS
from wf_es.execution.state import TaskExecution
from wf_es.exports.tracing import Trace

Report = SubWorkflowPaused | SubWorkflowResumed | SubWorkflowCompleted | SubWorkflowReopened
"""What a parent records of its sub-workflow."""

_GIVEN, _WITHOUT, _WITH_BOTH = "the result alone", "no result", "the result and what is published"


class _Child(msgspec.Struct, kw_only=True):
    """What a resumed sub-workflow has told last, and the event that began a run after its end."""

    last: Report
    reopened: int = 0


class _Found(msgspec.Struct, kw_only=True):
    """What the events of a resume say about it."""

    other_definition: bool = False
    env: dict[str, JSON] = {}
    forced: bool = False
    named: list[str] = []
    reruns: list[TaskRerun] = []
    continued: list[TaskContinued] = []
    skipped: list[TaskSkipped] = []
    children: list[_Child] = []

    @property
    def chosen(self) -> int:
        """How many tasks it is about."""
        told = len(self.reruns) + len(self.continued) + len(self.skipped) + len(self.children)
        return max(told, len(self.named))


def resumes(trace: Trace) -> Iterator[Command]:
    """Yield what may have let an execution go on, the commands of Mistral first."""
    found = _found(trace)
    is_alone = found.chosen == 1 and not (found.other_definition or found.children)
    if found.skipped:
        yield trace.asks(commands.SkipTask, task_id=found.skipped[0].task_id)
    elif not found.chosen:
        if isinstance(trace.first.data, ExecutionUpdated):
            return
        if not (found.forced or found.other_definition):
            yield trace.asks(commands.ResumeWorkflow, env=found.env)
        yield trace.asks(ResumeFrom, **_fields(trace, found, _WITHOUT, True))
    else:
        if is_alone and found.reruns and _is_bare(found.reruns[0]) and not found.forced:
            again = found.reruns[0]
            yield trace.asks(
                commands.RerunTask, task_id=again.task_id, reset=again.items is None, env=found.env
            )
        for shape, is_own in _shapes(found):
            yield trace.asks(ResumeFrom, **_fields(trace, found, shape, is_own))
        if is_alone and found.continued:
            yield from _by_hand(trace, found.continued[0], found.forced)


def forks(trace: Trace) -> Iterator[Command]:
    """Yield what may have let a fork go on by itself."""
    data = trace.data(ExecutionForked)
    source = {
        "source_execution_id": data.source_execution_id,
        "source_event": data.source_event,
        "source_digest": data.source_digest,
    }
    for is_over in (False, True) if trace.state.parent_execution_id is not None else ():
        yield trace.asks(ForkSubWorkflow, is_over=is_over, **source)
    found = _found(Trace(trace.state, trace.events[1:]))
    for shape, is_own in _shapes(found):
        yield trace.asks(ForkExecution, **source, **_fields(trace, found, shape, is_own))
    standing = _Found(env=found.env, forced=found.forced)
    yield trace.asks(ForkExecution, **source, **_fields(trace, standing, _WITHOUT, True))


# --- what the events say -------------------------------------------------------


def _found(trace: Trace) -> _Found:
    """Return what the events of a resume say; those of its beginning come first."""
    found = _Found(
        reruns=trace.all_of(TaskRerun),
        continued=trace.all_of(TaskContinued),
        skipped=trace.all_of(TaskSkipped),
        children=_children(trace),
    )
    for recorded in trace.events[:2]:
        data = recorded.data
        if isinstance(data, DefinitionChosen):
            found.other_definition = True
            continue
        if isinstance(data, WorkflowResumed):
            found.env, found.forced, found.named = data.env, data.forced, data.tasks
        elif isinstance(data, ExecutionUpdated):
            found.env = data.env or {}
        break
    return found


def _children(trace: Trace) -> list[_Child]:
    """Return the sub-workflows that were resumed."""
    again = {one.execution_id: one for one in trace.all_of(SubWorkflowReopened)}
    told: dict[str, Report] = {}
    for recorded in trace.events:
        if isinstance(recorded.data, SubWorkflowPaused | SubWorkflowResumed | SubWorkflowCompleted):
            told.setdefault(recorded.data.execution_id, recorded.data)
    last: dict[str, Report] = {**again, **told}
    return [_Child(last=last[child], reopened=again[child].event if child in again else 0) for child in last]


def _is_bare(again: TaskRerun) -> bool:
    return not (again.context or again.input or again.item_input)


def _silent(trace: Trace, found: _Found) -> list[TaskExecution]:
    """Return the tasks that a resume names without recording anything of them.

    They had succeeded and waited to go on, or what they run was resumed and
    the parent had heard all about it.
    """
    told = {one.task_id for one in found.reruns} | {one.task_id for one in found.continued}
    told.update(child.last.task_id for child in found.children)
    tasks = trace.state.tasks
    return [tasks[task] for task in found.named if task not in told and task in tasks]


def _waits(task: TaskExecution) -> bool:
    return not task.children or (task.state == SUCCESS and not task.processed)


def _shapes(found: _Found) -> Iterator[tuple[str, bool]]:
    """Yield how the log may be read: what of a continued task was given, who turned a sub-workflow."""
    shapes = (_WITHOUT,) if not found.continued else (_WITHOUT, _GIVEN, _WITH_BOTH)
    return product(shapes, (True, False) if found.children else (True,))


# --- commands ------------------------------------------------------------------


def _fields(trace: Trace, found: _Found, shape: str, is_own: bool) -> dict[str, Any]:
    silent = _silent(trace, found)
    tasks = (
        *(_again(one) for one in found.reruns),
        *(
            TaskResumption(task=one.task_id, action="continue", **_given(one, shape))
            for one in found.continued
        ),
        *(TaskResumption(task=task.id, action="continue") for task in silent if _waits(task)),
    )
    children = (
        *(
            ResumedChild(report=reported(trace, child.last, is_own), reopened=child.reopened)
            for child in found.children
        ),
        *(_without_news(trace, task) for task in silent if not _waits(task)),
    )
    return {
        "tasks": tasks,
        "env": found.env,
        "force": found.forced,
        "allow_succeeded": True,
        "children": children,
    }


def _again(data: TaskRerun) -> TaskResumption:
    items: Any = "all"
    if data.items is not None:
        items = [
            ItemResumption(index=index, input=data.item_input[str(index)])
            if str(index) in data.item_input
            else index
            for index in data.items
        ]
    return TaskResumption(task=data.task_id, context=data.context, input=data.input, items=items)


def _given(data: TaskContinued, shape: str) -> dict[str, Any]:
    """Return what was given for a task that counts as done."""
    given: dict[str, Any] = {"context": data.context}
    if shape != _WITHOUT:
        given["result"] = data.result
    if shape != _GIVEN:
        given["published"] = data.published
    return given


def _by_hand(trace: Trace, data: TaskContinued, forced: bool) -> Iterator[Command]:
    """Yield what somebody may have said about a task; a context cannot be given there."""
    if data.context:
        return
    is_resumed = isinstance(trace.first.data, WorkflowResumed)
    for shape in (_WITHOUT, _GIVEN, _WITH_BOTH):
        given = _given(data, shape)
        del given["context"]
        yield trace.asks(
            commands.CompleteTask,
            task_id=data.task_id,
            state=data.state,
            message=data.state_info,
            force=forced or not is_resumed,
            **given,
        )


def _without_news(trace: Trace, task: TaskExecution) -> ResumedChild:
    """Return that a sub-workflow was resumed of which nothing new was heard: one that had not ended."""
    children = [trace.state.children[task.children[number]] for number in sorted(task.children)]
    running = [child for child in children if child.state not in COMPLETED and not child.alone]
    child = (running or children)[-1]
    report = trace.asks(
        ReportSubWorkflow,
        sub_execution_id=child.id,
        event=child.event,
        order=child.order,
        is_own=True,
        state=child.state,
    )
    return ResumedChild(report=report)


def reported(trace: Trace, data: Report, is_own: bool) -> ReportSubWorkflow:
    """Return what a sub-workflow has told, as its parent has recorded it."""
    ended = data if isinstance(data, SubWorkflowCompleted) else None
    state = PAUSED if isinstance(data, SubWorkflowPaused) else RUNNING
    return trace.asks(
        ReportSubWorkflow,
        sub_execution_id=data.execution_id,
        event=data.event,
        order=data.order,
        is_own=is_own,
        state=state if ended is None else ended.state,
        state_info=None if ended is None else ended.state_info,
        output=None if ended is None else ended.output,
    )
