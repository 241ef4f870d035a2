"""Ad-hoc actions and workbooks in the schema, with what an editor shows for each key."""

from __future__ import annotations

from wf_es.definition.schema.workflows import VERSION, WORKFLOW
from wf_es.envelope import JSON

_ITEM_NAMES = {"pattern": r"^[\w-]+$"}

ACTION: dict[str, JSON] = {
    "description": "One action that is made from another one.",
    "type": "object",
    "required": ["base"],
    "properties": {
        "name": {
            "description": "Written into stored texts by Mistral; ignored.",
            "deprecated": True,
            "examples": ["greet"],
        },
        "version": {
            "description": "Written into stored texts by Mistral; ignored.",
            "deprecated": True,
            "examples": ["2.0"],
        },
        "description": {
            "description": "What the action is for; for the reader.",
            "examples": ["says hello"],
        },
        "tags": {
            "description": "Words to find the action by.",
            "$ref": "#/$defs/tags",
            "examples": [["words"]],
        },
        "base": {
            "description": "The action that does the work, perhaps with inline parameters. It may be an "
            "ad-hoc action again.",
            "type": "string",
            "pattern": r"^\s*(?:(?!<%|\{\{|\{%)[^\s=(])+(?:[\s=(]|$)",
            "examples": ["std.echo", 'greet name="Ada"'],
        },
        "base-input": {
            "description": "What the base is given; expressions see the action's own input.",
            "$ref": "#/$defs/mapping",
            "examples": [{"output": "Hello <% $.name %>"}],
        },
        "input": {
            **WORKFLOW["properties"]["input"],
            "description": "What the action is given: names, or names with a default.",
        },
        "output": {
            "description": "The result of the action; in its expressions $ (or _) is the result of the base. "
            "Without it, the result of the base.",
            "examples": [{"text": "<% $ %>"}],
        },
    },
    "additionalProperties": False,
}
"""One ad-hoc action."""

ACTIONS_DOCUMENT: dict[str, JSON] = {
    "title": "Ad-hoc actions",
    "description": "A list of ad-hoc actions in the language of Mistral, version 2.",
    "type": "object",
    "required": ["version"],
    "minProperties": 2,
    "properties": {"version": VERSION},
    "propertyNames": {"pattern": r"^\S+$", "maxLength": 255},
    "additionalProperties": {"$ref": "#/$defs/action"},
}
"""The outermost mapping of an action list: the version, and one key per action."""

WORKBOOK_DOCUMENT: dict[str, JSON] = {
    "title": "Workbook",
    "description": "Actions and workflows that belong together, in the language of Mistral, version 2.",
    "type": "object",
    "required": ["version", "name"],
    "properties": {
        "version": VERSION,
        "name": {
            "description": "The name of the workbook; those of its items begin with it and a dot.",
            "type": "string",
            "pattern": r"^\S+$",
            "maxLength": 255,
            "examples": ["orders"],
        },
        "description": {
            "description": "What the workbook is for; for the reader.",
            "examples": ["all about orders"],
        },
        "tags": {
            "description": "Words to find the workbook by.",
            "$ref": "#/$defs/tags",
            "examples": [["billing"]],
        },
        "actions": {
            "description": "Ad-hoc actions by their short names; its own items find these before others.",
            "type": "object",
            "minProperties": 1,
            "properties": {"version": VERSION},
            "propertyNames": _ITEM_NAMES,
            "additionalProperties": {"$ref": "#/$defs/action"},
            "examples": [{"greet": {"base": 'std.echo output="hello"'}}],
        },
        "workflows": {
            "description": "Workflows by their short names; they call each other by these, too.",
            "type": "object",
            "minProperties": 1,
            "properties": {"version": VERSION},
            "propertyNames": _ITEM_NAMES,
            "additionalProperties": {"$ref": "#/$defs/workflow"},
            "examples": [{"ship": {"tasks": {"greet": {"action": "greet"}}}}],
        },
    },
    "additionalProperties": False,
}
"""A workbook."""
