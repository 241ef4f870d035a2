"""What a file holds answers what a decision asks; what it does not hold is assumed and noted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wf_es.definition import ActionSpec
from wf_es.definition.stored import hash_of
from wf_es.envelope import Recorded
from wf_es.errors import InvalidDefinition, InvalidRequest
from wf_es.execution.decision import Definition, StoredAction
from wf_es.execution.events import ActionScheduled, Pin
from wf_es.execution.foreign import action_named, actions_pinned, environment_named, query, sub_workflow_named
from wf_es.exports import DefinitionLine
from wf_es.exports.lookups import Edited, Lookups, edited_definitions
from wf_es.exports.tracing import NotRebuiltError

INSTALLED = {"std.echo": ActionSpec(name="std.echo", inputs={}, any_input=True)}


def line(kind: str, name: str, version: int, body: str) -> DefinitionLine:
    """Return one version of a definition."""
    text = f"version: '2.0'\n{name}: {body}\n"
    return DefinitionLine(
        stream=f"{kind} {name}", version=version, hash=hash_of(text), kind=kind, name=name, text=text
    )


LINES = (
    line("workflow", "w", 1, "{input: [a, b: 1], tasks: {t: {action: std.echo}}}"),
    line("workflow", "book.sub", 1, "{tasks: {t: {action: std.echo}}}"),
    line("action", "polite", 1, "{base: std.echo, output: one}"),
    line("action", "polite", 2, "{base: std.echo, output: two}"),
    line("action", "book.polite", 1, "{base: std.echo, output: of the book}"),
)


def pin(number: int) -> Pin:
    """Return what pins a line."""
    return Pin(stream=LINES[number].stream, version=LINES[number].version, hash=LINES[number].hash)


def lookups(edited: Edited | None = None) -> Lookups:
    """Return the definitions of the file."""
    return Lookups(LINES, INSTALLED, edited)


def recorded(data: ActionScheduled) -> Recorded:
    """Return an event with a body."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Recorded(stream="s", version=1, time=now, actor="a", project="p", command="c", data=data)


def scheduled(name: str, **fields: object) -> Recorded:
    """Return that an action was to run."""
    return recorded(ActionScheduled(action_id="a", name=name, **fields))  # type: ignore[arg-type]


def output_of(found: object) -> object:
    """Return the output of an ad-hoc action as its author wrote it."""
    assert isinstance(found, StoredAction)
    return found.action.spec.source.get("output")


def test_a_definition_is_the_one_that_was_pinned() -> None:
    """Read once; one that is not in the file is none."""
    known = lookups()
    assert known.definition(pin(0)).workflow.name == "w"
    assert known.definition(pin(0)) is known.definition(pin(0))
    with pytest.raises(NotRebuiltError, match="does not have its definition"):
        known.definition(Pin(stream="x", version=1, hash="h"))


def test_an_edited_definition_takes_the_place_of_the_one_of_its_name() -> None:
    """Whatever its kind; the pin stays, and what has another name is refused."""
    texts = {
        "w.yaml": "version: '2.0'\nw: {tasks: {other: {action: std.echo}}}",
        "a.yaml": "version: '2.0'\npolite: {base: std.echo, output: three}",
    }
    known = lookups(edited_definitions(texts))
    assert list(known.definition(pin(0)).workflow.spec.tasks) == ["other"]
    assert known.definition(pin(0)).pin == pin(0)
    assert output_of(known.action(pin(2))) == "three"
    with pytest.raises(InvalidRequest, match="No execution of the file runs x; what it has is: book.polite"):
        lookups(edited_definitions({"x": "version: '2.0'\nx: {tasks: {t: {action: std.echo}}}"}))


