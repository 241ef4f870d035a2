"""The outermost mapping of the schema: version and names, as the readers see them."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from wf_es.definition import read_workflows
from wf_es.definition.schema import workflow_schema
from wf_es.definition.text import write_text
from wf_es.envelope import JSON

VALIDATOR = Draft202012Validator(workflow_schema())
WORKFLOW: JSON = {"tasks": {"a": {"action": "std.noop"}}}

NAMES = ["w", "w.x-1", "\u00e4", "w" * 255, "12345678-1234", "w" * 256, "a b", "", "a\tb"]
NAMES += ["1234567a-1234-1234-1234-1234567890ab", "ABCDEF7a123412341234123456789012"]
VERSIONS: list[JSON] = ["2.0", 2.0, 2, "2", "3.0", 3, True, None, ["2.0"]]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_the_same_for_both(name: str) -> None:
    """A name that cannot be stored is underlined while it is typed."""
    document = {"version": "2.0", name: WORKFLOW}
    assert VALIDATOR.is_valid(document) is not bool(read_workflows(write_text(document)).errors)


@pytest.mark.parametrize("version", VERSIONS, ids=repr)
def test_versions_are_the_same_for_both(version: JSON) -> None:
    """As text or as a number."""
    document = {"version": version, "w": WORKFLOW}
    assert VALIDATOR.is_valid(document) is not bool(read_workflows(write_text(document)).errors)


@pytest.mark.parametrize("document", [{}, {"version": "2.0"}, {"w": WORKFLOW}, [], None, "text"])
def test_what_is_no_document_is_refused_by_both(document: JSON) -> None:
    """A version and at least one workflow."""
    text = write_text(document) if isinstance(document, dict) else str(document)
    assert not VALIDATOR.is_valid(document)
    assert read_workflows(text).errors
