"""The schema of test files, and the readers that it speaks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.wf_es.testing import test_expecting, test_orders, test_results
from wf_es.testing import schema as written
from wf_es.testing import suite_schema
from wf_es.testing.expecting import EXPECT_KEYS, TASK_KEYS
from wf_es.testing.orders import ORDER_KEYS
from wf_es.testing.reading import CASE_KEYS, SUITE_KEYS
from wf_es.testing.results import GIVEN_KEYS, RESULT_KEYS

EXAMPLES = sorted((Path(__file__).parents[3] / "docs" / "examples" / "tests").glob("*.test.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(suite_schema())


def is_valid(text: str) -> bool:
    """Return whether the schema accepts a text."""
    return bool(VALIDATOR.is_valid(yaml.safe_load(text)))


@pytest.mark.parametrize(
    ("schema", "keys"),
    [
        (written.SUITE, SUITE_KEYS),
        (written.CASE, CASE_KEYS),
        (written.GIVEN, GIVEN_KEYS),
        (written.RESULT, RESULT_KEYS),
        (written.COMMAND, ORDER_KEYS),
        (written.EXPECT, EXPECT_KEYS),
        (written.TASK, TASK_KEYS),
    ],
)
def test_schema_and_readers_know_the_same_keys(schema: dict[str, Any], keys: dict[str, Any]) -> None:
    """In the same order, each with a description."""
    assert list(schema) == list(keys)
    assert all(key["description"].endswith(".") for key in schema.values())


def test_the_schema_is_one() -> None:
    """Tools that read it do not stumble."""
    jsonschema.Draft202012Validator.check_schema(suite_schema())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_valid(example: Path) -> None:
    """What the readers accept, the schema accepts."""
    assert is_valid(example.read_text())


OF_RESULTS = [text for text in test_results.WRONG if not text.startswith("{success: <%")]
"""What only a parser of expressions finds is not in the schema."""

OF_ORDERS = [
    "{at: 3}",
    "{command: puase}",
    "{command: stop, state: PAUSED}",
    "{command: pause, at: soon}",
    "pause",
]


@pytest.mark.parametrize("text", OF_RESULTS)
def test_mistakes_in_results_are_refused(text: str) -> None:
    """As by the readers."""
    assert not is_valid(f"files: [a]\ncases: {{c: {{given: {{tasks: {{a: {text}}}}}, expect: {{}}}}}}")


@pytest.mark.parametrize("text", OF_ORDERS)
def test_mistakes_in_commands_are_refused(text: str) -> None:
    """As by the readers, but for what depends on the command."""
    assert text in test_orders.WRONG
    assert not is_valid(f"files: [a]\ncases: {{c: {{commands: [{text}], expect: {{}}}}}}")


@pytest.mark.parametrize("text", test_expecting.WRONG)
def test_mistakes_in_expectations_are_refused(text: str) -> None:
    """As by the readers."""
    assert not is_valid(f"files: [a]\ncases: {{c: {{expect: {{{text}}}}}}}")
