"""Which names an expression reads, as far as its text says.

The answer has two uses. Before a resume it tells which variables must be
there; and when an expression is evaluated elsewhere only what it reads is
sent. Both want certainty, so whatever the text does not settle (the whole
``$``, a computed name) is listed as a reason in ``undetermined``, and
``whole`` says that any variable may be read. A read is *conditional* unless
each evaluation that does not fail before makes it: the right side of an
``or`` is, for one.
"""

from __future__ import annotations

import msgspec


class Read(msgspec.Struct, frozen=True):
    """Something that is read.

    ``optional`` means the expression copes without it, ``conditional`` that
    it depends on other values whether it is read at all.
    """

    name: str
    optional: bool = False
    conditional: bool = False


class KeyRead(msgspec.Struct, frozen=True):
    """A value that is read below another one, key by key; who reads it cannot do without.

    ``source`` says below what: a ``variable``, a ``global`` variable, the
    answer of a ``task``, each of this ``name``; or ``env``, of which ``name``
    is the first key. ``keys`` are names and indexes of lists.
    """

    source: str
    name: str
    keys: tuple[str | int, ...]
    conditional: bool = False


Keys = tuple[str | int, ...]


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """The variables, functions and tasks that an expression names.

    ``keys`` are the reads below variables, of the environment and of answers,
    each to the last key that the text says.
    ``tasks`` are all that it asks for with ``task(name)``; each is in
    ``task_reads``, too, which says whether it can do without an answer.
    """

    variables: tuple[Read, ...] = ()
    functions: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    task_reads: tuple[Read, ...] = ()
    keys: tuple[KeyRead, ...] = ()
    undetermined: tuple[str, ...] = ()
    whole: bool = False


class Collector:
    """Gathers reads while a syntax tree is walked."""

    def __init__(self) -> None:
        self._variables: dict[str, int] = {}
        self._functions: set[str] = set()
        self._tasks: dict[str, int] = {}
        self._keys: dict[tuple[str, str, Keys], bool] = {}
        self._reasons: dict[str, None] = {}
        self._whole = False

    def variable(self, name: str, *, optional: bool, conditional: bool = False) -> None:
        """Note a variable; what counts is the read that needs it most."""
        _note(self._variables, name, optional, conditional)

    def function(self, name: str) -> None:
        """Note the call of a function, method or filter."""
        self._functions.add(name)

    def task(self, name: str | None, *, optional: bool = True, conditional: bool = False) -> None:
        """Note ``task(name)``; None stands for a name that is computed."""
        if name is None:
            self._reasons["the name given to task() is computed"] = None
        else:
            _note(self._tasks, name, optional, conditional)

    def key(self, source: str, name: str, keys: Keys, *, conditional: bool) -> None:
        """Note a read below a variable, of the environment or of an answer."""
        self._keys[source, name, keys] = conditional and self._keys.get((source, name, keys), True)

    def any_variable(self, reason: str) -> None:
        """Note that the text does not say which variables are read."""
        self._reasons[reason] = None
        self._whole = True

    def reads(self) -> Reads:
        """Return what was gathered."""
        return Reads(
            variables=_reads(self._variables),
            functions=frozenset(self._functions),
            tasks=frozenset(self._tasks),
            task_reads=_reads(self._tasks),
            keys=tuple(KeyRead(*read, conditional) for read, conditional in self._longest()),
            undetermined=tuple(self._reasons),
            whole=self._whole,
        )

    def _longest(self) -> list[tuple[tuple[str, str, Keys], bool]]:
        """Return the reads but for those that another one makes on its way, as surely."""
        found = []
        for read, conditional in self._keys.items():
            source, name, keys = read
            longer = (
                other
                for (of, called, path), other in self._keys.items()
                if (of, called) == (source, name) and len(path) > len(keys) and path[: len(keys)] == keys
            )
            if not any(conditional or not other for other in longer):
                found.append((read, conditional))
        return found


_OPTIONAL, _CONDITIONAL, _NEEDED = range(3)


def _note(found: dict[str, int], name: str, optional: bool, conditional: bool) -> None:
    need = _OPTIONAL if optional else _CONDITIONAL if conditional else _NEEDED
    found[name] = max(need, found.get(name, _OPTIONAL))


def _reads(found: dict[str, int]) -> tuple[Read, ...]:
    return tuple(Read(name, need == _OPTIONAL, need == _CONDITIONAL) for name, need in found.items())
