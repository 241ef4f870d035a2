"""The document and the keys of a workflow in the schema, with what an editor shows for each."""

from __future__ import annotations

from wf_es.envelope import JSON

_HEX = "[0-9a-fA-F]"
_UUID = rf"^{_HEX}{{8}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{12}}$"

VERSION: dict[str, JSON] = {
    "description": "The version of the language.",
    "enum": ["2.0", 2.0],
    "examples": ["2.0"],
}
"""The key that begins every text."""

DOCUMENT: dict[str, JSON] = {
    "title": "Workflows",
    "description": "A list of workflows in the language of Mistral, version 2.",
    "type": "object",
    "required": ["version"],
    "minProperties": 2,
    "properties": {
        "version": VERSION,
    },
    "propertyNames": {"pattern": r"^\S+$", "maxLength": 255, "not": {"pattern": _UUID}},
    "additionalProperties": {"$ref": "#/$defs/workflow"},
}
"""The outermost mapping: the version, and one key per workflow."""

WORKFLOW: dict[str, JSON] = {
    "description": "One workflow.",
    "type": "object",
    "required": ["tasks"],
    "properties": {
        "name": {
            "description": "Written into stored texts by Mistral; ignored.",
            "deprecated": True,
            "examples": ["ship"],
        },
        "version": {
            "description": "Written into stored texts by Mistral; ignored.",
            "deprecated": True,
            "examples": ["2.0"],
        },
        "type": {
            "description": "direct: transitions lead from task to task. reverse: tasks require each other.",
            "enum": ["direct", "reverse"],
            "examples": ["reverse"],
        },
        "description": {
            "description": "What the workflow is for; for the reader.",
            "examples": ["ships an order"],
        },
        "tags": {
            "description": "Words to find the workflow by; copied to each execution.",
            "$ref": "#/$defs/tags",
            "examples": [["billing"]],
        },
        "input": {
            "description": "What an execution is started with: names, or names with a default.",
            "type": "array",
            "items": {"$ref": "#/$defs/parameter"},
            "minItems": 1,
            "uniqueItems": True,
            "examples": [["order", {"express": False}]],
        },
        "vars": {
            "description": "Variables that are set at the start; expressions see the input.",
            "$ref": "#/$defs/variables",
            "examples": [{"limit": "<% $.amount * 2 %>"}],
        },
        "output": {
            "description": "The result of an execution that succeeds; without it, all variables.",
            "$ref": "#/$defs/mapping",
            "examples": [{"total": "<% $.total %>"}],
        },
        "output-on-error": {
            "description": "Added to the result of an execution that fails.",
            "$ref": "#/$defs/mapping",
            "examples": [{"step": "<% $.step %>"}],
        },
        "task-defaults": {
            "description": "Policies and transitions for every task that does not say otherwise.",
            "$ref": "#/$defs/taskDefaults",
            "examples": [{"on-error": "clean_up", "timeout": 60}],
        },
        "tasks": {
            "description": "The work: at least one task by its name.",
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"\S", "maxLength": 255},
            "examples": [{"greet": {"action": 'std.echo output="hello"'}}],
        },
    },
    "additionalProperties": False,
    "if": {"required": ["type"], "properties": {"type": {"const": "reverse"}}},
    "then": {"properties": {"tasks": {"additionalProperties": {"$ref": "#/$defs/reverseTask"}}}},
    "else": {"properties": {"tasks": {"additionalProperties": {"$ref": "#/$defs/directTask"}}}},
}
"""One workflow; what its tasks may hold depends on its type."""
