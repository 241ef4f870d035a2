"""The workflow document as a JSON Schema, for editors and other tools.

It says of the structure what the readers say: which keys there are, what kind
of value each takes, and what is needed. What only they can say (whether a task
exists, an expression can be parsed, a join can ever run) is not in it. Keys
and kinds are tables here as there, and a test holds the two together.

``workflow.json`` beside this file is the same as text, for tools that want a
file; ``wf-es schema workflow`` prints it.
"""

from __future__ import annotations

import copy

from wf_es.definition.schema.kinds import KINDS
from wf_es.definition.schema.tasks import CLAUSES, COMMON, DEFAULTS_ONLY, DIRECT_ONLY, POLICIES, REVERSE_ONLY
from wf_es.definition.schema.workflows import DOCUMENT, WORKFLOW
from wf_es.envelope import JSON

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The version of JSON Schema in which the schema is written."""


def workflow_schema() -> dict[str, JSON]:
    """Return the schema of a workflow document; each call gives a copy of its own."""
    schema = {
        "$schema": DIALECT,
        "$id": "urn:wf-es:schema:workflow:2.0",
        **DOCUMENT,
        "$defs": {
            "workflow": WORKFLOW,
            "directTask": _task({**COMMON, **POLICIES, **DIRECT_ONLY, **CLAUSES}),
            "reverseTask": _task({**COMMON, **POLICIES, **REVERSE_ONLY}),
            "taskDefaults": _mapping({**POLICIES, **CLAUSES, **DEFAULTS_ONLY}),
            **KINDS,
        },
    }
    return copy.deepcopy(schema)


def _task(properties: dict[str, JSON]) -> dict[str, JSON]:
    excluded = {"required": ["action", "workflow"]}
    return {
        "description": "One task: what to run, with which input, and what follows.",
        **_mapping(properties),
        "not": excluded,
    }


def _mapping(properties: dict[str, JSON]) -> dict[str, JSON]:
    return {"type": "object", "minProperties": 1, "properties": properties, "additionalProperties": False}
