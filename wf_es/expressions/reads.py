"""Which names an expression reads, as far as its text says.

The answer has two uses. Before a resume it tells which variables must be
there; and when an expression is evaluated elsewhere only what it reads is
sent. Both want certainty, so whatever the text does not settle (the whole
``$``, a computed name) is listed as a reason in ``undetermined``, and
``whole`` says that any variable may be read.
"""

from __future__ import annotations

import msgspec


class Read(msgspec.Struct, frozen=True):
    """A variable that is read; ``optional`` means the expression copes without it."""

    name: str
    optional: bool = False


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """The variables, functions and tasks that an expression names."""

    variables: tuple[Read, ...] = ()
    functions: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    undetermined: tuple[str, ...] = ()
    whole: bool = False


class Collector:
    """Gathers reads while a syntax tree is walked."""

    def __init__(self) -> None:
        self._variables: dict[str, bool] = {}
        self._functions: set[str] = set()
        self._tasks: set[str] = set()
        self._reasons: dict[str, None] = {}
        self._whole = False

    def variable(self, name: str, *, optional: bool) -> None:
        """Note a variable; it is optional only if every read of it is."""
        self._variables[name] = optional and self._variables.get(name, True)

    def function(self, name: str) -> None:
        """Note the call of a function, method or filter."""
        self._functions.add(name)

    def task(self, name: str | None) -> None:
        """Note ``task(name)``; None stands for a name that is computed."""
        if name is None:
            self._reasons["the name given to task() is computed"] = None
        else:
            self._tasks.add(name)

    def any_variable(self, reason: str) -> None:
        """Note that the text does not say which variables are read."""
        self._reasons[reason] = None
        self._whole = True

    def reads(self) -> Reads:
        """Return what was gathered."""
        return Reads(
            variables=tuple(Read(name, optional) for name, optional in self._variables.items()),
            functions=frozenset(self._functions),
            tasks=frozenset(self._tasks),
            undetermined=tuple(self._reasons),
            whole=self._whole,
        )
