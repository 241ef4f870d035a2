"""Which events of a history are wanted: by type, task, actor, cause, request, number and time.

A :class:`Selection` says it, and :func:`selector` turns it into a question that
can be put to one event after another. Events name tasks and actions by id, so
the state is asked which ids belong to a task.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from difflib import get_close_matches
from functools import partial

import msgspec

from wf_es.envelope import Event, Recorded
from wf_es.errors import InvalidRequest
from wf_es.execution.events import EXECUTION_EVENTS
from wf_es.execution.requirements.choice import find_task
from wf_es.execution.state import ExecutionState


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted; what is not given does not matter, what is given must all hold.

    ``types`` are names such as ``TaskCompleted``. ``task`` is the name of a task
    (all of its runs) or the id of one run; what its actions and sub-workflows do
    counts as its own. ``cause`` is the number of the event that brought an event
    about, or ``<execution>/<number>`` for one of another execution. ``first``
    and ``last`` are event numbers or times, both included.
    """

    types: frozenset[str] = frozenset()
    task: str | None = None
    actor: str | None = None
    command: str | None = None
    cause: str | None = None
    first: int | datetime | None = None
    last: int | datetime | None = None

    @property
    def numbers(self) -> tuple[int, int | None]:
        """The first and the last event number that can be meant; None if there is no last one."""
        first = self.first if isinstance(self.first, int) else 1
        return first, self.last if isinstance(self.last, int) else None


EVERYTHING = Selection()
"""No event is left out."""

Selector = Callable[[Recorded], bool]
"""Whether an event is wanted."""


def type_name(kind: type[Event]) -> str:
    """Return the name of an event type without its version."""
    return str(kind.__struct_config__.tag).partition("@")[0]


_TYPES: dict[str, type[Event]] = {type_name(kind): kind for kind in EXECUTION_EVENTS}
_CAUSE = re.compile(r"([0-9a-fA-F-]{36}/)?[0-9]{1,15}", re.ASCII)
_SHOWN = 50


def selector(state: ExecutionState, selection: Selection) -> Selector:
    """Return the question whether an event of an execution is wanted.

    Args:
        state: The execution, at or after the last event that is to be asked about.
        selection: Which events are wanted.

    Raises:
        InvalidRequest: A type is unknown, or the cause is none.
        NotFound: The execution has no such task.

    """
    questions = list(_questions(state, selection))
    return lambda recorded: all(question(recorded) for question in questions)


def _questions(state: ExecutionState, selection: Selection) -> Iterable[Selector]:
    if selection.types:
        yield partial(_has_type, _kinds(selection.types))
    if selection.task is not None:
        yield partial(_concerns, _ids(state, selection.task))
    for name in ("actor", "command"):
        if (value := getattr(selection, name)) is not None:
            yield partial(_has, name, value)
    if selection.cause is not None:
        yield partial(_has, "cause", _cause(selection.cause))
    if selection.first is not None:
        yield partial(_is_from, selection.first)
    if selection.last is not None:
        yield partial(_is_until, selection.last)


def _has_type(kinds: frozenset[type[Event]], recorded: Recorded) -> bool:
    return type(recorded.data) in kinds


def _has(name: str, value: str, recorded: Recorded) -> bool:
    return bool(getattr(recorded, name) == value)


def _is_from(first: int | datetime, recorded: Recorded) -> bool:
    return recorded.version >= first if isinstance(first, int) else recorded.time >= first


def _is_until(last: int | datetime, recorded: Recorded) -> bool:
    return recorded.version <= last if isinstance(last, int) else recorded.time <= last


def _concerns(ids: frozenset[str], recorded: Recorded) -> bool:
    return not ids.isdisjoint(concerned(recorded.data))


def concerned(data: Event) -> Iterable[str]:
    """Yield the ids of the task runs and actions that an event is about."""
    for name in ("task_id", "action_id", "replaces"):
        if identifier := getattr(data, name, None):
            yield identifier
    for name in ("tasks", "supersedes", "actions"):
        yield from getattr(data, name, ())


def _kinds(names: frozenset[str]) -> frozenset[type[Event]]:
    for name in sorted(names - _TYPES.keys()):
        close = get_close_matches(name, _TYPES, n=1)
        meant = f"; did you mean {close[0]}?" if close else "."
        known = ", ".join(sorted(_TYPES))
        raise InvalidRequest(f"There is no event type {name[:_SHOWN]!r}{meant} There are: {known}")
    return frozenset(_TYPES[name] for name in names)


def _cause(text: str) -> str:
    if not _CAUSE.fullmatch(text):
        raise InvalidRequest(
            f"A cause is the number of an event, or <execution id>/<number>, not {text[:_SHOWN]!r}"
        )
    return text.lower()


def _ids(state: ExecutionState, task: str) -> frozenset[str]:
    found = find_task(state, task)
    is_one_run = found.id == task
    runs = [found] if is_one_run else [run for run in state.tasks.values() if run.name == found.name]
    return frozenset(identifier for run in runs for identifier in (run.id, *run.actions.values()))
