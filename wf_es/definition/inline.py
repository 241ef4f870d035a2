"""Inline parameters: ``std.http url=<% $.url %> method="GET"``.

The name is everything up to the first white space, ``=`` or ``(``. What
follows are ``key=value`` pairs, separated by white space, or all of them in
parentheses and separated by commas: ``fail(msg="no luck")``. A value is

* in quotes: text as it stands, there are no escapes;
* a list ``[...]`` or mapping ``{...}``, read as YAML;
* anything up to the next white space (within parentheses also up to a comma
  or the closing one), read as an unquoted YAML scalar: true, null, 1.5, word.

Expressions may stand anywhere in a value and are never cut apart.

Mistral reads quoted text, expressions, lists, true, false, null and digits
like this, and silently drops the rest; here the rest is read as YAML, and what
cannot be read is a problem.
"""

from __future__ import annotations

import re

import msgspec

from wf_es.definition.nodes import Node
from wf_es.definition.problems import shown
from wf_es.definition.text import UnusableScalar, flow_value, plain_value
from wf_es.envelope import JSON
from wf_es.errors import DefinitionError

_OPENING = re.compile(r"<%|\{\{|\{%|\{#")
_CLOSINGS = {"<%": "%>", "{{": "}}", "{%": "%}", "{#": "#}"}
_BARE_NAME = re.compile(r"[\w.-]+")
_KEY = re.compile(r"([\w-]+)=")
_BRACKETS = {"[": "]", "{": "}"}
_PRIVATE_USE = range(0xE000, 0xF8FF)


class Inline(msgspec.Struct, frozen=True, kw_only=True):
    """A name with its inline parameters.

    ``offsets`` says where in the text the value of each parameter begins (behind
    the quote, if there is one); ``faults`` are (offset, message) of what cannot
    be read.
    """

    name: str
    parameters: dict[str, JSON] = {}
    offsets: dict[str, int] = {}
    faults: tuple[tuple[int, str], ...] = ()


def parameters_node(inline: Inline, node: Node) -> Node:
    """Return the parameters as a node of their own; ``node`` is the text they stand in."""
    parameters = Node(inline.parameters, node.place)
    parameters.members = {}
    for key, value in inline.parameters.items():
        place = node.place_of(inline.offsets[key])
        source = value if isinstance(value, str) else ""
        parameters.members[key] = (Node(key, place), Node(value, place, source, (0, len(source))))
    return parameters


def expression_spans(text: str) -> dict[int, int]:
    """Return where expressions begin and end; an opening without a closing is none.

    Written so that the time stays linear in the length, whatever the text.
    """
    last = {closing: text.rfind(closing) for closing in _CLOSINGS.values()}
    spans: dict[int, int] = {}
    position = 0
    while found := _OPENING.search(text, position):
        closing = _CLOSINGS[found.group()]
        position = found.end()
        if position <= last[closing]:
            position = text.index(closing, position) + len(closing)
            spans[found.start()] = position
    return spans


def read_inline(text: str) -> Inline:
    """Split a text into its name and its parameters."""
    if _BARE_NAME.fullmatch(text):
        return Inline(name=text)
    return _Scanner(text).read()


def read_parameters(text: str) -> Inline:
    """Read parameters that stand alone, without a name before them."""
    return _Scanner(text).read(is_named=False)


def read_collection(text: str) -> tuple[JSON, str]:
    """Read a YAML collection in which expressions may hold any character; also say what is wrong."""
    mark = next(chr(code) for code in _PRIVATE_USE if chr(code) not in text)
    expressions: list[str] = []
    pieces: list[str] = []
    position = 0
    for start, end in expression_spans(text).items():
        pieces += [text[position:start], f"{mark}{len(expressions)}{mark}"]
        expressions.append(text[start:end])
        position = end
    value, fault = flow_value("".join([*pieces, text[position:]]))
    hidden = re.compile(f"{mark}(\\d+){mark}")
    return _restored(value, hidden, expressions), hidden.sub(lambda m: expressions[int(m.group(1))], fault)


def _unreadable(offset: int, message: str) -> DefinitionError:
    return DefinitionError(message, offset=offset)


