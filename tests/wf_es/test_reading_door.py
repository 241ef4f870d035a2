"""Looking at executions through the door, as they are and as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import wf_es
from wf_es import Workflows
from wf_es.errors import InvalidRequest, NotFound
from wf_es.execution.events import TaskCompleted

WAIT = 10.0
"""Seconds until a test gives up waiting."""

TEXT = """\
version: '2.0'
greet:
  input: [name]
  output:
    greeting: <% $.greeting %>
  tasks:
    think:
      action: std.echo output="Hello <% $.name %>"
      publish:
        greeting: <% task().result %>
      on-success: say
    say:
      action: std.echo output=<% $.greeting %>
"""


@pytest.fixture
def workflows() -> Iterator[Workflows]:
    """A store in memory with the workflow above, and a runner."""
    with wf_es.open("memory://", actor="ann") as opened:
        opened.create_workflows(TEXT)
        yield opened


@pytest.fixture
def greeting(workflows: Workflows) -> str:
    """An execution that has ended."""
    execution = workflows.start("greet", {"name": "Ann"})
    assert workflows.wait(execution, WAIT).state == "SUCCESS"
    return execution


def thought(workflows: Workflows, execution: str) -> int:
    """Return the number of the event with which the first task ended."""
    events = workflows.events(execution)
    return next(event.version for event in events if isinstance(event.data, TaskCompleted))


def test_the_present_needs_no_moment(workflows: Workflows, greeting: str) -> None:
    """Without ``at`` everything is as it stands."""
    assert workflows.execution(greeting).output == {"greeting": "Hello Ann"}
    assert [task.name for task in workflows.tasks(greeting)] == ["think", "say"]
    assert workflows.context("say", execution=greeting).inbound == {"greeting": "Hello Ann"}
    assert workflows.final_context(greeting).variables == {"greeting": "Hello Ann"}


def test_everything_can_be_seen_as_it_was(workflows: Workflows, greeting: str) -> None:
    """The execution, its tasks, their contexts and what had happened until then."""
    before = thought(workflows, greeting) - 1

    assert workflows.execution(greeting, at=before).state == "RUNNING"
    assert [(task.name, task.state) for task in workflows.tasks(greeting, at=before)] == [
        ("think", "RUNNING")
    ]
    assert workflows.context("think", execution=greeting, at=before).published == {}
    assert workflows.context("think", execution=greeting, at=before + 1).published == {
        "greeting": "Hello Ann"
    }
    assert workflows.final_context(greeting, at=before).variables == {}
    assert [event.version for event in workflows.events(greeting, 1, at=before)] == list(range(2, before + 1))
    assert workflows.events(greeting, before, at=before) == []


def test_events_can_be_chosen(workflows: Workflows, greeting: str) -> None:
    """By all that a selection knows, also as of a moment."""
    ends = wf_es.Selection(types=frozenset({"TaskCompleted"}))
    first = thought(workflows, greeting)

    assert [event.data.task_id for event in workflows.events(greeting, only=ends)] == [  # type: ignore[attr-defined]
        task.id for task in workflows.tasks(greeting)
    ]
    assert [event.version for event in workflows.events(greeting, only=ends, at=first)] == [first]
    assert workflows.events(greeting, first, only=ends, at=first) == []
    with pytest.raises(NotFound):
        workflows.events(greeting, only=wf_es.Selection(task="nobody"))


def test_an_event_can_be_followed_back(workflows: Workflows, greeting: str) -> None:
    """From the end to the start, however long that is."""
    events = workflows.events(greeting)

    links = workflows.why(greeting, events[-1].version)

    assert (links[0].recorded, links[-1].recorded) == (events[-1], events[0])
    assert links[-1].follows is None
    with pytest.raises(NotFound):
        workflows.why(greeting, events[-1].version + 1)


def test_a_long_chain_is_read_in_parts(
    workflows: Workflows, greeting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same outcome."""
    number = workflows.execution(greeting).version
    whole = workflows.why(greeting, number)

    monkeypatch.setattr("wf_es.reading_door._PAGE", 2)

    assert workflows.why(greeting, number) == whole


