"""A test file as a JSON Schema, for editors and other tools.

It says of the structure what the readers say; a test holds the two together.
Whether the names in it exist, only the readers can say.
"""

from __future__ import annotations

import copy

from wf_es.definition.schema import DIALECT
from wf_es.envelope import JSON
from wf_es.testing.expecting import EXECUTION_STATES, TASK_STATES
from wf_es.testing.orders import COMMANDS
from wf_es.testing.results import STATES
from wf_es.testing.values import LONGEST

_SECONDS: JSON = {"type": "number", "minimum": 0, "maximum": LONGEST}
_COUNT: JSON = {"type": "integer", "minimum": 0}
_YES: JSON = {"const": True}
_OBJECT: JSON = {"type": "object"}
_TEXT: JSON = {"type": "string"}


def _described(description: str, kind: JSON) -> JSON:
    return {"description": description, **kind}


def _keys(properties: dict[str, JSON], **more: JSON) -> JSON:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _named(kind: str) -> JSON:
    return {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{kind}"}}


SUITE: dict[str, JSON] = {
    "files": _described(
        "The definitions: files of workflows, workbooks and ad-hoc actions, from the folder of this file.",
        {"type": "array", "minItems": 1, "items": _TEXT, "examples": [["release.yaml"]]},
    ),
    "clock": _described(
        "What the simulated clock shows when a case begins, in UTC unless it says otherwise.",
        {"type": "string", "examples": ["2026-01-31 12:00:00"]},
    ),
    "seed": _described("Ids and random values follow from it; 0 if it is not given.", _COUNT),
    "environments": _described(
        "Stored environments by name.", {"type": "object", "additionalProperties": _OBJECT}
    ),
    "given": _described("What actions give in all cases.", {"$ref": "#/$defs/given"}),
    "cases": _described("The cases by name.", {**_named("case"), "minProperties": 1}),
}

CASE: dict[str, JSON] = {
    "workflow": _described("The workflow to run; not needed if the files hold only one.", _TEXT),
    "input": _described("Its input.", _OBJECT),
    "params": _described("Parameters of the execution.", _OBJECT),
    "env": _described(
        "Its environment: variables, or the name of an environment.", {"type": ["object", "string"]}
    ),
    "given": _described("What actions give, before what the file gives.", {"$ref": "#/$defs/given"}),
    "commands": _described(
        "What comes from outside.", {"type": "array", "items": {"$ref": "#/$defs/command"}}
    ),
    "expect": _described("What is expected in the end.", {"$ref": "#/$defs/expect"}),
}

GIVEN: dict[str, JSON] = {
    "tasks": _described("Results by task: its name, or a path such as release/deploy.", _named("endings")),
    "actions": _described("Results by the name of the action.", _named("endings")),
}

RESULT: dict[str, JSON] = {
    "success": _described("The action succeeds with this; expressions see its input.", {}),
    "error": _described("The action fails with this; expressions see its input.", {}),
    "cancelled": _described("The action is cancelled.", _YES),
    "never": _described("The action does not end.", _YES),
    "after": _described("So many seconds after it began.", _SECONDS),
}

COMMAND: dict[str, JSON] = {
    "command": _described("What is asked of the execution.", {"enum": list(COMMANDS)}),
    "at": _described("Seconds after the start; without it, when nothing else is going to happen.", _SECONDS),
    "task": _described("The task that is meant: its name, or its path.", _TEXT),
    "message": _described("The reason, for pause, cancel and stop.", _TEXT),
    "state": _described("How a stop ends the execution.", {"enum": ["SUCCESS", "ERROR", "CANCELLED"]}),
    "env": _described("A merge patch on the environment, for resume.", _OBJECT),
    "context": _described("A merge patch on the task's context, for rerun and continue.", _OBJECT),
    "input": _described("A merge patch on the action's input, for rerun.", _OBJECT),
    "published": _described("What the task should have published, for continue.", _OBJECT),
    "result": _described("What the task should have given, for continue.", {}),
}

EXPECT: dict[str, JSON] = {
    "state": _described(
        "How the execution stands in the end; SUCCESS if not given.", {"enum": list(EXECUTION_STATES)}
    ),
    "state-info": _described("A text that the reason for the state contains.", _TEXT),
    "output": _described("The output, exactly.", {}),
    "output-contains": _described("What the output has at least.", {}),
    "variables": _described("What the variables have at least in the end.", _OBJECT),
    "path": _described("All tasks that ran, in the order in which they began.", {"$ref": "#/$defs/path"}),
    "path-includes": _described(
        "Tasks that ran in this order; others may come between.", {"$ref": "#/$defs/path"}
    ),
    "path-excludes": _described("Tasks that did not run.", {"type": "array", "items": _TEXT}),
    "paths": _described("The paths of sub-workflows, by the task that runs them.", _named("path")),
    "tasks": _described("What single tasks came to.", _named("task")),
    "calls": _described(
        "How often actions were called, or what each input had at least; by task or action.", _named("calls")
    ),
    "duration": _described("Seconds on the simulated clock until the last event.", _SECONDS),
}

TASK: dict[str, JSON] = {
    "state": _described("The state of the latest run.", {"enum": list(TASK_STATES)}),
    "state-info": _described("A text that the reason for the state contains.", _TEXT),
    "result": _described("Its result, exactly.", {}),
    "published": _described("What it published at least.", _OBJECT),
    "runs": _described("How many runs there were, rounds of a loop for example.", _COUNT),
    "attempts": _described("How many attempts the latest run took.", _COUNT),
}

_STEP: JSON = {
    "anyOf": [
        _TEXT,
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"enum": list(TASK_STATES)},
        },
    ]
}

_RESULT: JSON = {
    "anyOf": [{"enum": list(STATES)}, _keys(RESULT, oneOf=[{"required": [word]} for word in STATES])]
}


def suite_schema() -> dict[str, JSON]:
    """Return the schema of a test file; each call gives a copy of its own."""
    schema = {
        "$schema": DIALECT,
        "$id": "urn:wf-es:schema:workflow-test:1",
        "title": "Tests of workflows for wf_es",
        **_keys(SUITE, required=["files", "cases"]),
        "$defs": {
            "case": _keys(CASE, required=["expect"]),
            "given": _keys(GIVEN),
            "result": _RESULT,
            "endings": {
                "anyOf": [
                    {"$ref": "#/$defs/result"},
                    {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/result"}},
                ]
            },
            "command": _keys(COMMAND, required=["command"]),
            "expect": _keys(EXPECT),
            "path": {"type": "array", "items": _STEP},
            "task": {"anyOf": [{"enum": list(TASK_STATES)}, _keys(TASK)]},
            "calls": {"anyOf": [_COUNT, {"type": "array"}]},
        },
    }
    return copy.deepcopy(schema)
