"""A world without an engine: commands, the clock, questions, and a crash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wf_es.definition import ActionSpec, read_workflows
from wf_es.errors import NotFound, RequirementsMissing
from wf_es.execution import commands
from wf_es.simulation import Library, Step, World

TEXT = """
version: '2.0'
w:
  input: [n: 1]
  tasks:
    a:
      action: std.async_noop
      publish: {others: "<% len(executions()) %>", at: "<% now() %>", id: "<% uuid() %>"}
      on-success: b
    b: {action: std.async_noop}
"""
ACTIONS = {"std.async_noop": ActionSpec(name="std.async_noop", inputs={}, is_async=True)}


def world(**options: object) -> World:
    """Return a world in which the workflow can be run."""
    return World(Library(read_workflows(TEXT).workflows, ACTIONS), **options)  # type: ignore[arg-type]


def complete(made: World) -> Step:
    """Complete the oldest unfinished action."""
    state, action = next(iter(made.unfinished()))
    return made.give(commands.CompleteAction, state.id, action_id=action.id, state="SUCCESS", output=1)


def test_a_workflow_is_run_by_commands_alone() -> None:
    """What is unfinished is to be completed; then the execution has ended."""
    made = world()
    started = made.start("w", input={"n": 2})

    complete(made)
    ended = complete(made)

    assert started.after.input == {"n": 2}
    assert ended.after.state == "SUCCESS"
    assert [recorded.version for recorded in made.logs[ended.after.id]] == list(
        range(1, ended.after.version + 1)
    )
    assert list(made.unfinished()) == []


def test_the_clock_is_the_holders() -> None:
    """Events carry the time that the clock showed."""
    made = world(beginning=datetime(2030, 5, 1, tzinfo=UTC))
    made.start("w")
    made.now += timedelta(days=40)

    step = complete(made)

    assert step.events[0].time == datetime(2030, 6, 10, tzinfo=UTC)


def test_timers_move_the_clock_and_fire_once() -> None:
    """The next timer is the first one; one that comes late does not turn the clock back."""
    text = "version: '2.0'\nw: {tasks: {a: {wait-before: 90}, b: {wait-before: 30}}}\n"
    noop = ActionSpec(name="std.noop", inputs={})
    made = World(Library(read_workflows(text).workflows, {"std.noop": noop}))
    began = made.now
    made.start("w")
    (state, first), (_, second) = made.timers()

    assert made.fire(state, first).events[0].time - began == timedelta(seconds=30)
    assert made.fire(state, first).events == ()
    made.now += timedelta(days=1)
    made.fire(state, second)

    assert made.now - began == timedelta(days=1, seconds=30)
    assert made.timers() == []


def test_questions_about_other_executions_are_answered() -> None:
    """An expression sees what else is in the world."""
    made = world()
    made.start("w")
    made.start("w")

    step = complete(made)

    assert step.after.tasks[step.after.latest["a"]].published["others"] == 2


def test_a_refusal_is_a_step_without_effect() -> None:
    """A refused command says why, and its execution is what it was."""
    made = world()
    execution_id = made.start("w").after.id

    step = made.give(commands.SkipTask, execution_id, task_id="nothing")
    unknown = made.give(commands.PauseWorkflow, "nobody")

    assert isinstance(step.refusal, NotFound)
    assert step.after is step.before is made.states[execution_id]
    assert isinstance(unknown.refusal, NotFound)


def test_a_crash_loses_nothing() -> None:
    """The states that are folded from the logs are the ones that were lost."""
    made = world()
    made.start("w")
    complete(made)
    before = made.states

    made.forget()

    assert made.states is not before
    assert made.states == before


def test_the_same_seed_gives_the_same_world() -> None:
    """Ids and random values follow from the seed, so a run can be repeated."""

    def told(seed: int) -> list[object]:
        steps: list[Step] = []
        made = world(seed=seed, observe=steps.append)
        made.start("w")
        complete(made)
        return [step.events for step in steps]

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_an_execution_is_forked_as_it_was() -> None:
    """The fork has the log up to the event, and goes on in the same world; what is refused leaves nothing."""
    made = world()
    source = made.start("w").after.id
    complete(made)
    before = list(made.logs[source])
    forked, *others = made.fork(source, at=2)

    assert others == []
    assert len(forked.events) == 4
    assert [state.id for state, _ in made.unfinished()] == [source, forked.after.id]
    made.forget()
    assert made.states[forked.after.id] == forked.after
    assert made.logs[source] == before
    with pytest.raises(RequirementsMissing):
        made.fork(source, tasks=(commands.TaskResumption(task="a"),))
    assert len(made.states) == 2
