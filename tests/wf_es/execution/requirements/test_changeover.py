"""Going on with another version of a definition: what of the past must fit, and what is told otherwise."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.wf_es.execution.conftest import Story
from wf_es.definition import read_workflows
from wf_es.errors import IllegalState, NothingToResume, RequirementsMissing
from wf_es.execution import commands
from wf_es.execution.events import DefinitionChosen, Pin

FIRST = """
main:
  tasks:
    a: {action: std.async_noop, on-success: [b, c]}
    b: {action: std.async_noop, on-success: z}
    c: {action: std.async_noop, on-success: z}
    z: {join: all, action: std.async_noop}
"""


def upload(story: Story, text: str) -> None:
    """Let a new text be what the next command is decided with: the next version."""
    reading = read_workflows("version: '2.0'\n" + text)
    reading.raise_for_errors()
    pin = story.definition.pin
    pin = Pin(stream=pin.stream, version=pin.version + 1, hash=reading.workflows[0].hash)
    story.definition = msgspec.structs.replace(story.definition, workflow=reading.workflows[0], pin=pin)


def failed_at_b(text: str = FIRST) -> Story:
    """Return a story in which ``b`` failed while ``c`` goes on."""
    story = Story(text)
    story.start()
    story.complete("a")
    story.fail("b")
    return story


def refused(story: Story, *wishes: dict[str, Any], **fields: Any) -> dict[str, str]:
    """Return why a resume is refused, by task; nothing may have happened."""
    before = story.state
    with pytest.raises(RequirementsMissing) as error:
        story.resume_from(*wishes, **fields)
    assert story.state == before
    return {item.task: item.why for item in error.value.report.refused}


def test_a_corrected_task_runs_as_it_is_now_defined() -> None:
    """The choice is an event, and from there on it counts, also for who folds the log later."""
    story = failed_at_b()
    upload(story, FIRST.replace("b: {action: std.async_noop", 'b: {action: std.echo output="fixed"'))
    happened = story.resume_from({"task": "b"})

    assert happened[:2] == ["DefinitionChosen", "TaskRerun b RUNNING"]
    assert happened[2] == "ActionScheduled std.echo"
    assert story.state.definition == story.definition.pin
    assert story.state.definition_since == story.events[-3].version
    assert story.replayed() == story.state


def test_what_had_ended_stays_as_it_was() -> None:
    """Transitions of an ended task are part of the past; those of a live one are as they are now."""
    story = failed_at_b()
    upload(
        story,
        FIRST.replace("on-success: [b, c]", "on-success: [b, c, d]").replace(
            "c: {action: std.async_noop, on-success: z}", "c: {action: std.async_noop, on-success: [z, d]}"
        )
        + "    d: {action: std.noop}\n",
    )
    story.resume_from({"task": "b"})
    story.complete("c")

    assert story.tasks()["d"] == ["RUNNING"]


def test_the_same_version_again_is_no_event() -> None:
    """Choosing what counts anyway changes nothing about it."""
    story = failed_at_b()
    assert "DefinitionChosen" not in story.resume_from({"task": "b"})


def test_a_paused_execution_goes_on_with_another_version() -> None:
    """Without a task, too; while it runs it must be paused first."""
    story = failed_at_b()
    upload(story, FIRST.replace("c: {action: std.async_noop", "c: {action: std.async_noop, publish: {n: 1}"))
    with pytest.raises(NothingToResume, match="pause it"):
        story.resume_from()
    story.pause()

    assert story.resume_from()[0] == "DefinitionChosen"
    story.complete("c")
    assert story.task("c").published == {"n": 1}


RENAMED = {
    "a task that has run": ("a", "it has run, and version 2 of the workflow has no such task"),
    "a task that runs": ("c", "it is RUNNING, and version 2 of the workflow has no such task"),
    "the task to resume": ("b", "it has run, and version 2 of the workflow has no such task"),
}


@pytest.mark.parametrize(("name", "why"), RENAMED.values(), ids=list(RENAMED))
def test_a_task_that_is_called_otherwise(name: str, why: str) -> None:
    """Who it is cannot be guessed."""
    story = failed_at_b()
    text = FIRST.replace(f"    {name}: ", f"    {name}2: ")
    text = text.replace("[b, c]", {"b": "[b2, c]", "c": "[b, c2]"}.get(name, "[b, c]"))
    upload(story, text)

    assert refused(story, {"task": "b"})[name] == why


def test_what_is_run_again_takes_the_old_names_along() -> None:
    """Runs that have ended and no longer count need no place in the new version."""
    story = failed_at_b()
    story.complete("c")
    upload(story, FIRST.replace("b: ", "b2: ").replace("[b, c]", "[b2, c]"))
    story.resume_from({"task": "a"}, allow_succeeded=True)
    story.complete("a")

    assert story.tasks()["b2"] == ["RUNNING"]


def test_a_join_that_has_been_reached() -> None:
    """It must still be one, and those who have reached it must still lead to it."""
    story = failed_at_b()
    story.complete("c")
    upload(story, FIRST.replace("z: {join: all, ", "z: {"))
    assert refused(story, {"task": "b"})["z"] == (
        "it is ERROR as a join, and in version 2 of the workflow it is none"
    )
    story = failed_at_b()
    story.complete("c")
    upload(story, FIRST.replace("c: {action: std.async_noop, on-success: z}", "c: {action: std.async_noop}"))
    assert "'c' has reached it" in refused(story, {"task": "b"})["z"]


def test_a_join_that_waits_for_who_has_passed() -> None:
    """A new join behind an ended task would wait in vain; running that task again helps."""
    story = failed_at_b()
    story.complete("c")
    text = FIRST.replace("on-success: z}", "on-success: [z, y]}")
    upload(story, text + "    y: {join: all, action: std.noop}\n")

    assert refused(story, {"task": "b"})["y"] == (
        "it waits for 'c', which ended before version 2 of the workflow led here; run that one again, too"
    )
    story.resume_from({"task": "b"}, {"task": "c"}, allow_succeeded=True)
    story.complete("b")
    story.complete("c")
    assert story.tasks()["y"] == ["RUNNING"]


KINDS = {
    "another kind": (
        "c: {workflow: other, on-success: z}",
        "it runs as ACTION, and in version 2 of the workflow as WORKFLOW",
    ),
    "a list now": (
        'c: {with-items: "i in <% [1] %>", action: std.noop, on-success: z}',
        "it is RUNNING with one thing, and in version 2 of the workflow it runs for a list",
    ),
}


@pytest.mark.parametrize(("line", "why"), KINDS.values(), ids=list(KINDS))
def test_what_is_under_way_must_be_of_the_same_kind(line: str, why: str) -> None:
    """Its end is handled by the new version."""
    story = failed_at_b()
    upload(story, FIRST.replace("c: {action: std.async_noop, on-success: z}", line))

    assert refused(story, {"task": "b"})["c"] == why


def test_items_of_a_task_that_has_no_list_any_more() -> None:
    """All of the task can run again, single items cannot."""
    text = 'main:\n  tasks:\n    each: {with-items: "i in <% [1, 2] %>", action: std.async_noop}\n'
    story = Story(text)
    story.start()
    story.end_item("each", 0)
    story.end_item("each", 1, "boom", "ERROR")
    upload(story, "main:\n  tasks:\n    each: {action: std.async_noop}\n")

    why = "items were chosen, and in version 2 of the workflow it has no list"
    assert refused(story, {"task": "each", "items": "failed"}) == {"each": why}
    assert story.resume_from({"task": "each"})[-1] == "ActionScheduled std.async_noop"


def test_what_waits_behind_a_pause_must_still_be_there() -> None:
    """The transitions that a pause held back lead somewhere."""
    text = (
        "main:\n  tasks:\n    a: {action: std.async_noop, on-success: [pause, b]}\n    b: {action: std.noop}"
    )
    story = Story(text)
    story.start()
    story.complete("a")
    upload(story, text.replace("b: {", "b2: {").replace("pause, b]", "pause, b2]"))

    assert refused(story) == {"b": "it is next, and version 2 of the workflow has no such task"}


REVERSE = """
main:
  type: reverse
  tasks:
    a: {action: std.async_noop}
    b: {action: std.async_noop}
    c: {action: std.async_noop, requires: [a, b]}
