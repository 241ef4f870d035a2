"""What is certainly there at a point of a workflow, and what may be: sets as numbers.

A point is reached on several ways. What is set on *every* way is certain, and
what is set on *some* way is possible: two bit sets, so that joining ways costs
next to nothing, however many variables there are. For what is possible each
bit stands for one *origin* (the event or task that may have written it), so
the same number also says where a value may come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from wf_es.envelope import JSON


class Facts(NamedTuple):
    """What is certain at a point, and from where each variable may come."""

    certain: int
    possible: int


NOTHING = Facts(0, 0)
"""The facts at the start of a workflow, in which nothing was published."""


def either(ways: Iterable[Facts]) -> Facts:
    """Return what holds at a point that is reached on one of several ways."""
    found = iter(ways)
    certain, possible = next(found, NOTHING)
    for way in found:
        certain &= way.certain
        possible |= way.possible
    return Facts(certain, possible)


def together(arrived: Iterable[Facts], others: Sequence[Facts], missing: int) -> Facts:
    """Return what holds where branches meet.

    Args:
        arrived: The branches that have come for certain.
        others: Those that may still come.
        missing: How many of these it takes.

    """
    certain = possible = 0
    for branch in arrived:
        certain |= branch.certain
        possible |= branch.possible
    for branch in others:
        possible |= branch.possible
    return Facts(certain | _in_any(others, missing), possible)


def _in_any(branches: Sequence[Facts], number: int) -> int:
    """Return what is certain whichever ``number`` of the branches come: so few lack it."""
    if number <= 0:
        return 0
    needed = max(len(branches) - number + 1, 1)
    held = [-1] + [0] * needed
    for branch in branches:
        for count in range(needed, 0, -1):
            held[count] |= held[count - 1] & branch.certain
    return held[needed]


class Origin(NamedTuple):
    """Where a value comes from.

    ``source`` is ``context`` (a branch, by the event), ``override`` (the
    request at hand), ``task`` (one on the way), ``global``, ``vars``,
    ``input`` or ``environment``.
    """

    source: str
    task: str | None = None
    event: int | None = None


class Name(NamedTuple):
    """What a bit is about: ``scope`` is ``branch``, ``global``, ``ran`` or ``chosen``."""

    scope: str
    name: str


class Vocabulary:
    """Gives names and origins their bits, in the order in which they come up."""

    def __init__(self) -> None:
        """Begin without any."""
        self._names: dict[Name, int] = {}
        self._origins: dict[tuple[Name, Origin], int] = {}
        self._listed: list[tuple[Name, Origin]] = []
        self._masks: dict[Name, int] = {}
        self._values: dict[tuple[Name, Origin], list[JSON]] = {}

    def note(self, name: Name, origin: Origin, value: JSON) -> None:
        """Note a value that a name has if it comes from an origin."""
        known = self._values.setdefault((name, origin), [])
        if not any(value is other for other in known):
            known.append(value)

    def values(self, bits: int) -> list[tuple[Origin, list[JSON]]]:
        """Return the origins that bits stand for, each with the values that are known from there."""
        return [(entry[1], self._values.get(entry, [])) for entry in self._entries(bits)]

    def certain(self, name: Name) -> int:
        """Return the bit that says that a name is certainly there."""
        number = self._names.setdefault(name, len(self._names))
        return 1 << number

    def possible(self, name: Name, origin: Origin) -> int:
        """Return the bit that says that a name may be there, from an origin."""
        key = (name, origin)
        number = self._origins.get(key)
        if number is None:
            number = self._origins[key] = len(self._listed)
            self._listed.append(key)
            self._masks[name] = self._masks.get(name, 0) | 1 << number
        return 1 << number

    def mask(self, name: Name) -> int:
        """Return the bits of all origins of a name."""
        return self._masks.get(name, 0)

    def origins(self, bits: int) -> list[Origin]:
        """Return the origins that bits stand for, in the order in which these came up."""
        return [origin for _, origin in self._entries(bits)]

    def _entries(self, bits: int) -> Iterator[tuple[Name, Origin]]:
        while bits:
            lowest = bits & -bits
            yield self._listed[lowest.bit_length() - 1]
            bits ^= lowest

    def facts(self, name: Name, origin: Origin) -> Facts:
        """Return the facts that a name is there, from one origin."""
        return Facts(self.certain(name), self.possible(name, origin))

    def overlaid(self, facts: Facts, written: Iterable[str], origin: Origin) -> Facts:
        """Return the facts once the branch has these variables from an origin, and from no other one."""
        certain, possible = facts
        for variable in written:
            name = Name("branch", variable)
            own = self.possible(name, origin)
            certain |= self.certain(name)
            possible = possible & ~self.mask(name) | own
        return Facts(certain, possible)
