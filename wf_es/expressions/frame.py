"""The running state of one evaluation, and how compiled code stops.

Compiled code is a tree of closures, each called with the :class:`Frame`. It
has exactly three ways to end without a value, none of which leaves the
package: it runs out of steps, it reads a variable that is not there, or it
meets a case whose outcome only the library knows (:class:`LeaveToLibrary`).
The last one is what makes compiled code exact: a closure computes what it is
sure of, and everything else, errors included, is the library's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn

from wf_es.envelope import JSON
from wf_es.expressions.scope import MISSING, Function, Scope


class LeaveToLibrary(Exception):
    """The outcome of this case is left to the expression library."""


class OutOfBudget(Exception):
    """The evaluation has used up a budget; the argument says which."""


class Unset(Exception):
    """A variable that is read is not set; the argument is its name."""


class BadCall(Exception):
    """A context function cannot be called like this; the argument says why."""


class _NoNames(Mapping[str, JSON]):
    """The only layer when ``$`` is not a dict: what a name means then is the library's."""

    def __getitem__(self, name: str) -> NoReturn:
        raise LeaveToLibrary

    def get(self, name: str, default: JSON = None) -> NoReturn:
        raise LeaveToLibrary

    def __iter__(self) -> NoReturn:
        raise LeaveToLibrary

    def __len__(self) -> int:
        return 0


class Frame:
    """What closures need at hand: variables, functions, ``$`` of a lambda, budget."""

    __slots__ = ("functions", "item", "layers", "scope", "seconds", "steps")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.functions: Mapping[str, Function] = scope.functions
        self.layers: tuple[Mapping[str, JSON], ...] = scope.layers
        if scope.root is not MISSING:
            self.layers = (scope.root if type(scope.root) is dict else _NoNames(),)
        self.steps = scope.limits.steps
        self.seconds = scope.limits.seconds
        self.item: JSON = None

    def whole(self) -> JSON:
        """Return what ``$`` or ``_`` stands for outside of any lambda."""
        return self.scope.merged() if self.scope.root is MISSING else self.scope.root

    def charge(self, steps: int) -> None:
        """Take steps from the budget.

        Raises:
            OutOfBudget: there are not so many left.
        """
        self.steps -= steps
        if self.steps < 0:
            raise OutOfBudget(
                f"more than {self.scope.limits.steps} steps ({self.scope.limits.variable('steps')})"
            )


def call_function(
    function: Function,
    name: str,
    arguments: Iterable[JSON],
    keywords: Mapping[str, JSON],
) -> JSON:
    """Call a context function with what the author of an expression wrote.

    Raises:
        BadCall: it does not take such arguments.
        Exception: whatever else it raises, unchanged.
    """
    try:
        return function(*arguments, **keywords)
    except TypeError as error:
        raise BadCall(f"{name}() does not take such arguments") from error


Run = Callable[[Frame], JSON]
"""One compiled piece of an expression."""
