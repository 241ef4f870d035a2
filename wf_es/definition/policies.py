"""Readers for the policies: waiting, trying again, timeouts, pauses.

A policy is a number, true or false as written here, or one whole expression
that will give it. Seconds may have fractions; counts may not. All of them are
bounded, so that no due time lies beyond the calendar.
"""

from __future__ import annotations

from wf_es.definition.inline import parameters_node, read_parameters
from wf_es.definition.keys import Key, read_keys
from wf_es.definition.model import RetrySpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Moment, Passage
from wf_es.definition.problems import shown
from wf_es.definition.values import (
    is_filled_mapping,
    read_flag,
    read_text_value,
    read_whole_expression,
)
from wf_es.envelope import JSON
from wf_es.expressions import Template, template
from wf_es.expressions.recognition import may_hold_expression

LONGEST_WAIT = 1_000_000_000
"""Seconds that a policy may wait: more than thirty years."""

LARGEST_COUNT = 1_000_000
"""Retries of one task, or items running at once."""


def read_seconds(node: Node, passage: Passage) -> Template | None:
    """Read a number of seconds from 0 on, or one expression."""
    if isinstance(node.data, str) and may_hold_expression(node.data):
        return read_whole_expression(node, passage)
    if _is_number(node.data, (int, float)):
        return _bounded(node, passage, LONGEST_WAIT, "seconds")
    _refuse(node, passage, "a number of seconds from 0 on, or one expression")
    return None


def read_count(node: Node, passage: Passage) -> Template | None:
    """Read a whole number from 0 on, or one expression."""
    if isinstance(node.data, str) and may_hold_expression(node.data):
        return read_whole_expression(node, passage)
    if _is_number(node.data, (int,)):
        return _bounded(node, passage, LARGEST_COUNT, "")
    _refuse(node, passage, "a whole number from 0 on, or one expression")
    return None


def read_retry(node: Node, passage: Passage) -> RetrySpec | None:
    """Read a mapping, or the same keys as parameters in one line."""
    if isinstance(node.data, str):
        return _read_line(node, passage)
    return _read_keys(node, passage) if is_filled_mapping(node, passage) else None


def _read_line(node: Node, passage: Passage) -> RetrySpec | None:
    text = read_text_value(node, passage)
    if text is None:
        return None
    inline = read_parameters(text)
    for offset, message in inline.faults:
        passage.problem("E111", node.place_of(offset), message)
    return None if inline.faults else _read_keys(parameters_node(inline, node), passage)


def _read_keys(node: Node, passage: Passage) -> RetrySpec | None:
    fields = read_keys(node, passage, RETRY_KEYS)
    for name in ("count", "delay"):
        if name not in (node.members or {}):
            message = f"'{name}' is a required property of 'retry'; give both 'count' and 'delay'"
            passage.problem("E107", node, message)
    return RetrySpec(**fields) if {"count", "delay"} <= fields.keys() else None


RETRY_KEYS = {
    "count": Key(read=read_count, field="count"),
    "delay": Key(read=read_seconds, field="delay"),
    "break-on": Key(read=read_whole_expression, field="break_on", moment=Moment.AFTER),
    "continue-on": Key(read=read_whole_expression, field="continue_on", moment=Moment.AFTER),
}
"""Every key of ``retry``."""

POLICY_KEYS = {
    "pause-before": Key(read=read_flag, field="pause_before"),
    "wait-before": Key(read=read_seconds, field="wait_before"),
    "wait-after": Key(read=read_seconds, field="wait_after", moment=Moment.AFTER),
    "fail-on": Key(read=read_flag, field="fail_on", moment=Moment.AFTER),
    "retry": Key(read=read_retry, field="retry"),
    "timeout": Key(read=read_seconds, field="timeout"),
    "concurrency": Key(read=read_count, field="concurrency"),
}
"""Every policy, in the order in which they take effect."""


def _is_number(value: JSON, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _bounded(node: Node, passage: Passage, largest: int, unit: str) -> Template | None:
    number = node.data
    if number < 0:
        _refuse(node, passage, "0 or more")
    elif number > largest:
        unit = f" {unit}" if unit else ""
        passage.problem(
            "E105", node, f"{passage.here} is {shown(number)}{unit}; the largest is {largest}{unit}"
        )
    else:
        return template(number)
    return None


def _refuse(node: Node, passage: Passage, expected: str) -> None:
    words = f"{shown(node.data)} is not valid under any of the given schemas"
    passage.problem("E105", node, f"{passage.here} must be {expected}: {words}")
