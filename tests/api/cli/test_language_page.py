"""The reference of every key: complete, in step, and its examples run as it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from api.cli.language_page import (
    EXAMPLES,
    GROUPS,
    PAGE,
    Example,
    Group,
    language_page,
    outcome_words,
    read_example,
    value_words,
    write_language_page,
)
from wf_es.actions import Catalogue
from wf_es.definition import read_actions, read_workbook, read_workflows
from wf_es.definition.schema import actions_schema, workbook_schema, workflow_schema
from wf_es.definition.stored import Findings
from wf_es.envelope import JSON
from wf_es.execution.commands import CompleteAction, ResumeWorkflow, SkipTask
from wf_es.execution.state import ActionExecution, ExecutionState
from wf_es.simulation import Library, Post, World

ROOT = Path(__file__).parents[3]
ACTIONS = Catalogue.standard(plugins=())
ENTRIES = [(group, name) for group in GROUPS for name in group.keys]
FILES = [ROOT / EXAMPLES / group.folder / f"{name}.yaml" for group, name in ENTRIES]
IDS = [f"{group.folder}/{name}" for group, name in ENTRIES]


def test_the_page_is_in_step() -> None:
    """If this fails: python -m api.cli.language_page."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == language_page(ROOT)


def test_the_page_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that the page names does what it says."""
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(write_language_page, [str(tmp_path / "page.md")])
    assert result.exit_code == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == language_page(ROOT)


def keys_of(schema: JSON, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every key of a schema with its description."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties" and name not in ("if", "then", "else"):
                yield from ((inner, found["description"]) for inner, found in value.items())
            if key != "examples":
                yield from keys_of(value, key)
    elif isinstance(schema, list):
        for item in schema:
            yield from keys_of(item)


def test_every_key_of_the_schemas_is_on_the_page() -> None:
    """With the description that the schema gives it."""
    schemas = (workflow_schema(), actions_schema(), workbook_schema())
    wanted = {key for schema in schemas for key in keys_of(schema)}
    shown = {(name, schema["description"]) for group in GROUPS for name, schema in group.keys.items()}
    assert wanted - shown == set()
    assert shown - wanted == set()


def test_every_example_belongs_to_a_key() -> None:
    """None is left over from a key that is gone."""
    assert set((ROOT / EXAMPLES).rglob("*.*")) == set(FILES)


def reading_of(group: Group, text: str, **options: Any) -> Findings:
    """Read a text as the kind that the group is about."""
    read = {"actions": read_actions, "workbook": read_workbook}.get(group.folder, read_workflows)
    return read(text, actions=ACTIONS, **options)


@pytest.mark.parametrize(("entry", "file"), list(zip(ENTRIES, FILES, strict=True)), ids=IDS)
def test_the_example_shows_its_key_and_does_what_it_says(entry: tuple[Group, str], file: Path) -> None:
    """It has no problems, and it ends as told."""
    group, key = entry
    example = read_example(file)
    assert f"{key}:" in example.text
    assert [str(problem) for problem in reading_of(group, example.text).problems] == []
    seconds, state = run(group, example)
    expected = example.how.get("output", {})
    if "action" in example.how:
        expected = {"result": expected}
    assert state.state == example.how.get("state", "SUCCESS"), state.state_info
    assert seconds == example.how.get("seconds", 0)
    if state.state == "SUCCESS":
        assert state.output == expected
    else:
        assert {key: state.output[key] for key in expected} == expected


def run(group: Group, example: Example) -> tuple[float, ExecutionState]:
    """Run an example in a simulated world; return how long that took there, and its end."""
    post = Post()
    world = World(library_of(group, example), observe=post.note)
    name = example.how.get("workflow", next(iter(world.library.workflows)))
    step = world.start(name, input=example.how.get("input", {}), params=example.how.get("params", {}))
    assert step.refusal is None, step.refusal
    player = Player(world, step.after.id, example.how)
    begun = world.now
    post.deliver_all(world)
    while player.moves():
        post.deliver_all(world)
    return (world.now - begun).total_seconds(), world.state(step.after.id)


def library_of(group: Group, example: Example) -> Library:
    """Return what the example can use; an ad-hoc action gets a workflow that calls it."""
    if group.folder == "workbook":
        book = read_workbook(example.text, actions=ACTIONS).workbook
        assert book is not None
        return Library(book.workflows, ACTIONS, book.actions)
    if group.folder != "actions":
        return Library(read_workflows(example.text).workflows, ACTIONS)
    given = list(example.how.get("input", {}))
    caller = (
        (
            f"version: '2.0'\ncaller:\n  input: {given}\n  output: {{result: <% task(call).result %>}}\n"
            f"  tasks: {{call: {{action: {example.how['action']}, "
            f"input: {{{', '.join(f'{name}: <% $.{name} %>' for name in given)}}}}}}}\n"
        )
        .replace("input: []\n", "vars: {none: 1}\n")
        .replace(", input: {}", "")
    )
    return Library(read_workflows(caller).workflows, ACTIONS, read_actions(example.text).actions)


class Player:
    """Does what happens around an execution: results, timers, what a person does."""

    def __init__(self, world: World, execution_id: str, how: dict[str, JSON]) -> None:
        """Take the world, what is run in it, and the results that are given."""
        self._world = world
        self._id = execution_id
        self._results = {task: list(results) for task, results in how.get("results", {}).items()}
        self._skip = how.get("skip")
        self._resume = bool(how.get("resume"))

    def moves(self) -> bool:
        """Let the next thing happen; False if nothing is left to happen."""
        return self._completes() or self._fires() or self._intervenes()

    def _completes(self) -> bool:
        for state, action in self._world.unfinished():
            result = self._result(state, action)
            if result is not msgspec.UNSET:
                is_error = isinstance(result, dict) and set(result) == {"error"}
                self._world.give(
                    CompleteAction,
                    state.id,
                    action_id=action.id,
                    state="ERROR" if is_error else "SUCCESS",
                    output=result["error"] if is_error else result,
                )
                return True
        return False

    def _result(self, state: ExecutionState, action: ActionExecution) -> JSON:
        task = state.tasks[action.task_id].name
        if task in self._results:
            left = self._results[task]
            return left.pop(0) if left else msgspec.UNSET
        name = action.base or action.name
        given = action.base_input if action.base else action.input
        assert name in ("std.echo", "std.noop"), f"no result is given for task '{task}'"
        return given.get("output")

    def _fires(self) -> bool:
        for state, timer in self._world.timers():
            self._world.fire(state, timer)
            return True
        return False

    def _intervenes(self) -> bool:
        state = self._world.state(self._id)
        if state.state == "PAUSED" and self._resume:
            self._resume = False
            return self._world.give(ResumeWorkflow, state.id).refusal is None
        if state.state == "ERROR" and self._skip:
            task_id, self._skip = state.latest[self._skip], None
            return self._world.give(SkipTask, state.id, task_id=task_id).refusal is None
        return False


def test_values_are_told_in_words() -> None:
    """From references, choices, lists and plain types."""
    assert value_words({"$ref": "#/$defs/flag"}) == "true or false, or exactly one expression"
    assert value_words({"anyOf": [{"enum": ["all"]}, {"type": "integer", "minimum": 1}]}) == (
        '`"all"`, or a whole number from 1 on'
    )
    assert value_words({"type": "array", "items": {"$ref": "#/$defs/text"}}) == (
        "a list: each text that is not empty"
    )
    assert value_words({"description": "whatever"}) == "anything"


def test_outcomes_are_told_in_a_sentence() -> None:
    """What is given, what happens, and how it ends."""
    how = {"input": {"n": 1}, "results": {"a": [{"error": "no"}, 2], "b": []}, "skip": "a", "seconds": 3}
    assert outcome_words(how) == (
        'Started with `{"n": 1}`; `a` fails with `"no"`, then gives `2`; `b` never answers; `a` is skipped: '
        "it ends in `SUCCESS` after 3 seconds."
    )
    assert outcome_words({"action": "x", "output": 1}) == "`x` called gives `1`."
