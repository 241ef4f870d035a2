"""The kinds of values in the schema: what several keys have in common."""

from __future__ import annotations

from wf_es.definition.values import RESERVED_VARIABLES
from wf_es.envelope import JSON

_YAQL = r"<%(?:(?!%>)[\s\S])*%>"
_JINJA = r"\{\{(?:(?!\}\})[\s\S])*\}\}"
_WHOLE = rf"(?:{_YAQL}|{_JINJA})"

_NAMED = {"not": {"enum": list(RESERVED_VARIABLES)}}

KINDS: dict[str, JSON] = {
    "expression": {
        "description": "Exactly one expression, YAQL or Jinja.",
        "type": "string",
        "pattern": rf"^{_WHOLE}\s*$",
        "examples": ["<% $.count > 3 %>", "{{ _.count > 3 }}"],
    },
    "text": {"description": "Text that is not empty.", "type": "string", "pattern": r"\S"},
    "tags": {
        "description": "A list of different texts.",
        "type": "array",
        "items": {"$ref": "#/$defs/text"},
        "minItems": 1,
        "uniqueItems": True,
    },
    "mapping": {
        "description": "A mapping; expressions may stand anywhere in its values.",
        "type": "object",
        "minProperties": 1,
    },
    "variables": {
        "description": "A mapping of names to values, with expressions anywhere in the values.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": _NAMED,
    },
    "flag": {
        "description": "True or false, or exactly one expression.",
        "anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/expression"}],
    },
    "seconds": {
        "description": "Seconds from 0 on, perhaps with a fraction, or exactly one expression.",
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1_000_000_000},
            {"$ref": "#/$defs/expression"},
        ],
    },
    "count": {
        "description": "A whole number from 0 on, or exactly one expression.",
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": 1_000_000},
            {"$ref": "#/$defs/expression"},
        ],
    },
    "parameter": {
        "description": "The name of an input, or its name with a default.",
        "anyOf": [
            {"type": "string", "pattern": r"\S", "maxLength": 255, **_NAMED},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "propertyNames": {"pattern": r"\S", "maxLength": 255, **_NAMED},
            },
        ],
    },
    "items": {
        "description": "Text: a name, the word in, and one expression or a list in brackets.",
        "type": "string",
        "pattern": rf"^\s*[\w-]+\s+in\s+(?:\[[\s\S]*\]|{_WHOLE})\s*$",
    },
    "retry": {
        "description": "A mapping of count, delay, break-on and continue-on.",
        "type": "object",
        "required": ["count", "delay"],
        "properties": {
            "count": {
                "description": "How many retries there are at most, the first attempt not counted.",
                "$ref": "#/$defs/count",
                "examples": [3],
            },
            "delay": {
                "description": "Seconds between the end of an attempt and the next one.",
                "$ref": "#/$defs/seconds",
                "examples": [0.5, 10],
            },
            "break-on": {
                "description": "After a failure: give up if this holds.",
                "$ref": "#/$defs/expression",
                "examples": ["<% task().result.status = 404 %>"],
            },
            "continue-on": {
                "description": "After a success: try again as long as this holds.",
                "$ref": "#/$defs/expression",
                "examples": ["<% task().result.state != done %>"],
            },
        },
        "additionalProperties": False,
    },
    "publish": {
        "description": "A mapping of scopes (branch, global, atomic) to variables.",
        "type": "object",
        "minProperties": 1,
        "properties": {
            "branch": {
                "description": "Variables for the tasks that follow.",
                "$ref": "#/$defs/variables",
                "examples": [{"total": "<% task().result %>"}],
            },
            "global": {
                "description": "Variables for the whole execution, visible at once.",
                "$ref": "#/$defs/variables",
                "examples": [{"seen": True}],
            },
            "atomic": {
                "description": "As global, computed from the newest values: no update is lost.",
                "$ref": "#/$defs/variables",
                "examples": [{"done": "<% global(done) + 1 %>"}],
            },
        },
        "additionalProperties": False,
    },
    "transition": {
        "description": "A task or an engine command, or one of them with a guard.",
        "anyOf": [{"$ref": "#/$defs/text"}, {"$ref": "#/$defs/guarded"}],
    },
    "guarded": {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"$ref": "#/$defs/expression"},
    },
    "next": {
        "description": "A transition (a task or a command, perhaps with a guard), or a list of them.",
        "anyOf": [
            {"$ref": "#/$defs/transition"},
            {
                "type": "array",
                "items": {"$ref": "#/$defs/transition"},
                "minItems": 1,
                "uniqueItems": True,
            },
        ],
    },
    "clause": {
        "description": "A transition, a list of them, or a mapping of publish and next.",
        "anyOf": [
            {"$ref": "#/$defs/next"},
            {
                "type": "object",
                "minProperties": 1,
                "properties": {
                    "publish": {
                        "description": "What is published when this clause applies, by scope.",
                        "$ref": "#/$defs/publish",
                        "examples": [{"branch": {"total": "<% task().result %>"}}],
                    },
                    "next": {
                        "description": "What follows: a transition, or a list of them.",
                        "$ref": "#/$defs/next",
                        "examples": ["next_task", [{"other": "<% $.count > 3 %>"}, "fail"]],
                    },
                },
                "additionalProperties": False,
            },
        ],
    },
    "requires": {
        "description": "A task, or a list of different tasks.",
        "anyOf": [
            {"$ref": "#/$defs/text"},
            {"type": "array", "items": {"$ref": "#/$defs/text"}, "minItems": 1, "uniqueItems": True},
        ],
    },
}
"""Every kind by its name under ``$defs``."""
