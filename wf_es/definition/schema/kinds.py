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
    "text": {"type": "string", "pattern": r"\S"},
    "tags": {"type": "array", "items": {"$ref": "#/$defs/text"}, "uniqueItems": True},
    "mapping": {"type": "object", "minProperties": 1},
    "variables": {"type": "object", "minProperties": 1, "propertyNames": _NAMED},
    "flag": {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/expression"}]},
    "seconds": {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1_000_000_000},
            {"$ref": "#/$defs/expression"},
        ]
    },
    "count": {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": 1_000_000},
            {"$ref": "#/$defs/expression"},
        ]
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
        "type": "string",
        "pattern": rf"^\s*[\w-]+\s+in\s+(?:\[[\s\S]*\]|{_WHOLE})\s*$",
    },
    "retry": {
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
        "description": "What is published when this clause applies, by scope.",
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
                "description": "Accepted, as in Mistral.",
                "$ref": "#/$defs/variables",
                "examples": [{"seen": True}],
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
        "anyOf": [
            {"$ref": "#/$defs/transition"},
            {
                "type": "array",
                "items": {"$ref": "#/$defs/transition"},
                "minItems": 1,
                "uniqueItems": True,
            },
        ]
    },
    "clause": {
        "anyOf": [
            {"$ref": "#/$defs/next"},
            {
                "type": "object",
                "minProperties": 1,
                "properties": {
                    "publish": {"$ref": "#/$defs/publish"},
                    "next": {"description": "What follows.", "$ref": "#/$defs/next"},
                },
                "additionalProperties": False,
            },
        ]
    },
    "requires": {
        "anyOf": [
            {"$ref": "#/$defs/text"},
            {"type": "array", "items": {"$ref": "#/$defs/text"}, "minItems": 1, "uniqueItems": True},
        ]
    },
}
"""Every kind by its name under ``$defs``."""
