"""From YAML text to nodes, and from plain data to YAML text. Only file that knows yaml.

YAML can do more than a workflow needs, and much of that is dangerous or
surprising. What is read here is JSON written in YAML:

* no anchors, aliases, merge keys and tags, and one document per text;
* a key may occur once and is text (a number is taken as it is written);
* dates, sets and the like are plain text; ``yes``, ``on``, ``0x1f`` and
  ``1:30`` mean what they mean to Mistral (YAML 1.1); NaN, infinity and
  integers beyond 64 bits are refused;
* a plain scalar may begin with ``@``, as in Mistral.

Nothing of yaml's own tree building is used: it recurses (the C one until the
process dies), follows aliases and lets foreign errors escape. Its event
stream is a plain iteration; the depth is counted event by event, so a text
that is nested too deeply is refused before it costs anything.

``@`` cannot begin a plain scalar in YAML. While yaml looks at the text every
``@`` is therefore swapped for a character that the text does not contain:
one for one, so that all places stay right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

import msgspec
import yaml

from wf_es.definition.characters import has_no_surrogates, hint_at, is_acceptable, unused_character
from wf_es.definition.model import Place
from wf_es.definition.nodes import Node
from wf_es.definition.problems import Report, shown
from wf_es.envelope import JSON
from wf_es.limits import DefinitionLimits

_BACKEND = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TYPES = {
    "tag:yaml.org,2002:null": "null",
    "tag:yaml.org,2002:bool": "bool",
    "tag:yaml.org,2002:int": "int",
    "tag:yaml.org,2002:float": "float",
}
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_LONGEST_NUMBER = 100
_LINE_WIDTH = 1_000_000
_START = Place(1, 1)


class _Mark(Protocol):
    """A place in yaml's terms, counted from 0; both of its parsers have such a class."""

    index: int
    line: int
    column: int


class UnusableScalar(msgspec.Struct, frozen=True):
    """What :func:`plain_value` gives for a number that cannot be kept."""

    reason: str


def read_text(text: str, report: Report, limits: DefinitionLimits) -> Node | None:
    """Read one YAML document into nodes.

    Args:
        text: what the author wrote; a byte order mark at its start is ignored.
        report: where problems go; a node is also given when there are some.
        limits: sizes above which nothing is read.

    Returns:
        The root node, or None if there is none or the text cannot be read.
    """
    text = text.removeprefix("\ufeff")
    if not is_acceptable(text, report, limits):
        return None
    stand_in = unused_character(text) if "@" in text else ""
    try:
        return _Reading(text, report, limits, stand_in).root()
    except yaml.MarkedYAMLError as error:
        _report_syntax(error, report, text, stand_in)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # yaml in pure Python lets errors of chr() escape for "\UFFFFFFFF"
        report.add("E100", _START, f"Definition could not be parsed: {error}")
    return None


def plain_value(text: str) -> JSON | UnusableScalar:
    """Return what an unquoted YAML scalar means: null, a boolean, a number or text."""
    kind = _kind_of(text)
    if kind == "null":
        return None
    if kind == "bool":
        return yaml.constructor.SafeConstructor.bool_values[text.lower()]
    if kind in ("int", "float"):
        return _number(text, kind)
    return text


def flow_value(text: str) -> tuple[JSON, str]:
    """Read a list or mapping written in one line; return it and what is wrong."""
    report = Report("")
    node = read_text(text, report, DefinitionLimits())
    problems = report.problems
    return (node.data if node else None), (problems[0].message if problems else "")


def write_text(data: Mapping[str, JSON]) -> str:
    """Return plain data as readable YAML, keys in their order."""
    written: str = yaml.dump(
        data,
        Dumper=_BlockDumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_LINE_WIDTH,
    )
    return written


