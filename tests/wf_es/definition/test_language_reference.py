"""The examples of the reference pages do what the pages say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wf_es.definition import CODES, ActionSpec, read_actions, read_workbook, read_workflows
from wf_es.definition.adhoc import ACTION_KEYS
from wf_es.definition.defaults import DEFAULTS_KEYS
from wf_es.definition.policies import RETRY_KEYS
from wf_es.definition.tasks import REVERSE_TASK_KEYS, TASK_KEYS
from wf_es.definition.workbooks import WORKBOOK_KEYS
from wf_es.definition.workflows import WORKFLOW_KEYS

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
LANGUAGE = (FOLDER / "workflow-language.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", (FOLDER / "problem-codes.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[
    1:
]
ACTIONS = {
    "std.noop": ActionSpec(name="std.noop", inputs={}),
    "std.echo": ActionSpec(name="std.echo", inputs={"output": True, "delay": False}),
    "std.http": ActionSpec(name="std.http", inputs={}, any_input=True),
    "std.test_dict": ActionSpec(name="std.test_dict", inputs={"size": False}),
}


def examples_in(page: str, kind: str = "") -> list[str]:
    """Return the YAML blocks of a page."""
    return re.findall(rf"^```yaml{kind}\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", examples_in(LANGUAGE))
def test_examples_of_the_language_have_no_problems(text: str) -> None:
    """Each example can be uploaded as it stands, once all of it is run."""
    reading = read_workflows(text, actions=ACTIONS)
    assert [str(problem) for problem in reading.problems] == []
    assert reading.workflows


def test_the_examples_of_other_texts_have_no_problems() -> None:
    """Ad-hoc actions and workbooks are texts of their own kind."""
    (actions,), (workbook,) = examples_in(LANGUAGE, " actions"), examples_in(LANGUAGE, " workbook")
    assert read_actions(actions, actions=ACTIONS).problems == ()
    assert read_workbook(workbook, actions=ACTIONS).problems == ()


def test_every_key_is_on_the_page() -> None:
    """A key that is added to the tables must be added to the page."""
    tables = (
        TASK_KEYS,
        REVERSE_TASK_KEYS,
        WORKFLOW_KEYS,
        DEFAULTS_KEYS,
        RETRY_KEYS,
        ACTION_KEYS,
        WORKBOOK_KEYS,
    )
    keys = {key for table in tables for key in table} - {"version"}
    assert [key for key in sorted(keys) if f"`{key}`" not in LANGUAGE] == []


def test_every_code_is_explained() -> None:
    """The page has one section per code, with the same title, in order."""
    assert [section.splitlines()[0] for section in SECTIONS] == [f"{code} {CODES[code]}" for code in CODES]


@pytest.mark.parametrize("section", SECTIONS, ids=[section[:4] for section in SECTIONS])
def test_examples_of_problems_and_their_fixes(section: str) -> None:
    """The first example has the problem, the second has none."""
    wrong, right = examples_in(section)
    found = read_workflows(wrong, actions=ACTIONS).problems
    assert section[:4] in {problem.code for problem in found}
    reading = read_workflows(right, actions=ACTIONS)
    assert [str(problem) for problem in reading.problems] == []
