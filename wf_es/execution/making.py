"""A state in the making: a copy of its own that the reducer folds events into.

To everybody else a state is immutable. The reducer takes a copy that nobody
has seen yet, changes that one in place, and lets go of it when it is done. So
an event costs what it changes, and is written down as one change after another,
each of which sees those before it.

While many events are folded in one go, the copy's maps are open: they change in
place, too, which is several times as quick as making a new map for each change.
Nothing but looking up keys works on an open map; :func:`keys` iterates over one.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any

import msgspec
from immutables import Map

from wf_es.execution.state import ExecutionState

assign = msgspec.structs.force_setattr
"""Gives a field of a state in the making another value."""


@cache
def _maps() -> tuple[str, ...]:
    """Return the names of the fields that are maps."""
    fields = msgspec.structs.fields(ExecutionState)
    return tuple(field.name for field in fields if type(field.default) is Map)


def copy_of(state: ExecutionState) -> ExecutionState:
    """Return a copy of a state, to be changed as long as nobody else has it."""
    return copy(state)


def change(state: ExecutionState, /, **values: Any) -> None:
    """Give several fields of a state in the making other values."""
    for name, value in values.items():
        assign(state, name, value)


def put(state: ExecutionState, name: str, key: object, value: object) -> None:
    """Put a value under a key of the map ``name``."""
    known = getattr(state, name)
    if type(known) is Map:
        assign(state, name, known.set(key, value))
    else:
        known[key] = value


def drop(state: ExecutionState, name: str, key: object) -> None:
    """Take a key out of the map ``name``; KeyError if it is not there."""
    known = getattr(state, name)
    if type(known) is Map:
        assign(state, name, known.delete(key))
    else:
        del known[key]


def keys(state: ExecutionState, name: str) -> tuple[str, ...]:
    """Return the keys of the map ``name``, as they are now."""
    known = getattr(state, name)
    if type(known) is Map:
        return tuple(known)
    known = known.finish()
    assign(state, name, known.mutate())
    return tuple(known)


def opened(state: ExecutionState) -> ExecutionState:
    """Return a copy of a state whose maps are open."""
    made = copy_of(state)
    for name in _maps():
        assign(made, name, getattr(made, name).mutate())
    return made


def closed(made: ExecutionState) -> ExecutionState:
    """Return a state in the making as it is for everybody else: with maps that change no more."""
    for name in _maps():
        known = getattr(made, name)
        if type(known) is not Map:
            assign(made, name, known.finish())
    return made
