"""The answer to "could I resume like this, and what would it take?"."""

from __future__ import annotations

import msgspec


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Where a variable is read: task, key, expression, and place in the text."""

    task: str
    key: str
    expression: str
    line: int
    column: int


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that nothing provides, and one expression that needs it."""

    variable: str
    needed_by: Use


class Undetermined(msgspec.Struct, frozen=True, kw_only=True):
    """An expression whose variables cannot be told without running it."""

    why: str
    needed_by: Use


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


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen task that cannot be resumed, and the reason."""

    task: str
    why: str


class Requirements(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "could I resume like this?"; ``position`` is the event number asked at."""

    resumable: bool
    will_run: list[str]
    repeats: list[Repeat]
    missing: list[Missing]
    undetermined: list[Undetermined]
    outstanding: list[Outstanding]
    refused: list[Refused]
    position: int

    def sentence(self) -> str:
        """Say in one sentence why the resume is not possible."""
        if self.refused:
            return "; ".join(f"Task '{item.task}' cannot be resumed: {item.why}" for item in self.refused)
        names = ", ".join(sorted({item.variable for item in self.missing}))
        return f"The execution cannot be resumed yet. Missing variables: {names}"
