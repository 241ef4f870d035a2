"""What an analysis has found, each thing once, and how it is told from what is merely uncertain.

A variable is *missing* where it is needed if no way there provides it: whoever
gets there fails. It is *undetermined* if some ways provide it and others do
not, if only an error leads there, or if other values decide whether it is
read. Nothing is guessed.
"""

from __future__ import annotations

import msgspec

from wf_es.execution.requirements.facts import Origin
from wf_es.execution.requirements.report import Missing, Present, Undetermined, Unknown, Use

Key = tuple[str, str, str]


class Findings:
    """What is missing, present, undetermined and unknown, in the order in which it was found."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._missing: dict[Key, Missing] = {}
        self._undetermined: dict[Key, Undetermined] = {}
        self._unknown: dict[Key, Unknown] = {}
        self._present: dict[tuple[str, Origin], Present] = {}

    @property
    def missing(self) -> list[Missing]:
        """What nothing provides."""
        return list(self._missing.values())

    @property
    def undetermined(self) -> list[Undetermined]:
        """What cannot be told, but for what is missing at the same place anyway."""
        return [item for key, item in self._undetermined.items() if key not in self._missing]

    @property
    def unknown(self) -> list[Unknown]:
        """What is not there, or not given."""
        return list(self._unknown.values())

    @property
    def present(self) -> list[Present]:
        """What is needed and there."""
        return list(self._present.values())

    def add_missing(self, variable: str, use: Use, settable_at: list[str]) -> None:
        """Note that nothing provides a variable."""
        found = Missing(variable=variable, needed_by=use, settable_at=settable_at)
        self._missing.setdefault((variable, use.task, use.key), found)

    def add_undetermined(self, why: str, use: Use, variable: str | None = None) -> None:
        """Note that it cannot be told whether an expression has what it needs."""
        found = Undetermined(why=why, needed_by=use, variable=variable)
        self._undetermined.setdefault((variable or why, use.task, use.key), found)

    def add_unknown(self, kind: str, name: str, why: str, use: Use, is_certain: bool) -> None:
        """Note that an action, a workflow or an input is not there."""
        found = Unknown(kind=kind, name=name, why=why, needed_by=use, is_certain=is_certain)
        self._unknown.setdefault((f"{kind} {name}", use.task, use.key), found)

    def add_present(self, variable: str, origins: list[Origin], use: Use) -> None:
        """Note from where a variable may come that is there in any case."""
        for origin in origins:
            if (variable, origin) not in self._present:
                self._present[variable, origin] = Present(
                    variable=variable,
                    source=origin.source,
                    task=origin.task,
                    event=origin.event,
                    needed_by=use,
                )

    def take_in(self, inner: Findings, path: str, is_plain: bool, after_error: str | None) -> None:
        """Add what was found in a sub-workflow; what only an error leads to is no more than uncertain."""
        for missing in inner.missing:
            use = _below(path, missing.needed_by)
            if is_plain:
                self.add_missing(missing.variable, use, [])
            else:
                self.add_undetermined(only_after(after_error), use, missing.variable)
        for item in inner.undetermined:
            self.add_undetermined(item.why, _below(path, item.needed_by), item.variable)
        for thing in inner.unknown:
            is_certain = thing.is_certain and is_plain
            use = _below(path, thing.needed_by)
            self.add_unknown(thing.kind, thing.name, thing.why, use, is_certain)


def only_after(task: str | None) -> str:
    """Say that nothing provides what only the error of a task, or of the execution, makes necessary."""
    failing = "the execution" if task is None else f"task '{task}'"
    return f"nothing sets it, and it is needed only if {failing} fails"


def _below(path: str, use: Use) -> Use:
    return msgspec.structs.replace(use, task=f"{path}/{use.task}")
