"""What an expression may see and what it may cost.

A :class:`Scope` is a stack of layers: the first that has a name gives its
value, so nobody copies a context only to lay one variable over it. The merged
view, which ``$`` and ``_`` stand for, is built only when an expression uses
it as a whole.

The budget belongs to one evaluation of one template, not to each expression
in it: a document of a thousand slow expressions is as slow as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from wf_es.envelope import JSON
from wf_es.limits import ExpressionLimits

Function = Callable[..., JSON]

MISSING: Final = object()
"""What a look-up answers where there is nothing; never a value of a variable."""


class Scope:
    """The variables and functions of one evaluation.

    Args:
        layers: variables by name; the first layer that has a name wins.
        functions: the context functions (``task``, ``env``, ``uuid``...) by
            name, called with plain JSON values.
        limits: what the evaluation may cost.
        root: a value that ``$`` and ``_`` stand for instead of the layers;
            an ad-hoc action's output sees the base action's result like this.
    """

    __slots__ = ("_merged", "functions", "layers", "limits", "root")

    def __init__(
        self,
        layers: Sequence[Mapping[str, JSON]],
        functions: Mapping[str, Function] | None = None,
        limits: ExpressionLimits | None = None,
        *,
        root: JSON = MISSING,
    ) -> None:
        self.layers: tuple[Mapping[str, JSON], ...] = tuple(layers)
        self.functions: Mapping[str, Function] = {} if functions is None else functions
        self.limits = DEFAULT_LIMITS if limits is None else limits
        self.root = root
        self._merged: dict[str, JSON] | None = None

    def get(self, name: str, default: JSON = None) -> JSON:
        """Return the variable's value from the first layer that has it."""
        for layer in self.layers:
            value = layer.get(name, MISSING)
            if value is not MISSING:
                return value
        return default

    def merged(self) -> dict[str, JSON]:
        """Return all variables in one dict, built at the first call."""
        if self._merged is None:
            merged: dict[str, JSON] = {}
            for layer in reversed(self.layers):
                merged.update(layer)
            self._merged = merged
        return self._merged


DEFAULT_LIMITS: Final = ExpressionLimits()
