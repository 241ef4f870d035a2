"""The definitions of a simulated world."""

from __future__ import annotations

import pytest

from wf_es.definition import ActionSpec, read_actions, read_workflows
from wf_es.errors import NotFound
from wf_es.execution.commands import CompleteAction
from wf_es.simulation import Library, World

TEXT = "version: '2.0'\nw: {tasks: {a: {action: std.noop}}}\n"


def test_a_definition_is_pinned_by_its_text() -> None:
    """The pin tells one text from another, and the same workflow gives the same definition."""
    (workflow,) = read_workflows(TEXT).workflows
    library = Library([workflow], {})

    definition = library.definition("w")

    assert definition.workflow is workflow
    assert definition.pin.hash == workflow.hash
    assert library.definition("w") is definition


def test_what_is_not_there_is_not_found() -> None:
    """A name that no workflow has is refused as an engine refuses it."""
    with pytest.raises(NotFound, match="Workflow not found"):
        Library([], {}).definition("w")


ADHOC = """
version: '2.0'
wb.shout: {base: 'std.echo output="<% $.what %>!"', input: [what], output: ['<% $ %>']}
shout: {base: std.noop}
"""


def test_an_adhoc_action_runs_as_in_an_engine() -> None:
    """Its name is looked up here, in a workbook's workflow among the workbook's actions first."""
    text = "version: '2.0'\nwb.w: {tasks: {a: {action: shout what=hey}}}\n"
    installed = {"std.echo": ActionSpec(name="std.echo", inputs={"output": True})}
    world = World(Library(read_workflows(text).workflows, installed, read_actions(ADHOC).actions))

    started = world.start("wb.w").after
    (action,) = started.actions.values()
    ended = world.give(
        CompleteAction, started.id, action_id=action.id, state="SUCCESS", output=action.base_input["output"]
    ).after

    assert (action.name, action.base) == ("wb.shout", "std.echo")
    assert (ended.state, ended.actions[action.id].output) == ("SUCCESS", ["hey!"])


def test_an_action_that_nobody_knows_fails_its_task() -> None:
    """It is an answer that there is none."""
    text = "version: '2.0'\nw: {tasks: {a: {action: nobody}}}\n"
    ended = World(Library(read_workflows(text).workflows, {})).start("w").after
    assert ended.state == "ERROR"
    assert "Failed to find action [action_name=nobody" in str(ended.state_info)


def test_an_execution_may_start_with_an_environment_of_the_library() -> None:
    """By its name, as with an engine."""
    world = World(Library(read_workflows(TEXT).workflows, {}, environments={"e": {"k": 5}}))
    assert world.start("w", params={"env": "e"}).after.env == {"k": 5}
