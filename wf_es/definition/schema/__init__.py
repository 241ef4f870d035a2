"""The texts of the language as JSON Schemas, for editors and other tools.

It says of the structure what the readers say: which keys there are, what kind
of value each takes, and what is needed. What only they can say (whether a task
exists, an expression can be parsed, a join can ever run) is not in it. Keys
and kinds are tables here as there, and a test holds the two together.

``workflow.json``, ``actions.json`` and ``workbook.json`` beside this file are the
same as text, for tools that want a file; ``wf-es schema`` prints them.
"""

from __future__ import annotations

import copy

from wf_es.definition.schema.kinds import KINDS
from wf_es.definition.schema.tasks import CLAUSES, COMMON, DEFAULTS_ONLY, DIRECT_ONLY, POLICIES, REVERSE_ONLY
from wf_es.definition.schema.workbooks import ACTION, ACTIONS_DOCUMENT, WORKBOOK_DOCUMENT
from wf_es.definition.schema.workflows import DOCUMENT, WORKFLOW
from wf_es.envelope import JSON

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The version of JSON Schema in which the schema is written."""


def workflow_schema() -> dict[str, JSON]:
    """Return the schema of a workflow document; each call gives a copy of its own."""
    return _schema("workflow", DOCUMENT, {**_workflow(), **KINDS})


def actions_schema() -> dict[str, JSON]:
    """Return the schema of a list of ad-hoc actions; each call gives a copy of its own."""
    kinds = {name: KINDS[name] for name in ("text", "tags", "mapping", "parameter")}
    return _schema("actions", ACTIONS_DOCUMENT, {"action": ACTION, **kinds})


def workbook_schema() -> dict[str, JSON]:
    """Return the schema of a workbook; each call gives a copy of its own."""
    return _schema("workbook", WORKBOOK_DOCUMENT, {"action": ACTION, **_workflow(), **KINDS})


def _schema(name: str, document: dict[str, JSON], definitions: dict[str, JSON]) -> dict[str, JSON]:
    schema = {"$schema": DIALECT, "$id": f"urn:wf-es:schema:{name}:2.0", **document, "$defs": definitions}
    return copy.deepcopy(schema)


def _workflow() -> dict[str, JSON]:
    return {
        "workflow": WORKFLOW,
        "directTask": _task({**COMMON, **POLICIES, **DIRECT_ONLY, **CLAUSES}),
        "reverseTask": _task({**COMMON, **POLICIES, **REVERSE_ONLY}),
        "taskDefaults": _mapping({**POLICIES, **CLAUSES, **DEFAULTS_ONLY}),
    }


def _task(properties: dict[str, JSON]) -> dict[str, JSON]:
    excluded = {"required": ["action", "workflow"]}
    return {
        "description": "One task: what to run, with which input, and what follows.",
        **_mapping(properties),
        "not": excluded,
    }


def _mapping(properties: dict[str, JSON]) -> dict[str, JSON]:
    return {"type": "object", "minProperties": 1, "properties": properties, "additionalProperties": False}
