"""Ad-hoc actions and workbooks: the schema and the readers say the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator

from tests.wf_es.definition.schema.test_schema import EITHER, STRUCTURE, VALUES, every_place
from wf_es.definition import read_actions, read_workbook
from wf_es.definition.adhoc import ACTION_KEYS
from wf_es.definition.schema import actions_schema, workbook_schema
from wf_es.definition.stored import Findings
from wf_es.definition.text import write_text
from wf_es.definition.workbooks import WORKBOOK_KEYS
from wf_es.envelope import JSON

ACTIONS: JSON = {
    "version": "2.0",
    "greet": {
        "description": {"any": "thing"},
        "tags": ["a"],
        "base": "std.echo delay=0",
        "base-input": {"output": "<% $.name %>"},
        "input": ["name", {"greeting": "Hello"}],
        "output": {"text": "<% $ %>"},
    },
    "plain": {"base": "greet name=1"},
}
BOOK: JSON = {
    "version": "2.0",
    "name": "book",
    "description": ["any"],
    "tags": ["t"],
    "actions": {"greet": {"base": "std.echo output=1"}},
    "workflows": {"w": {"tasks": {"a": {"action": "greet"}}}},
}

KINDS: dict[str, tuple[JSON, Draft202012Validator, Callable[[str], Findings]]] = {
    "actions": (ACTIONS, Draft202012Validator(actions_schema()), lambda text: read_actions(text)),
    "workbook": (BOOK, Draft202012Validator(workbook_schema()), lambda text: read_workbook(text)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_document_is_fine(kind: str) -> None:
    """What is changed below has no problems to begin with."""
    document, validator, read = KINDS[kind]
    assert validator.is_valid(document)
    assert read(write_text(document)).problems == ()


@pytest.mark.parametrize("value", [*VALUES, "<% $.x %> a=1", "std.<% $.x %>", "name with=1"], ids=repr)
@pytest.mark.parametrize("kind", KINDS)
def test_schema_and_readers_agree_on_each_value_in_each_place(kind: str, value: JSON) -> None:
    """No kind of value is taken by one and refused by the other, wherever it stands."""
    document, validator, read = KINDS[kind]
    for data in every_place(document, value):
        errors = read(write_text(data) if isinstance(data, dict) else repr(data)).errors
        codes = {problem.code for problem in errors}
        if codes & STRUCTURE:
            assert not validator.is_valid(data), [str(error) for error in errors]
        elif not codes & EITHER:
            assert validator.is_valid(data), data


def test_the_keys_are_those_of_the_readers() -> None:
    """None is missing and none is added."""
    assert set(actions_schema()["$defs"]["action"]["properties"]) == set(ACTION_KEYS)
    assert set(workbook_schema()["properties"]) == set(WORKBOOK_KEYS)


@pytest.mark.parametrize("name", ["a", "a-b_1", "\u00e4", "a.b", "a b", ""])
def test_names_in_a_workbook_are_the_same_for_both(name: str) -> None:
    """Letters, digits, underscore and dash."""
    document = {"version": "2.0", "name": "b", "actions": {name: {"base": "std.noop"}}}
    _, validator, read = KINDS["workbook"]
    assert validator.is_valid(document) is not bool(read(write_text(document)).errors)