class _Scanner:
    """Walks over the text once; ``_position`` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._expressions = expression_spans(text)
        self._in_parentheses = False
        self._parameters: dict[str, JSON] = {}
        self._offsets: dict[str, int] = {}

    def read(self, is_named: bool = True) -> Inline:
        """Read all of the text; a fault ends the reading."""
        self._skip_blanks()
        start = self._position
        if is_named:
            self._skip_until("=(")
        name = self._text[start : self._position]
        faults: tuple[tuple[int, str], ...] = ()
        try:
            self._read_parameters()
        except DefinitionError as error:
            faults = ((error.details["offset"], error.message),)
        return Inline(name=name, parameters=self._parameters, offsets=self._offsets, faults=faults)

    def _read_parameters(self) -> None:
        self._skip_blanks()
        if self._next() == "(":
            self._in_parentheses = True
            self._position += 1
        while True:
            self._skip_blanks(also=",")
            if self._in_parentheses and self._next() == ")":
                self._position += 1
                self._skip_blanks()
                self._in_parentheses = False
                if self._next():
                    raise _unreadable(self._position, f"unexpected text {self._rest()} after ')'")
            if not self._next():
                break
            self._read_parameter()
        if self._in_parentheses:
            raise _unreadable(len(self._text), "')' is missing at the end of the parameters")

    def _read_parameter(self) -> None:
        found = _KEY.match(self._text, self._position)
        if not found:
            message = f"cannot read {self._rest()}: parameters are written key=value, no spaces around '='"
            raise _unreadable(self._position, message)
        key = found.group(1)
        if key in self._parameters:
            raise _unreadable(self._position, f"inline parameter '{key}' is given twice")
        self._position = found.end()
        self._offsets[key] = self._position
        self._parameters[key] = self._read_value(key)

    def _read_value(self, key: str) -> JSON:
        first = self._next()
        if first in ('"', "'"):
            value: JSON = self._read_quoted(key, first)
        elif first in _BRACKETS and self._position not in self._expressions:
            value = self._read_collection(key)
        else:
            return self._read_word(key)
        if not self._is_at_end_of_value():
            raise _unreadable(
                self._position, f"unexpected text {self._rest()} after the value of parameter '{key}'"
            )
        return value

    def _read_quoted(self, key: str, quote: str) -> str:
        start = self._position + 1
        self._position = start
        while self._next() and self._next() != quote:
            self._step()
        if not self._next():
            self._position = self._text.find(quote, start)
        if self._position < 0:
            self._position = len(self._text)
            raise _unreadable(start - 1, f"the quoted value of parameter '{key}' has no closing {quote}")
        self._position += 1
        self._offsets[key] = start
        return self._text[start : self._position - 1]

    def _read_collection(self, key: str) -> JSON:
        start = self._position
        end = self._end_of_collection(start)
        if end is None:
            closing = _BRACKETS[self._text[start]]
            raise _unreadable(start, f"the value of parameter '{key}' has no closing {closing}")
        value, fault = read_collection(self._text[start:end])
        if fault:
            raise _unreadable(start, f"the value of parameter '{key}' cannot be read: {fault}")
        self._position = end
        return value

    def _end_of_collection(self, start: int) -> int | None:
        """Return where the list or mapping that begins at ``start`` ends."""
        expected: list[str] = []
        self._position = start
        while character := self._next():
            if character in ('"', "'"):
                self._skip_quoted(character)
                continue
            if self._position in self._expressions:
                self._step()
                continue
            if character in _BRACKETS:
                expected.append(_BRACKETS[character])
            elif character == expected[-1]:
                expected.pop()
            self._position += 1
            if not expected:
                return self._position
        return None

    def _skip_quoted(self, quote: str) -> None:
        closing = self._text.find(quote, self._position + 1)
        self._position = len(self._text) if closing < 0 else closing + 1

    def _read_word(self, key: str) -> JSON:
        start = self._position
        self._skip_until(",)" if self._in_parentheses else "")
        word = self._text[start : self._position]
        if not word:
            raise _unreadable(start, f"parameter '{key}' has no value; write {key}=\"\" for an empty text")
        if expression_spans(word):
            return word
        value = plain_value(word)
        if isinstance(value, UnusableScalar):
            raise _unreadable(start, value.reason)
        return value

    def _next(self) -> str:
        return self._text[self._position : self._position + 1]

    def _rest(self) -> str:
        return shown(self._text[self._position :])

    def _step(self) -> None:
        """Go on by one character, or over one whole expression."""
        self._position = self._expressions.get(self._position, self._position + 1)

    def _skip_blanks(self, also: str = "") -> None:
        while self._next() and (self._next().isspace() or self._next() in also):
            self._position += 1

    def _skip_until(self, ends: str) -> None:
        while self._next() and not self._next().isspace() and self._next() not in ends:
            self._step()

    def _is_at_end_of_value(self) -> bool:
        following = self._next()
        return (
            not following
            or following.isspace()
            or following == ","
            or (self._in_parentheses and following == ")")
        )


def _restored(value: JSON, hidden: re.Pattern[str], expressions: list[str]) -> JSON:
    if isinstance(value, str):
        return hidden.sub(lambda found: expressions[int(found.group(1))], value)
    if isinstance(value, list):
        return [_restored(item, hidden, expressions) for item in value]
    if isinstance(value, dict):
        return {
            _restored(key, hidden, expressions): _restored(item, hidden, expressions)
            for key, item in value.items()
        }
    return value
