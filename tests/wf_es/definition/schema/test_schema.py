"""The JSON Schema and the readers say the same of the structure of a text."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import wf_es.definition.schema
from wf_es.definition import read_workflows
from wf_es.definition.policies import LARGEST_COUNT, LONGEST_WAIT, RETRY_KEYS
from wf_es.definition.schema import actions_schema, workbook_schema, workflow_schema
from wf_es.definition.tasks import REVERSE_TASK_KEYS, TASK_KEYS
from wf_es.definition.text import write_text
from wf_es.definition.workflows import WORKFLOW_KEYS
from wf_es.envelope import JSON

FOLDER = Path(wf_es.definition.schema.__file__).parent
SCHEMAS = {"workflow": workflow_schema, "actions": actions_schema, "workbook": workbook_schema}
SCHEMA = workflow_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

STRUCTURE = {"E103", "E104", "E105", "E106", "E107", "E110", "E112", "E113", "E303", "E403"}
"""What the schema must see, too."""

EITHER = {"E109", "E111", "E116", "E117"}
"""What it sees only in part: the content of names, parameters, transitions and items."""

DOCUMENT: dict[str, JSON] = {
    "version": "2.0",
    "direct": {
        "description": {"any": "thing"},
        "tags": ["a", "b"],
        "input": ["x", {"y": None}],
        "vars": {"v": "<% $.x %>"},
        "output": {"o": ["{{ _.v }}"]},
        "output-on-error": {"e": 1},
        "task-defaults": {"on-error": "c", "retry": {"count": 1, "delay": 0.5}, "safe-rerun": True},
        "tasks": {
            "a": {
                "action": "std.echo output=1",
                "with-items": ["i in <% $.x %>", "j in [1, 2]"],
                "concurrency": 2,
                "on-success": [{"b": "<% $.x %>"}, "fail msg='no'"],
                "timeout": 1.5,
                "keep-result": False,
                "publish": {"p": 1},
            },
            "b": {
                "workflow": "other k=1",
                "input": "{{ _.x }}",
                "retry": "count=2 delay=1",
                "wait-before": "<% $.x %>",
                "join": "all",
                "on-complete": {
                    "publish": {"branch": {"q": 1}, "global": {"g": 2}},
                    "next": {"c": "<% $.x %>"},
                },
            },
            "c": {
                "input": {"k": [1]},
                "retry": {"count": 3, "delay": "<% $.x %>", "break-on": "<% $.x %>"},
                "pause-before": True,
                "fail-on": "<% $.x %>",
                "description": "last",
                "join": 1,
            },
        },
    },
    "backward": {
        "type": "reverse",
        "tasks": {
            "a": {"action": "std.noop"},
            "b": {"requires": ["a"], "wait-after": 1},
            "c": {"requires": "b"},
        },
    },
}

VALUES: list[JSON] = [
    *(None, True, 0, -1, 3, 1.5, LONGEST_WAIT + 1, LARGEST_COUNT + 1),
    *("", " ", "x", "a", "all", "<% $.x %>", "text <% $.x %>", "<% $.x %><% $.x %>", "{{ _.x }}", "i in [1]"),
    *([], ["a"], ["a", "a"], [1], [["a"]], [{"a": "<% $.x %>"}]),
    *(
        {},
        {"a": None},
        {"a": "<% $.x %>"},
        {"next": "a"},
        {"publish": {"branch": {"x": 1}}},
        {"openstack": 1},
    ),
]
KEYS = sorted({*TASK_KEYS, *REVERSE_TASK_KEYS, *WORKFLOW_KEYS, *RETRY_KEYS, "branch", "next", "colour"})


def change(data: JSON, generator: random.Random) -> JSON:
    """Replace, remove or add one value somewhere in the data."""
    if isinstance(data, dict) and data and generator.random() < 0.9:
        key = generator.choice(list(data))
        action = generator.random()
        if action < 0.08:
            return {name: value for name, value in data.items() if name != key}
        if action < 0.16:
            return {**data, generator.choice(KEYS): generator.choice(VALUES)}
        return {**data, key: change(data[key], generator)}
    if isinstance(data, list) and data and generator.random() < 0.8:
        index = generator.randrange(len(data))
        return [*data[:index], change(data[index], generator), *data[index + 1 :]]
    return generator.choice(VALUES)


def agreement(data: JSON) -> str:
    """Return what is wrong with the two verdicts on a document, or nothing."""
    text = write_text(data) if isinstance(data, dict) else json.dumps(data)
    errors = read_workflows(text).errors
    codes = {problem.code for problem in errors}
    is_valid = VALIDATOR.is_valid(data)
    if codes & STRUCTURE and is_valid:
        return "\n".join(["only the readers refuse", text, *map(str, errors)])
    if not codes & (STRUCTURE | EITHER) and not is_valid:
        return "\n".join(
            ["only the schema refuses", text, *(error.message for error in VALIDATOR.iter_errors(data))]
        )
    return ""


def test_the_document_is_fine() -> None:
    """What is changed below has no problems to begin with."""
    assert list(VALIDATOR.iter_errors(DOCUMENT)) == []
    assert [str(problem) for problem in read_workflows(write_text(DOCUMENT)).problems] == []


@pytest.mark.parametrize("seed", range(40))
def test_schema_and_readers_agree_on_changed_documents(seed: int) -> None:
    """One to three changes; the seed repeats a failure."""
    generator = random.Random(seed)
    for _ in range(15):
        data: JSON = DOCUMENT
        for _ in range(generator.randint(1, 3)):
            data = change(data, generator)
        assert agreement(data) == ""


def every_place(data: JSON, value: JSON) -> Iterator[JSON]:
    """Yield the data with one value put into each place in turn."""
    yield value
    if isinstance(data, dict):
        for key in data:
            yield from ({**data, key: changed} for changed in every_place(data[key], value))
    elif isinstance(data, list):
        for index in range(len(data)):
            for changed in every_place(data[index], value):
                yield [*data[:index], changed, *data[index + 1 :]]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_schema_and_readers_agree_on_each_value_in_each_place(value: JSON) -> None:
    """No kind of value is taken by one and refused by the other, wherever it stands."""
    assert [found for data in every_place(DOCUMENT, value) if (found := agreement(data))] == []


def properties(schema: JSON, name: str = "") -> Iterator[tuple[str, dict[str, JSON]]]:
    """Yield every property of a schema with its name."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties" and name not in ("if", "then", "else"):
                yield from value.items()
            if key != "examples":
                yield from properties(value, key)
    elif isinstance(schema, list):
        for item in schema:
            yield from properties(item)


@pytest.mark.parametrize(("name", "least"), [("workflow", 50), ("actions", 9), ("workbook", 65)])
def test_every_key_is_described_and_every_example_fits(name: str, least: int) -> None:
    """An editor can show what each key is for, and its examples are good ones."""
    whole = SCHEMAS[name]()
    found = list(properties(whole))
    assert len(found) >= least
    for key, schema in found:
        assert schema.get("description"), key
        assert schema.get("examples"), key
        validator = Draft202012Validator({**schema, "$defs": whole["$defs"]})
        assert [example for example in schema["examples"] if not validator.is_valid(example)] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_a_schema(name: str) -> None:
    """It keeps the rules of its dialect, and refers to nothing that is not there."""
    schema = SCHEMAS[name]()
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    assert set(re.findall(r"#/\$defs/(\w+)", text)) == set(schema["$defs"])


def test_each_call_gives_a_copy() -> None:
    """Who changes what was returned changes nothing for others."""
    workflow_schema()["$defs"].clear()
    assert workflow_schema() == SCHEMA


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_file_is_up_to_date(name: str) -> None:
    """Write it again with: wf-es schema NAME > wf_es/definition/schema/NAME.json."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert text == json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"