def test_moments_and_executions_can_be_compared(workflows: Workflows, greeting: str) -> None:
    """From then until now, and with another one."""
    before = thought(workflows, greeting) - 1
    other = workflows.start("greet", {"name": "Bob"})
    workflows.wait(other, WAIT)

    then = workflows.difference(greeting, start=before)
    both = workflows.difference(greeting, other)

    assert [task.task for task in then.tasks] == ["think", "say"]
    assert [delta.after for delta in both.output] == ["Hello Bob"]
    assert workflows.difference(greeting, greeting).is_same
    assert workflows.difference(greeting, other, start=1, end=1).tasks == ()
    with pytest.raises(InvalidRequest):
        workflows.difference(greeting, end=1000)


def test_differences_below(workflows: Workflows) -> None:
    """In sub-workflows, of one execution and of two, at moments of each."""
    workflows.create_workflows(
        "version: '2.0'\n"
        "twice: {input: [name], tasks: {first: {workflow: greet, input: {name: <% $.name %>}}}}\n"
    )
    ann, bob = (workflows.start("twice", {"name": name}) for name in ("Ann", "Bob"))
    for execution in (ann, bob):
        assert workflows.wait(execution, WAIT).state == "SUCCESS"

    both = workflows.family_difference(ann, bob)
    since = workflows.family_difference(ann, start=1)

    assert [(one.path, one.change) for one in both.below] == [("first", "changed")]
    assert [delta.after for delta in both.below[0].comparison.output] == ["Hello Bob"]
    assert [(one.path, one.change) for one in since.below] == [("first", "added")]
    assert workflows.family_difference(ann, ann).is_same


def test_one_can_ask_who_wrote_what(workflows: Workflows, greeting: str) -> None:
    """Of a task or of the whole execution, now or then."""
    number = thought(workflows, greeting)

    (leaf,) = workflows.blame("say", execution=greeting).inbound
    assert (leaf.path, leaf.value) == (("greeting",), "Hello Ann")
    assert (leaf.written.event, leaf.written.task, leaf.earlier) == (number, "think", [])
    assert workflows.final_blame(greeting).variables == [leaf]
    assert workflows.blame(workflows.tasks(greeting)[0].id, at=number - 1).outbound == []
    assert workflows.final_blame(greeting, at=number - 1).variables == []


def test_a_task_that_had_not_come_into_being_is_not_found(workflows: Workflows, greeting: str) -> None:
    """Neither by name nor by id."""
    (_, say) = workflows.tasks(greeting)

    with pytest.raises(NotFound):
        workflows.context("say", execution=greeting, at=1)
    with pytest.raises(NotFound):
        workflows.context(say.id, at=1)


def test_a_moment_may_be_given_in_any_form(workflows: Workflows, greeting: str) -> None:
    """A number, its text, or a time with its offset."""
    (started, *_) = workflows.events(greeting)

    assert workflows.execution(greeting, at="1").version == 1
    assert workflows.execution(greeting, at=started.time).updated_at == started.time
    assert workflows.execution(greeting, at=datetime.now(UTC)) == workflows.execution(greeting)


@pytest.mark.parametrize("at", [0, 1000, "then"])
def test_what_is_no_moment_of_it_is_refused(workflows: Workflows, greeting: str, at: int | str) -> None:
    """By every read."""
    reads = (
        workflows.execution,
        workflows.tasks,
        workflows.final_context,
        workflows.events,
        workflows.requirements,
    )
    for read in reads:
        with pytest.raises(InvalidRequest):
            read(greeting, at=at)
    with pytest.raises(InvalidRequest):
        workflows.context("say", execution=greeting, at=at)


def test_a_resume_is_considered_as_of_then(workflows: Workflows, greeting: str) -> None:
    """The answer is about the state that the task was in."""
    again = [wf_es.TaskResumption(task="think", action="rerun")]
    before = thought(workflows, greeting) - 1

    now = workflows.requirements(greeting, again)
    then = workflows.requirements(greeting, again, at=before)

    assert now.refused[0].why.startswith("already succeeded")
    assert then.refused[0].why == "it is still RUNNING"
    assert then.position == before
