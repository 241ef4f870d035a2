"""The actions that a text may call, as far as they are known where it is read.

Those that are installed or stand in the text itself are a few, and listed.
Those that were stored before may be many; they are looked up by name, each
name once, when a text calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from wf_es.definition.model import ActionSpec

Find = Callable[[str], ActionSpec | None]
"""How an action is looked up: its name to what is known of it, None if there is none."""


class KnownActions(Mapping[str, ActionSpec]):
    """Actions by name: those of several mappings, the first that has it counts, then those found elsewhere.

    Iterating gives the names in the mappings, not those that could be found.
    """

    def __init__(self, *listed: Mapping[str, ActionSpec], find: Find | None = None) -> None:
        """Take the mappings, the one that counts first first, and how others are found."""
        self._listed = listed
        self._find = None if find is None else cache(find)

    def __getitem__(self, name: str) -> ActionSpec:
        for actions in self._listed:
            if name in actions:
                return actions[name]
        found = None if self._find is None else self._find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter({name: None for actions in self._listed for name in actions})

    def __len__(self) -> int:
        return sum(1 for _ in self)


def of_workbook(
    book: str, own: Mapping[str, ActionSpec], others: Mapping[str, ActionSpec]
) -> Mapping[str, ActionSpec]:
    """Return what a workbook's items may call: its own, what it brought along earlier, all others.

    Args:
        book: the workbook's name.
        own: the actions in its text, by whole and by short names.
        others: the actions outside of the text.

    """
    earlier = KnownActions(find=lambda name: None if "." in name else others.get(f"{book}.{name}"))
    return KnownActions(own, earlier, others)
