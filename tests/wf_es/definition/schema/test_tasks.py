"""The keys of the schema are those of the readers' tables."""

from __future__ import annotations

from jsonschema import Draft202012Validator

from wf_es.definition.defaults import DEFAULTS_KEYS
from wf_es.definition.policies import RETRY_KEYS
from wf_es.definition.schema import workflow_schema
from wf_es.definition.tasks import REVERSE_TASK_KEYS, TASK_KEYS
from wf_es.definition.workflows import WORKFLOW_KEYS

SCHEMA = workflow_schema()


def test_the_schema_has_the_keys_of_the_tables() -> None:
    """A key that is added to a table must be added to the schema."""
    kinds = SCHEMA["$defs"]
    found = {
        name: set(kinds[name]["properties"])
        for name in ("workflow", "directTask", "reverseTask", "taskDefaults", "retry")
    }
    assert found == {
        "workflow": set(WORKFLOW_KEYS),
        "directTask": set(TASK_KEYS),
        "reverseTask": set(REVERSE_TASK_KEYS),
        "taskDefaults": set(DEFAULTS_KEYS),
        "retry": set(RETRY_KEYS),
    }


def test_a_task_is_told_what_its_type_of_workflow_allows() -> None:
    """What is a mistake in one type is right in the other."""
    clause, requirement = {"on-success": "b"}, {"requires": "b"}
    found = [
        Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}).is_valid(task)
        for kind in ("directTask", "reverseTask")
        for task in (clause, requirement)
    ]
    assert found == [True, False, False, True]
