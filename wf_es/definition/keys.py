"""The keys a workflow or task may have are tables; this is what a row says.

Adding a key of the language means one row here or there: its name, the field
of the model it fills, how its value is read and when its expressions are
evaluated.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

import msgspec

from wf_es.definition.nodes import Node
from wf_es.definition.passage import Moment, Passage
from wf_es.envelope import JSON

Read = Callable[[Node, Passage], JSON]
"""A reader: from a node to a value for the model; None means "as if not given"."""

_ELSEWHERE = {
    "requires": "; it belongs to tasks of workflows of type 'reverse'",
    "policies": "; write its keys directly under the task",
    "on-finish": "; the key for both outcomes is 'on-complete'",
    "on-failure": "; the key for a failed task is 'on-error'",
}
"""Keys that people write where they have no meaning."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key of the language. Without a ``field`` the value is only checked."""

    read: Read
    field: str = ""
    moment: Moment = Moment.BEFORE


def read_keys(node: Node, passage: Passage, keys: Mapping[str, Key]) -> dict[str, JSON]:
    """Read a mapping by a table of keys; return values by model field."""
    fields: dict[str, JSON] = {}
    for name, name_node, value in node.entries():
        key = keys.get(name)
        if key is None:
            report_unknown_key(name, name_node, passage, keys)
            continue
        inner = passage.within(name, key.moment)
        read = key.read(value, inner)
        if read is not None and key.field:
            fields[key.field] = read
    return fields


def report_unknown_key(name: str, node: Node, passage: Passage, keys: Mapping[str, Key]) -> None:
    """Report a key that is in no table, with the key that was probably meant."""
    hint = passage.report.suggestion(name, keys) or _ELSEWHERE.get(name)
    words = f": Additional properties are not allowed ('{name}' was unexpected)"
    passage.problem("E104", node, f"unknown key '{name}'{hint or words}")
    if name.startswith("on") or _resembles(name, ("on-success", "on-complete", "join", "next")):
        passage.doubt("transitions", "variables")
    elif _resembles(name, ("publish", "input", "vars", "with-items")):
        passage.doubt("variables")


def _resembles(name: str, keys: Sequence[str]) -> bool:
    return bool(difflib.get_close_matches(name, keys, n=1, cutoff=0.5))
