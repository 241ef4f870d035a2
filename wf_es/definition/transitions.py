"""Readers for ``on-success`` and its sisters, in all the forms Mistral knows.

    on-success: b                               one task or engine command
    on-success: fail msg="no luck"              a command with its message
    on-success: [b, c]                          several, in this order
    on-success: [b: <% $.go %>]                 with a guard
    on-success: {b: <% $.go %>}                 one with a guard
    on-success: {publish: {branch: {x: 1}}, next: [b]}

A name is a task if there is one of this name, and an engine command if not.
"""

from __future__ import annotations

import msgspec

from wf_es.definition.inline import Inline, expression_spans, parameters_node, read_inline
from wf_es.definition.model import Clause, Publish, TransitionSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Moment, Passage
from wf_es.definition.problems import listed, shown
from wf_es.definition.values import (
    check_unique,
    is_filled_mapping,
    read_template,
    read_text_value,
    read_variables,
    read_whole_expression,
)
from wf_es.expressions import Template

COMMANDS = ("fail", "succeed", "pause", "noop")
"""Engine commands that a transition may name instead of a task."""

CLAUSES = ("on-success", "on-error", "on-complete", "on-skip")
"""The keys that hold transitions."""

_ADVANCED_KEYS = {"publish", "next"}
_SCOPES = {"branch": "branch", "global": "global_", "atomic": "atomic"}


def read_clause(node: Node, passage: Passage) -> Clause:
    """Read a clause in any of its forms."""
    keys = set(node.members or ())
    if keys & _ADVANCED_KEYS and not _is_guarded_task(node, keys, passage):
        return _read_advanced(node, passage)
    return Clause(next=_read_next(node, passage))


def _is_guarded_task(node: Node, keys: set[str], passage: Passage) -> bool:
    """Whether ``{next: <% ... %>}`` means a task that is called like one of our keys."""
    if len(keys) > 1 or not keys & set(passage.tasks):
        return False
    return all(isinstance(guard, str) and expression_spans(guard) for guard in node.data.values())


def _read_advanced(node: Node, passage: Passage) -> Clause:
    publish: Publish | None = None
    following: tuple[TransitionSpec, ...] = ()
    for key, key_node, value in node.entries():
        inner = passage.within(key)
        if key == "publish":
            publish = _read_publish(value, inner)
        elif key == "next":
            following = _read_next(value, inner)
        else:
            message = f"unknown key '{key}' beside 'publish' and 'next'; transitions belong under 'next'"
            passage.problem("E104", key_node, message)
            passage.doubt("transitions")
    return Clause(publish=publish, next=following)


def _read_publish(node: Node, passage: Passage) -> Publish | None:
    if not is_filled_mapping(node, passage):
        passage.doubt("variables")
        return None
    scopes: dict[str, Template | None] = {}
    for key, key_node, value in node.entries():
        if key in _SCOPES:
            scopes[_SCOPES[key]] = read_variables(value, passage.within(key, Moment.BEFORE))
        else:
            hint = passage.report.suggestion(key, _SCOPES) or f"; write {listed(_SCOPES)}, variables under it"
            passage.problem("E104", key_node, f"unknown key '{key}'{hint}")
            passage.doubt("variables")
    return Publish(**scopes)


def _read_next(node: Node, passage: Passage) -> tuple[TransitionSpec, ...]:
    """Read one transition, or a list of them."""
    if node.items is None:
        found = _read_transition(node, passage)
        return () if found is None else (found,)
    if not node.items:
        passage.problem("E106", node, f"'{passage.key}' is empty: [] should be non-empty")
    check_unique(node, passage)
    read = [_read_transition(item, passage) for item in node.items]
    return tuple(transition for transition in read if transition is not None)


def _read_transition(node: Node, passage: Passage) -> TransitionSpec | None:
    """Read ``name`` or ``{name: guard}``."""
    if isinstance(node.data, str):
        is_blank = read_text_value(node, passage) is None
        return None if is_blank else _read_target(node, passage)
    if node.members is not None and len(node.members) == 1:
        ((_, name_node, guard_node),) = node.entries()
        target = _read_target(name_node, passage)
        guard = read_whole_expression(guard_node, passage.within(name_node.data, Moment.AFTER))
        return None if target is None else msgspec.structs.replace(target, guard=guard)
    passage.doubt("transitions")
    if node.members:
        message = (
            "several transitions in one mapping; write a list with one per item: [a: <% ... %>, b: <% ... %>]"
        )
    else:
        message = (
            f"{shown(node.data)} is no transition (is not valid under any of the given schemas); give a name"
        )
    passage.problem("E116", node, message)
    return None


def _read_target(node: Node, passage: Passage) -> TransitionSpec | None:
    """Read the name of a task, or an engine command with its parameters."""
    text: str = node.data
    if text in passage.tasks:
        return TransitionSpec(target=text, place=node.place)
    inline = read_inline(text)
    if inline.name in passage.tasks or inline.name in COMMANDS:
        for offset, message in inline.faults:
            passage.problem("E111", node.place_of(offset), message)
        return _transition(inline, node, passage)
    passage.doubt("transitions")
    if expression_spans(inline.name):
        message = f"the target {shown(text)} is an expression; name a task, and choose with guards"
        passage.problem("E116", node, message)
    else:
        hint = passage.report.suggestion(inline.name, [*passage.tasks, *COMMANDS])
        passage.problem("E201", node, f"Task '{inline.name}' not found{hint}")
    return None


def _transition(inline: Inline, node: Node, passage: Passage) -> TransitionSpec:
    is_task = inline.name in passage.tasks
    allowed = () if is_task or inline.name == "noop" else ("msg",)
    for key in inline.parameters:
        if key not in allowed:
            takes = f"takes only {listed(allowed)}" if allowed else "takes no parameters"
            place = node.place_of(inline.offsets[key])
            passage.problem("E116", place, f"'{inline.name}' {takes}, not '{key}'")
    if is_task:
        return TransitionSpec(target=inline.name, place=node.place)
    message = None
    if "msg" in inline.parameters:
        message_node = parameters_node(inline, node).at(["msg"])
        message = read_template(message_node, passage.within("msg", Moment.AFTER))
    return TransitionSpec(target=inline.name, command=inline.name, message=message, place=node.place)
