"""Going on from chosen tasks, with changed data.

``ResumeFrom`` asks two questions, from which tasks and with which data, checks
first whether anything is missing, and may also leave a state that Mistral's
commands cannot leave. What it chooses in sub-workflows is decided on there;
what has become of these comes along as ``children``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from wf_es.errors import IllegalState, NothingToResume, Overtaken, RequirementsMissing
from wf_es.execution.choosing import inputs_of_items, items_to_run
from wf_es.execution.commands import ResumedChild, ResumeFrom, TaskResumption
from wf_es.execution.decision import Draft
from wf_es.execution.descent import runs_after
from wf_es.execution.events import DefinitionChosen, TaskContinued, TaskRerun, WorkflowResumed
from wf_es.execution.lifecycle import RUNNING, SUCCESS
from wf_es.execution.requirements import find_task, is_waiting_to_go_on, requirements
from wf_es.execution.resuming import back_to_running, end_superseded, go_on, published_as, run_again
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.execution.subworkflows import follow_resumed


def resume_from(draft: Draft, command: ResumeFrom) -> None:
    """Go on from the chosen tasks with changed data.

    1. Refuse if a chosen task cannot be resumed, or if data is missing
       (unless ``force``).
    2. Bring the execution back to RUNNING.
    3. Run each task again or record that it counts as done, and let the tasks
       of resumed sub-workflows run again with these: the earliest first, so
       that a task outlives the rerun of one that led to it.
    4. Take up whatever waited, with what follows the tasks that are done.

    Raises:
        RequirementsMissing: With the report that says what is missing.
        IllegalState: No task is chosen and the execution has ended.
        NothingToResume: No task is chosen and it runs already.
        Overtaken: Something has happened since the event that it is meant for.

    """
    refuse_if_overtaken(draft.state, command)
    if not command.tasks and not command.children:
        _resume_whole(draft, command)
        return
    is_forced = _check(draft, command)
    _choose_definition(draft)
    chosen = [(find_task(draft.state, wish.task), wish) for wish in command.tasks]
    followed = [(_task_of(draft, child), child) for child in command.children]
    numbers = {task.id: task.number for task, _ in (*chosen, *followed)}
    tasks = sorted(numbers, key=numbers.__getitem__)
    cause = back_to_running(draft, command.env, tasks, forced=is_forced)
    steps: list[tuple[int, Callable[[], None]]] = [
        *((task.number, partial(_resume_task, draft, task, wish, cause)) for task, wish in chosen),
        *((task.number, partial(_follow, draft, child, cause)) for task, child in followed),
    ]
    for _, step in sorted(steps, key=lambda item: item[0]):
        step()
    if draft.state.state == RUNNING:
        go_on(draft, cause)


def refuse_if_overtaken(state: ExecutionState, command: ResumeFrom) -> None:
    """Refuse a resume that was meant for another moment of the execution.

    Raises:
        Overtaken: Something has happened since.

    """
    if command.position is not None and command.position != state.version:
        raise Overtaken(
            f"The execution is at event {state.version} and not at {command.position} any more: "
            "look at it, and resume it again",
            position=state.version,
        )


def _check(draft: Draft, command: ResumeFrom) -> bool:
    """Refuse what cannot be resumed; return whether something is lacking and overruled."""
    followed = frozenset(_task_of(draft, child).id for child in command.children)
    report = requirements(draft.state, draft.definition, command, draft.ask, followed)
    if report.refused or (report.is_lacking and not command.force):
        raise RequirementsMissing(report.sentence(), report=report)
    return report.is_lacking


def _resume_whole(draft: Draft, command: ResumeFrom) -> None:
    if draft.state.is_completed:
        raise IllegalState(
            f"The execution has ended in {draft.state.state}: name the tasks to resume from, "
            f"or 'failed' for all that failed [execution_id={draft.state.id}]",
            id=draft.state.id,
        )
    if draft.state.state == RUNNING:
        is_changed = draft.definition.pin != draft.state.definition
        hint = ""
        if is_changed:
            hint = ": pause it to go on with another version of its definition"
        elif draft.state.failed or draft.state.cancelled:
            hint = ": to run again what has failed in it, name the tasks, or 'failed' for all of them"
        raise NothingToResume(f"The execution is RUNNING already{hint} [execution_id={draft.state.id}]")
    is_forced = _check(draft, command)
    _choose_definition(draft)
    go_on(draft, draft.emit(WorkflowResumed(env=command.env, forced=is_forced)))


def _choose_definition(draft: Draft) -> None:
    if draft.definition.pin != draft.state.definition:
        draft.emit(DefinitionChosen(definition=draft.definition.pin))


def _task_of(draft: Draft, child: ResumedChild) -> TaskExecution:
    return draft.state.tasks[draft.state.children[child.report.sub_execution_id].task_id]


def _follow(draft: Draft, child: ResumedChild, cause: int | None) -> None:
    follow_resumed(draft, child.report, child.reopened, cause)


def _resume_task(draft: Draft, task: TaskExecution, wish: TaskResumption, cause: int | None) -> None:
    if wish.action == "rerun":
        again = TaskRerun(
            task_id=task.id,
            context=wish.context,
            input=wish.input,
            items=items_to_run(draft.state, task, wish.items),
            item_input=inputs_of_items(wish.items),
        )
        run_again(draft, again, cause)
    elif not is_waiting_to_go_on(task, wish):
        _continue(draft, task, wish, cause)


def _continue(draft: Draft, task: TaskExecution, wish: TaskResumption, cause: int | None) -> None:
    given = wish.result is not msgspec.UNSET
    before, result = (task.published, task.result) if task.state == SUCCESS else ({}, None)
    event = TaskContinued(
        task_id=task.id,
        context=wish.context,
        published={**before, **wish.published},
        result=wish.result if given else result,
        supersedes=runs_after(draft.state, task.id),
    )
    if given:
        ended = draft.preview(event).tasks[task.id]
        values = published_as(draft, ended, ended.state)
        event = msgspec.structs.replace(
            event,
            published={**values.branch, **wish.published},
            published_global=values.global_,
            published_atomic=values.atomic,
        )
    end_superseded(draft, event.supersedes, draft.emit(event, cause))