class _BlockDumper(_DUMPER):  # type: ignore[misc, valid-type]
    """Writes texts of several lines as blocks, and never an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_text(self, data: str) -> yaml.ScalarNode:
        """Represent a text, one with line breaks in literal style."""
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)  # type: ignore[no-any-return]

    yaml_representers: ClassVar[dict[type, Callable[..., yaml.Node]]] = {
        **_DUMPER.yaml_representers,
        str: represent_text,
    }


class _Open:
    """A mapping or list whose end has not been seen yet."""

    __slots__ = ("has_key", "key", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.key: Node | None = None
        self.has_key = False


class _Reading:
    """One pass over the events of yaml, building nodes with a stack of our own."""

    def __init__(self, text: str, report: Report, limits: DefinitionLimits, stand_in: str) -> None:
        self._text = text
        self._report = report
        self._limits = limits
        self._stand_in = stand_in
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._documents = 0
        self._events = 0

    def root(self) -> Node | None:
        """Read everything; return the root, or None where reading had to stop."""
        text = self._text.replace("@", self._stand_in) if self._stand_in else self._text
        for event in yaml.parse(text, Loader=_BACKEND):
            if not self._take(event) or self._is_too_much(event):
                return None
        return self._root

    def _is_too_much(self, event: yaml.Event) -> bool:
        self._events += 1
        if self._events <= self._limits.values:
            return self._report.is_full
        stated = self._limits.stated("values")
        message = f"the text has more than {self._limits.values} keys and values, {stated}; split it up"
        self._report.add("E101", _place(event), message)
        return True

    def _take(self, event: yaml.Event) -> bool:
        if isinstance(event, yaml.ScalarEvent):
            self._check_properties(event)
            self._add(self._scalar(event))
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._check_properties(event)
            return self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._add(self._open.pop().node)
        elif isinstance(event, yaml.AliasEvent):
            self._refuse_alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            return self._begin_document(event)
        return True

    def _begin_document(self, event: yaml.DocumentStartEvent) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._report.add(
                "E102", _place(event), "a second YAML document begins here; put each into a text of its own"
            )
        return self._documents == 1

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> bool:
        if len(self._open) >= self._limits.nesting:
            stated = self._limits.stated("nesting")
            message = f"nested more than {self._limits.nesting} levels deep, {stated}; flatten the data"
            self._report.add("E101", _place(event), message)
            return False
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        node = Node({} if is_mapping else [], _place(event))
        if is_mapping:
            node.members = {}
        else:
            node.items = []
        self._open.append(_Open(node))
        return True

    def _add(self, node: Node) -> None:
        """Put a finished node where it belongs."""
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if parent.node.items is not None:
            parent.node.items.append(node)
            parent.node.data.append(node.data)
        elif parent.has_key:
            parent.has_key = False
            self._add_member(parent, node)
        else:
            parent.has_key = True
            parent.key = self._as_key(node)

    def _add_member(self, parent: _Open, node: Node) -> None:
        key, members = parent.key, parent.node.members
        if key is None or members is None:
            return
        if key.data in members:
            first = members[key.data][0].place
            message = f"key '{key.data}' is given twice; the first one is in line {first.line}"
            self._report.add("E103", key.place, message)
            return
        members[key.data] = (key, node)
        parent.node.data[key.data] = node.data

    def _as_key(self, node: Node) -> Node | None:
        """Return the key as text; None (and a problem) if it cannot be one."""
        written = node.written
        if written == "<<":
            self._report.add("E102", node.place, "merge keys (<<) are not supported; write the keys out")
            return None
        if isinstance(node.data, str):
            return node
        if isinstance(node.data, (int, float)) and not isinstance(node.data, bool):
            node.data = written
            return node
        if node.members is not None or node.items is not None:
            message = "a key must be text, not a collection; an expression like {{ _.x }} must be in quotes"
        else:
            message = (
                f"key `{written}` is read as {shown(node.data)}, not as text; write it in quotes: '{written}'"
            )
        self._report.add("E114", node.place, message)
        return None

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        place = _place(event)
        text = event.value.replace(self._stand_in, "@") if self._stand_in else event.value
        span = (_index(event.start_mark), _index(event.end_mark))
        value: JSON | UnusableScalar = text
        if event.implicit[0]:
            value = plain_value(text)
            if isinstance(value, UnusableScalar):
                self._report.add("E115", place, value.reason)
                value = text
        elif not has_no_surrogates(text):
            self._report.add(
                "E115", place, "the text holds half of a surrogate pair; write the whole character"
            )
            value = ""
        return Node(value, place, self._text, span)

    def _check_properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            message = f"anchors (&{event.anchor}) are not supported; put text that begins with & in quotes"
            self._report.add("E102", _place(event), self._restored(message))
        if event.tag is not None:
            message = f"tags ({event.tag}) are not supported; put text that begins with ! in quotes"
            self._report.add("E102", _place(event), self._restored(message))

    def _refuse_alias(self, event: yaml.AliasEvent) -> None:
        message = (
            f"aliases (*{event.anchor}) are not supported: repeat the value, or quote text beginning with *"
        )
        self._report.add("E102", _place(event), self._restored(message))
        self._add(Node(f"*{event.anchor}", _place(event)))

    def _restored(self, message: str) -> str:
        return message.replace(self._stand_in, "@") if self._stand_in else message


def _report_syntax(error: yaml.MarkedYAMLError, report: Report, text: str, stand_in: str) -> None:
    mark = error.problem_mark or error.context_mark
    place = _place_of_mark(mark)
    words = [error.context, error.problem]
    if error.context and error.context_mark and mark and error.context_mark.line != mark.line:
        words[0] = f"{error.context} that begins in line {error.context_mark.line + 1}"
    message = f"Definition could not be parsed: {', '.join(filter(None, words))}"
    hint = hint_at(text, place)
    report.add("E100", place, (message.replace(stand_in, "@") if stand_in else message) + hint)


def _kind_of(text: str) -> str | None:
    """Return null, bool, int or float for what YAML 1.1 reads so, else None."""
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], ()):
        if pattern.match(text):
            return _TYPES.get(tag)
    return None


def _number(text: str, kind: str) -> JSON | UnusableScalar:
    """Return the number a text stands for, as PyYAML reads it."""
    too_large = UnusableScalar(f"number {shown(text)} is too large; write it in quotes to keep it as text")
    if len(text) > _LONGEST_NUMBER:
        return too_large
    constructor = yaml.constructor.SafeConstructor()
    node = yaml.ScalarNode(f"tag:yaml.org,2002:{kind}", text)
    try:
        if kind == "int":
            integer: int = constructor.construct_yaml_int(node)
            return integer if _SMALLEST <= integer <= _LARGEST else too_large
        number: float = constructor.construct_yaml_float(node)
    except ValueError:
        return text
    if math.isfinite(number):
        return number
    return UnusableScalar(f"{text} is not a number that can be stored; write it in quotes to keep it as text")


def _place(event: yaml.Event) -> Place:
    return _place_of_mark(event.start_mark)


def _place_of_mark(mark: _Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else _START


def _index(mark: _Mark | None) -> int:
    return mark.index if mark else 0