def test_an_edited_workbook_stands_for_its_items() -> None:
    """By their whole names; a text with errors is refused with its problems."""
    book = """
version: '2.0'
name: book
workflows: {sub: {tasks: {new: {action: std.noop}}}}
actions: {polite: {base: std.echo}}
"""
    edited = edited_definitions({"book.yaml": book})
    assert (set(edited.workflows), set(edited.actions)) == ({"book.sub"}, {"book.polite"})
    with pytest.raises(InvalidDefinition, match=r"w.yaml:2"):
        edited_definitions({"w.yaml": "version: '2.0'\nw: {tasks: 5}"})


def test_an_action_is_the_version_that_ran() -> None:
    """The latest is assumed if none of them did; a workflow of a workbook means the workbook's first."""
    asked = action_named("polite", "", "w")
    known = lookups()
    ran, assumed = known.answers([scheduled("polite", chain=[pin(2)])]), known.answers([])
    assert output_of(ran.answer(asked)) == "one"
    assert output_of(assumed.answer(asked)) == "two"
    assert (list(ran.assumed), len(assumed.assumed)) == ([], 1)
    assert known.answers([], opposite=True).answer(asked) is None
    assert output_of(known.answers([]).answer(action_named("polite", "", "book.sub"))) == "of the book"


def test_an_action_that_is_not_installed_behaves_as_it_ran() -> None:
    """That is assumed; the opposite is that there is none."""
    known = lookups()
    ran = scheduled("plug.in", is_async=True)
    known.note([ran, scheduled("std.echo", is_async=True)])
    answers = known.answers([])
    found = answers.answer(action_named("plug.in", "", "w"))
    assert isinstance(found, ActionSpec)
    assert (found.is_async, found.any_input) == (True, True)
    assert answers.answer(action_named("std.echo", "", "w")) == INSTALLED["std.echo"]
    assert list(answers.assumed) == ["the action 'plug.in' is not installed here"]
    assert known.answers([], opposite=True).answer(action_named("plug.in", "", "w")) is None


def test_an_action_that_never_ran_is_assumed_to_be_none() -> None:
    """The opposite is that there is one."""
    known = lookups()
    assert known.answers([]).answer(action_named("never", "", "w")) is None
    found = known.answers([], opposite=True).answer(action_named("never", "", "w"))
    assert isinstance(found, ActionSpec)


def test_a_base_that_is_not_installed_behaves_as_it_ran() -> None:
    """The action that was called is an ad-hoc one."""
    known = lookups()
    known.note([scheduled("polite", base="plug.base", idempotent=True, chain=[pin(2)])])
    found = known.answers([]).answer(action_named("plug.base", "", "polite"))
    assert isinstance(found, ActionSpec)
    assert (found.name, found.idempotent) == ("plug.base", True)


def test_a_workflow_is_found_by_its_name() -> None:
    """One that is not in the file is noted."""
    answers = lookups().answers([])
    found = answers.answer(sub_workflow_named("sub", "", "book.main"))
    assert isinstance(found, Definition)
    assert found.workflow.name == "book.sub"
    assert answers.answer(sub_workflow_named("other", "", "w")) is None
    assert list(answers.assumed) == [
        "what the workflow 'sub' was then is not in the file",
        "what the workflow 'other' was then is not in the file",
    ]
    assert lookups().answers([], opposite=True).answer(sub_workflow_named("sub", "", "book.main")) is None


def test_pinned_actions_make_nothing_of_a_result() -> None:
    """The log has what was made of it, and no longer what it was made of."""
    found = lookups().answers([]).answer(actions_pinned([pin(2), pin(3)]))
    assert isinstance(found, tuple)
    assert [one.action.spec.output for one in found if isinstance(one, StoredAction)] == [None, None]


@pytest.mark.parametrize("asked", [query("executions", id="x"), query("tasks"), environment_named("e")])
def test_what_only_a_store_knows_is_not_answered(asked: object) -> None:
    """Nothing is made up."""
    with pytest.raises(NotRebuiltError, match="answered by the whole store"):
        lookups().answers([]).answer(asked)  # type: ignore[arg-type]
