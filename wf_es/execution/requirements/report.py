"""The answer to "could I resume like this, and what would it take?"."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Where something is needed: task, key, expression, and place in the text.

    ``task`` is the path of the task (``outer/inner``); that of what belongs to
    a workflow as a whole, its output for one, ends in a slash or is empty.
    ``line`` and ``column`` are those in the definition of ``workflow``.
    """

    task: str
    key: str
    expression: str
    line: int
    column: int
    workflow: str = ""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that nothing provides on any way to an expression that needs it.

    ``settable_at`` are the chosen tasks whose context would bring it there.
    ``task('name')`` stands for the answer of a task that cannot have run,
    ``env().name`` for a name of the environment, and ``order.id`` for a key
    that a variable lacks which is there.
    """

    variable: str
    needed_by: Use
    settable_at: list[str] = []


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that is needed and there, and where it comes from.

    ``source`` is ``context`` (``event`` has written it, when ``task`` ended or
    was resumed), ``task`` (that ``task`` will have published it by then),
    ``override`` (this request), ``global``, ``vars``, ``input`` or
    ``environment`` (``event`` has set it).
    """

    variable: str
    source: str
    task: str | None = None
    event: int | None = None
    needed_by: Use


class Undetermined(msgspec.Struct, frozen=True, kw_only=True):
    """An expression of which it cannot be told whether it will have what it needs, and why.

    ``variable`` is what it reads, None if its text does not say that.
    """

    why: str
    needed_by: Use
    variable: str | None = None


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """An action, sub-workflow or input that is not there, or that is needed and not given.

    ``kind`` is ``action``, ``workflow`` or ``input``. Unless ``is_certain`` it
    matters only if a task fails before.
    """

    kind: str
    name: str
    why: str
    needed_by: Use
    is_certain: bool = True


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """An action that will be called once more."""

    task: str
    action: str
    id: str
    state: str


class Outstanding(msgspec.Struct, frozen=True, kw_only=True):
    """An action whose result has not arrived yet, or a time that has not come.

    For a time ``action`` is the policy that waits for it, and ``due`` when it
    comes, in UTC.
    """

    task: str
    action: str
    id: str
    is_async: bool
    due: str | None = None


class LeftFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A task that failed or was cancelled (``state``), that nothing took care of, and that is left as it is.

    As long as it is, the execution ends with it.
    """

    task: str
    state: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen task that cannot be resumed, and the reason."""

    task: str
    why: str


class Requirements(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "could I resume like this?"; ``position`` is the event number asked at.

    ``missing`` and what is certainly ``unknown`` stand against a resume; what
    is ``undetermined`` does not, and neither does what is ``left_failed``.
    """

    resumable: bool
    will_run: list[str]
    repeats: list[Repeat]
    missing: list[Missing]
    undetermined: list[Undetermined]
    outstanding: list[Outstanding]
    refused: list[Refused]
    position: int
    unknown: list[Unknown] = []
    present: list[Present] = []
    left_failed: list[LeftFailed] = []

    @property
    def is_lacking(self) -> bool:
        """Whether something is missing, or certainly unknown: only ``force`` goes on then."""
        return bool(self.missing) or any(item.is_certain for item in self.unknown)

    def decided(self) -> Requirements:
        """Return the report with the answer that follows from what it holds."""
        return msgspec.structs.replace(self, resumable=not self.refused and not self.is_lacking)

    def below(self, way: str) -> Requirements:
        """Return the report with all tasks named from an execution above, to which ``way`` leads down."""
        if not way:
            return self
        named = {
            name: [_named(entry, way) for entry in value]
            for name, value in msgspec.structs.asdict(self).items()
            if isinstance(value, list)
        }
        return msgspec.structs.replace(self, **named)

    def sentence(self) -> str:
        """Say in one sentence why the resume is not possible."""
        if self.refused:
            return "; ".join(f"Task '{item.task}' cannot be resumed: {item.why}" for item in self.refused)
        names = ", ".join(sorted({item.variable for item in self.missing}))
        unknown = sorted({f"{item.kind} '{item.name}'" for item in self.unknown if item.is_certain})
        parts = [f"Missing variables: {names}"] if names else []
        parts += [f"Unknown or not given: {', '.join(unknown)}"] if unknown else []
        return f"The execution cannot be resumed yet. {'. '.join(parts)}"


def as_one(reports: Iterable[Requirements], position: int) -> Requirements:
    """Return one report about several executions, as of an event of the one at the top."""
    first, *others = reports
    fields = msgspec.structs.asdict(first)
    for report in others:
        for name, value in msgspec.structs.asdict(report).items():
            if isinstance(value, list):
                fields[name] = [*fields[name], *value]
    fields["resumable"] = all(report.resumable for report in (first, *others))
    return Requirements(**{**fields, "position": position})


def _named(entry: object, way: str) -> object:
    if isinstance(entry, str):
        return f"{way}/{entry}"
    if isinstance(entry, list):
        return [_named(one, way) for one in entry]
    if not isinstance(entry, msgspec.Struct):
        return entry
    fields = {name: getattr(entry, name, None) for name in ("task", "needed_by", "settable_at")}
    changes = {name: _named(value, way) for name, value in fields.items() if value is not None}
    return msgspec.structs.replace(entry, **changes)