"""


def reverse() -> Story:
    """Return a story in which ``a`` has released ``c`` and ``b`` failed."""
    story = Story(REVERSE)
    story.start(params={"task_name": "c"})
    story.complete("a")
    story.fail("b")
    return story


def test_requirements_of_a_reverse_workflow() -> None:
    """A task that is to run must require what has released it, and nothing that ended unasked."""
    story = reverse()
    upload(story, REVERSE.replace("requires: [a, b]", "requires: [b]"))
    assert "'a' has released it" in refused(story, {"task": "b"})["c"]

    story = reverse()
    text = REVERSE.replace("requires: [a, b]", "requires: [a, b, d]")
    upload(story, text + "    d: {action: std.noop, requires: [a]}\n")
    assert refused(story, {"task": "b"})["d"] == (
        "it requires 'a', which ended before version 2 of the workflow said so; run that one again, too"
    )


def test_the_target_of_a_reverse_workflow() -> None:
    """Without it there would be nothing to reach."""
    story = reverse()
    upload(story, REVERSE.replace("c: {", "c2: {"))

    assert refused(story, {"task": "b"})["c"] == (
        "it is the one to reach, and version 2 of the workflow has no such task"
    )


def test_what_is_missing_is_checked_against_the_version_that_is_chosen() -> None:
    """A variable that only the new version reads."""
    story = failed_at_b()
    upload(story, FIRST.replace("b: {action: std.async_noop", "b: {action: std.echo output=<% $.host %>"))
    with pytest.raises(RequirementsMissing) as error:
        story.resume_from({"task": "b"})

    assert [item.variable for item in error.value.report.missing] == ["host"]
    story.resume_from({"task": "b", "context": {"host": "web2"}})
    assert any(isinstance(recorded.data, DefinitionChosen) for recorded in story.events)


def test_a_task_that_only_an_earlier_version_had() -> None:
    """It can be seen, and not run again, by whichever command."""
    story = failed_at_b()
    story.complete("c")
    gone = story.task("b").id
    upload(story, FIRST.replace("b: ", "b2: ").replace("[b, c]", "[b2, c]"))
    story.resume_from({"task": "a"}, allow_succeeded=True)
    story.complete("a")

    why = refused(story, {"task": gone})["b"]
    assert why == "version 2 of the workflow, which counts now, has no such task"
    for kind in (commands.RerunTask, commands.SkipTask):
        with pytest.raises(IllegalState, match="has no task 'b'"):
            story.when(kind, task_id=gone)
