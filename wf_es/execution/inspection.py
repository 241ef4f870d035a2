"""What people can look at: the context of a task, and what an execution ends with.

It is all in the state already; here it gets a readable shape. A *clash* is a
variable that several branches had written equally often where they met. The
value that was written last has won, and what it won against is told with the
events and tasks that wrote it. Only the value that counts now is told of: a
variable that was written again afterwards has no clash any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import NotFound
from wf_es.execution.context import plain
from wf_es.execution.scope import final_context
from wf_es.execution.state import Context, ExecutionState, Variable


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A value, the number of the event that wrote it, and the name of its task.

    Without a task it came from outside: a resume changed the context.
    """

    value: JSON
    event: int
    task: str | None


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """A choice between values that were written equally often.

    ``path`` begins with the name of the variable; further names lead into it
    where only a part of a mapping clashed. ``lost`` is ordered by event.
    """

    path: list[str]
    won: Written
    lost: list[Written]


class TaskContext(msgspec.Struct, frozen=True, kw_only=True):
    """What one task saw, added and left behind; all plain dicts.

    ``origins`` maps each variable of ``outbound`` to the number of the event
    that wrote it last. ``workflow`` is what every task sees beside its
    branch: global variables, vars and input, by those three names.
    ``clashes`` are those of ``inbound``.
    """

    task_id: str
    name: str
    state: str
    inbound: dict[str, JSON]
    published: dict[str, JSON]
    outbound: dict[str, JSON]
    origins: dict[str, int]
    workflow: dict[str, JSON]
    clashes: list[Clash]


class FinalContext(msgspec.Struct, frozen=True, kw_only=True):
    """What all branches of an execution have left behind together, so far.

    ``origins``, ``workflow`` and ``clashes`` are as in :class:`TaskContext`.
    """

    variables: dict[str, JSON]
    origins: dict[str, int]
    workflow: dict[str, JSON]
    clashes: list[Clash]


def task_context(state: ExecutionState, task_id: str) -> TaskContext:
    """Return the inbound and outbound context of a task.

    Args:
        state: The execution, at any moment of its history.
        task_id: The id of one of its task executions.

    Raises:
        NotFound: The execution has no such task (yet).

    """
    task = state.tasks.get(task_id)
    if task is None:
        raise NotFound(f"Task execution not found [id={task_id}]", kind="Task execution", id=task_id)
    return TaskContext(
        task_id=task.id,
        name=task.name,
        state=task.state,
        inbound=plain(task.inbound),
        published=task.published,
        outbound=plain(task.outbound),
        origins=_origins(task.outbound),
        workflow=_workflow(state),
        clashes=_clashes(state, task.inbound),
    )


def execution_context(state: ExecutionState) -> FinalContext:
    """Return what the output of an execution is made from."""
    context = final_context(state)
    return FinalContext(
        variables=plain(context),
        origins=_origins(context),
        workflow=_workflow(state),
        clashes=_clashes(state, context),
    )


def _origins(context: Context) -> dict[str, int]:
    return {name: context[name].event for name in sorted(context)}


def _workflow(state: ExecutionState) -> dict[str, JSON]:
    return {"global": state.published_global, "vars": state.vars, "input": state.input}


def _clashes(state: ExecutionState, context: Context) -> list[Clash]:
    found = [choice for name in sorted(context) for choice in _choices([name], context[name])]
    if not found:
        return []
    writers = {task.event: task.name for task in state.tasks.values()}
    return [_clash(path, chosen, writers) for path, chosen in found]


def _clash(path: list[str], chosen: Variable, writers: Mapping[int, str]) -> Clash:
    lost = [_written(rival, writers) for rival in _lost(chosen)]
    return Clash(path=path, won=_written(chosen, writers), lost=lost)


def _choices(path: list[str], variable: Variable) -> Iterator[tuple[list[str], Variable]]:
    """Yield the variable and its parts, at any depth, that have won against others."""
    if _lost(variable):
        yield path, variable
    parts = variable.parts or {}
    for name in sorted(parts):
        yield from _choices([*path, name], parts[name])


def _lost(variable: Variable) -> list[Variable]:
    """Return the rivals whose value is another one."""
    rivals: Iterable[Variable] = (variable.rivals[event] for event in sorted(variable.rivals))
    return [rival for rival in rivals if (rival.bytes, rival.value) != (variable.bytes, variable.value)]


def _written(variable: Variable, writers: Mapping[int, str]) -> Written:
    return Written(value=variable.value, event=variable.event, task=writers.get(variable.event))
