"""Readers for what comes from outside: commands at a moment.

commands:
- {at: 30, command: pause}
- {at: 90, command: resume}
- {command: skip, task: deploy}   when nothing else is going to happen
"""

from __future__ import annotations

from wf_es.definition.keys import Key
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Passage
from wf_es.definition.problems import listed
from wf_es.testing.model import Order
from wf_es.testing.values import OneOf, exactly, fields_of, read_object, read_seconds, read_text

_ENDS = ("SUCCESS", "ERROR", "CANCELLED")

COMMANDS = {
    "pause": ("message",),
    "resume": ("env",),
    "cancel": ("message",),
    "stop": ("state", "message"),
    "rerun": ("task", "context", "input"),
    "continue": ("task", "context", "published", "result"),
    "skip": ("task",),
}
"""Every command, and what it may say beside ``at``."""

_NEEDED = {"stop": ("state",), "rerun": ("task",), "continue": ("task",), "skip": ("task",)}

ORDER_KEYS = {
    "command": Key(read=OneOf(*COMMANDS), field="command"),
    "at": Key(read=read_seconds, field="at"),
    "task": Key(read=read_text, field="task"),
    "message": Key(read=read_text, field="message"),
    "state": Key(read=OneOf(*_ENDS), field="state"),
    "env": Key(read=read_object, field="env"),
    "context": Key(read=read_object, field="context"),
    "input": Key(read=read_object, field="input"),
    "published": Key(read=read_object, field="published"),
    "result": Key(read=exactly, field="result"),
}
"""Every key of a command."""


def read_order(node: Node, passage: Passage) -> Order | None:
    """Read one command; None if it cannot be carried out as it stands."""
    fields = fields_of(node, passage, ORDER_KEYS)
    if node.members is None:
        return None
    if "command" not in node.members:
        passage.problem("E107", node, f"a command is missing; give 'command': {listed(COMMANDS)}")
    command = fields.pop("command", None)
    if command is None:
        return None
    for name, name_node, _ in node.entries():
        if name in ORDER_KEYS and name not in ("command", "at", *COMMANDS[command]):
            passage.problem("E112", name_node, f"'{name}' has no meaning for the command '{command}'")
    for name in _NEEDED.get(command, ()):
        if name not in node.members:
            passage.problem("E107", node, f"the command '{command}' needs '{name}'")
    at, task = fields.pop("at", None), fields.pop("task", None)
    if "result" in fields:
        fields["result"] = fields["result"].value
    return Order(command=command, at=at, task=task, fields=fields, place=node.place)
