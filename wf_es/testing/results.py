"""Readers for what actions give.

    deploy: success                       it ends at once, with null
    deploy: {success: {url: x}, after: 5}  after five seconds, with this result
    deploy: {error: "disk full"}          or cancelled, or never
    deploy: [error, error, success]       one after the other

A task is named by its name, or by its path from the outermost workflow
(``release/deploy``); the longest path that fits counts.
"""

from __future__ import annotations

from wf_es.definition.keys import Key
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Moment, Passage
from wf_es.definition.problems import listed, shown
from wf_es.definition.values import read_template
from wf_es.execution.lifecycle import CANCELLED, ERROR, SUCCESS
from wf_es.expressions import Template
from wf_es.testing.model import Ending, Endings, Given
from wf_es.testing.values import MappingOf, fields_of, read_seconds, read_yes

STATES = {"success": SUCCESS, "error": ERROR, "cancelled": CANCELLED, "never": None}
"""The words for how an action ends, and the states that they mean."""


def _read_value(node: Node, passage: Passage) -> Template | None:
    return read_template(node, passage)


RESULT_KEYS = {
    "success": Key(read=_read_value, field="success", moment=Moment.BEFORE),
    "error": Key(read=_read_value, field="error", moment=Moment.BEFORE),
    "cancelled": Key(read=read_yes, field="cancelled"),
    "never": Key(read=read_yes, field="never"),
    "after": Key(read=read_seconds, field="after"),
}
"""Every key of what one action gives."""


def read_endings(node: Node, passage: Passage) -> Endings | None:
    """Read how actions end: one way for all, or a list of ways."""
    if node.items is None:
        ending = _read_ending(node, passage)
        return None if ending is None else Endings(endings=(ending,), place=node.place)
    if not node.items:
        passage.problem("E106", node, f"{passage.here} is empty; say how the first action ends")
        return None
    read = [_read_ending(item, passage.within(str(index))) for index, item in enumerate(node.items)]
    endings = tuple(ending for ending in read if ending is not None)
    return Endings(endings=endings, in_turn=True, place=node.place)


def _read_ending(node: Node, passage: Passage) -> Ending | None:
    if isinstance(node.data, str) and node.data in STATES:
        return Ending(state=STATES[node.data])
    if node.members is None:
        form = f"{listed(STATES)}, or a mapping with one of these"
        passage.problem("E105", node, f"{passage.here} must be {form}, not {shown(node.data)}")
        return None
    fields = fields_of(node, passage, RESULT_KEYS)
    given = [word for word in STATES if word in node.members]
    if len(given) != 1:
        words = "says more than one end" if given else "does not say how the action ends"
        code = "E112" if given else "E107"
        passage.problem(code, node, f"{passage.here} {words}: give {listed(STATES)}, and only one")
        return None
    return Ending(state=STATES[given[0]], value=_value(fields, given[0]), after=fields.get("after", 0.0))


def _value(fields: dict[str, object], word: str) -> Template | None:
    value = fields.get(word)
    return value if isinstance(value, Template) else None


GIVEN_KEYS = {
    "tasks": Key(read=MappingOf(read_endings), field="tasks"),
    "actions": Key(read=MappingOf(read_endings), field="actions"),
}
"""Every key of ``given``."""


def read_given(node: Node, passage: Passage) -> Given:
    """Read what is given, by task and by action."""
    return Given(**fields_of(node, passage, GIVEN_KEYS))
