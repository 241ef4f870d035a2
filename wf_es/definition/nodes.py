"""Plain data that remembers where its author wrote it.

A :class:`Node` is one YAML value: ``data`` is the JSON value that the rest of
wf_es works with, everything else serves messages. Keys are nodes too, so a
message can point at the key as well as at its value, and into both: an
expression that is broken in the third line of a folded scalar is reported in
that line.

How a character of a value is found in the text: YAML changes white space
(folding, indentation) and quoting (escapes), but it never drops, adds or
reorders visible characters. So the n-th visible character of a value is the
n-th visible character of what the author wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wf_es.definition.model import Place
from wf_es.envelope import JSON

_UNITS = {
    "'": re.compile(r"''|.", re.DOTALL),
    '"': re.compile(r"\\(?:x.{2}|u.{4}|U.{8}|\r\n|.)|.", re.DOTALL),
}
_PLAIN_UNIT = re.compile(r".", re.DOTALL)
_BLANK_ESCAPES = frozenset("0abtnvfre N_LP\t\r\n")
"""Characters after a backslash that stand for white space or nothing visible.

``\\0``, ``\\a``, ``\\b`` and ``\\e`` are control characters: not white space,
but they cannot stand in front of an expression in practice and no message is
worse for pointing a few columns aside.
"""

_Cursor = tuple[int, int, Place]
"""An offset in a value with its index in the source and its place."""

_NOWHERE: _Cursor = (2**63, 0, Place(0, 0))


class Node:
    """One YAML value with its place.

    ``members`` holds the (key, value) nodes of a mapping by key, ``items``
    the nodes of a list; both are None for a scalar.
    """

    __slots__ = ("_cursor", "_end", "_source", "_start", "_style", "data", "items", "members", "place")

    def __init__(self, data: JSON, place: Place, source: str = "", span: tuple[int, int] = (0, 0)) -> None:
        """Keep the value, its place, and which part of ``source`` it was read from."""
        self.data = data
        self.place = place
        self.members: dict[str, tuple[Node, Node]] | None = None
        self.items: list[Node] | None = None
        self._source = source
        self._start, self._end = span
        self._style = source[self._start : self._start + 1]
        self._cursor = _NOWHERE

    @property
    def written(self) -> str:
        """The author's own characters of a scalar."""
        return self._source[self._start : self._end].strip()

    def entries(self) -> Iterator[tuple[str, Node, Node]]:
        """Yield key, key node and value node of a mapping, in the author's order."""
        for key, (key_node, value) in (self.members or {}).items():
            yield key, key_node, value

    def at(self, path: Sequence[str | int]) -> Node:
        """Return the node at a path, or the deepest one on the way that exists."""
        node = self
        for step in path:
            child = node._child(step)
            if child is None:
                break
            node = child
        return node

    def place_of(self, offset: int) -> Place:
        """Return the place of the character ``offset`` of a text value.

        Asking for one offset after the other costs one walk over the text.
        """
        if not isinstance(self.data, str) or not self._source:
            return self.place
        passed, index, place = self._cursor if self._cursor[0] <= offset else self._beginning()
        visible = sum(not character.isspace() for character in self.data[passed:offset])
        found = self._index_of_visible(visible, index)
        if found is None:
            return self.place
        self._cursor = (offset, found, _advance(place, self._source, index, found))
        return self._cursor[2]

    def places(self, prefix: str = "", without: Sequence[str] = ()) -> Iterator[tuple[str, Place]]:
        """Yield a dotted name and a place for everything inside.

        A scalar stands where it is written, a collection where its key is.
        """
        for key, key_node, value in self.entries():
            if key in without:
                continue
            yield from _named_places(f"{prefix}{key}", key_node.place, value)
        for index, item in enumerate(self.items or ()):
            yield from _named_places(f"{prefix}{index}", item.place, item)

    def _child(self, step: str | int) -> Node | None:
        if isinstance(step, str):
            return self.members[step][1] if self.members and step in self.members else None
        return self.items[step] if self.items and step < len(self.items) else None

    def _beginning(self) -> _Cursor:
        """Return where the content begins: behind a quote or the header of a block."""
        index = self._start
        if self._style in ("|", ">"):
            index = _end_of_line(self._source, index, self._end)
        elif self._style in _UNITS:
            index += 1
        return (0, index, _advance(self.place, self._source, self._start, index))

    def _index_of_visible(self, count: int, start: int) -> int | None:
        """Return the index in the source of the visible character number ``count``."""
        pattern = _UNITS.get(self._style, _PLAIN_UNIT)
        for unit in pattern.finditer(self._source, start, self._end):
            if _is_visible(unit.group(), self._style):
                if count == 0:
                    return unit.start()
                count -= 1
        return None


def _named_places(name: str, key_place: Place, value: Node) -> Iterator[tuple[str, Place]]:
    if value.members is None and value.items is None:
        yield name, value.place
        return
    yield name, key_place
    yield from value.places(f"{name}.")


def _is_visible(unit: str, style: str) -> bool:
    if style == '"' and unit[0] == "\\":
        return unit[1] not in _BLANK_ESCAPES
    return not unit.isspace()


def _end_of_line(source: str, start: int, end: int) -> int:
    found = re.compile(r"[\r\n]").search(source, start, end)
    return found.start() if found else end


def _advance(place: Place, source: str, start: int, index: int) -> Place:
    """Return the place of ``index``, knowing that ``place`` is the one of ``start``."""
    passed = source[start:index].replace("\r\n", "\n").replace("\r", "\n")
    lines = passed.count("\n")
    if not lines:
        return Place(place.line, place.column + index - start)
    return Place(place.line + lines, len(passed) - passed.rindex("\n"))
