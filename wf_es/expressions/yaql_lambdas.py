"""yaql's methods that run code for each item: ``select``, ``where`` and their like.

While such code runs, ``$`` is the item. In yaql most of these are lazy; here
they run at once, which comes to the same because code has no effects: if an
item fails that yaql would never have reached, the library is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from wf_es.envelope import JSON
from wf_es.expressions.frame import Frame, LeaveToLibrary, Run
from wf_es.expressions.sequences import Bag, Pieces, Stream, items_of
from wf_es.expressions.yaql_functions import scalar

_LIST_KINDS: Final = (list, Pieces)


def for_each(frame: Frame, items: list[JSON], body: Run) -> list[JSON]:
    """Return what the code gives for each item, with ``$`` standing for the item."""
    outer = frame.item
    results = []
    for item in items:
        frame.item = item
        results.append(body(frame))
    frame.item = outer
    return results


def _select(frame: Frame, items: list[JSON], body: Run) -> JSON:
    return Stream(for_each(frame, items, body))


def _where(frame: Frame, items: list[JSON], body: Run) -> JSON:
    kept = for_each(frame, items, body)
    return Stream([item for item, keep in zip(items, kept, strict=True) if keep])


def _any(frame: Frame, items: list[JSON], body: Run) -> JSON:
    return any(for_each(frame, items, body))


def _all(frame: Frame, items: list[JSON], body: Run) -> JSON:
    return all(for_each(frame, items, body))


def _order_by(frame: Frame, items: list[JSON], body: Run) -> JSON:
    return _ordered(frame, items, body, reverse=False)


def _order_by_descending(frame: Frame, items: list[JSON], body: Run) -> JSON:
    return _ordered(frame, items, body, reverse=True)


def _ordered(frame: Frame, items: list[JSON], body: Run, *, reverse: bool) -> JSON:
    keys = for_each(frame, items, body)
    kinds = {type(key) for key in keys}
    if not (kinds <= {str} or kinds <= {int, float}):
        raise LeaveToLibrary
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)
    return Bag([items[place] for place in order])


def _distinct(frame: Frame, items: list[JSON], body: Run) -> JSON:
    first: dict[JSON, JSON] = {}
    for key, item in zip(for_each(frame, items, body), items, strict=True):
        first.setdefault(scalar(key), item)
    return Stream(list(first.values()))


def _select_many(frame: Frame, items: list[JSON], body: Run) -> JSON:
    results: list[JSON] = []
    for inner in for_each(frame, items, body):
        if type(inner) in _LIST_KINDS or isinstance(inner, Bag):
            results.extend(items_of(inner))
        else:
            results.append(inner)
    frame.charge(len(results))
    return Stream(results)


LAMBDA_METHODS: Final[dict[str, Callable[[Frame, list[JSON], Run], JSON]]] = {
    "select": _select,
    "map": _select,
    "where": _where,
    "filter": _where,
    "any": _any,
    "all": _all,
    "orderBy": _order_by,
    "orderByDescending": _order_by_descending,
    "distinct": _distinct,
    "selectMany": _select_many,
}
"""Compiled methods that take one lambda, by name."""
