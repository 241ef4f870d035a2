"""Actions that are listed, and those that are looked up."""

from __future__ import annotations

import pytest

from wf_es.definition import ActionSpec
from wf_es.definition.known_actions import KnownActions, of_workbook


def actions(*names: str, source: str = "") -> dict[str, ActionSpec]:
    """Return actions that tell where they are from by an input."""
    return {name: ActionSpec(name=name, inputs={source: True}) for name in names}


def test_the_first_that_has_a_name_counts() -> None:
    """Those that are listed come before those that are found."""
    stored = actions("a", "b", "c", source="stored")
    known = KnownActions(actions("a", source="first"), actions("a", "b", source="second"), find=stored.get)

    assert [next(iter(known[name].inputs)) for name in "abc"] == ["first", "second", "stored"]
    assert (known.get("d"), "d" in known, "c" in known) == (None, False, True)
    assert (list(known), len(known)) == (["a", "b"], 2)
    with pytest.raises(KeyError):
        known["d"]


def test_each_name_is_looked_up_once() -> None:
    """However often a text calls it, whether it is there or not."""
    asked: list[str] = []
    known = KnownActions(find=asked.append)

    assert [known.get(name) for name in ("x", "y", "x", "x")] == [None] * 4

    assert asked == ["x", "y"]


def test_what_the_items_of_a_workbook_may_call() -> None:
    """Its own actions, those it brought along before, all others; in this order."""
    others = actions("mine", "book.mine", "book.left", "left", "other", source="other")
    known = of_workbook("book", actions("mine", source="own"), others)

    found = {name: (known[name].name, next(iter(known[name].inputs))) for name in ("mine", "left", "other")}

    assert found == {"mine": ("mine", "own"), "left": ("book.left", "other"), "other": ("other", "other")}
    assert known.get("book.mine.x") is None
