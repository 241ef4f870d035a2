"""What tasks call: whether it is there, and what it needs."""

from __future__ import annotations

from typing import Any

import pytest

from tests import effort
from tests.wf_es.execution.requirements.asking import asked, missing, undetermined, unknown, written
from tests.wf_es.execution.uploads import Uploads
from wf_es.definition import ActionSpec, read_workflows
from wf_es.definition.text import write_text
from wf_es.envelope import Origin
from wf_es.execution import commands
from wf_es.execution.commands import TaskResumption
from wf_es.execution.decision import Definition
from wf_es.execution.events import Pin
from wf_es.execution.foreign import WORKFLOW, Query
from wf_es.simulation import Library as Simulated
from wf_es.simulation import World

INNER = """
version: '2.0'
inner:
  input: [needed, {kept: 1}]
  vars: {own: <% $.kept %>, odd: <% $.nothing %>}
  tasks:
    x: {action: 'std.echo output=<% [$.needed, $.own, $.unset] %>', on-error: y}
    y: {action: std.echo output=<% $.never %>}
again:
  tasks:
    more: {workflow: again}
back:
  type: reverse
  tasks:
    one: {action: std.echo output=<% $.first %>}
    two: {action: std.echo output=<% $.second %>}
"""


class Library(Uploads):
    """Uploaded actions, and the workflows above."""

    def __init__(self, actions: str, told: Any) -> None:
        """Take the actions of a text, and the story that may call all of this."""
        super().__init__(actions)
        self._workflows = {made.name: made for made in read_workflows(INNER).workflows}
        self._told = told

    def answer(self, query: Query) -> Any:
        """Answer as an engine does."""
        if query.function != WORKFLOW:
            return super().answer(query)
        made = self._workflows.get(dict(query.arguments)["name"])
        pin = Pin(stream="", version=1, hash="")
        return made and Definition(pin=pin, workflow=made, actions=self._told.definition.actions)


def failed(story: Any, task: str, actions: str = "") -> Any:
    """Return an execution whose task ``a`` has failed; ``task`` comes after it."""
    text = f"w: {{tasks: {{a: {{ASYNC, on-success: b}}, b: {{{task}}}, c: {{NOOP}}}}}}"
    told = story(written(text))
    told.answer = Library(actions, told).answer
    told.start()
    told.fail("a")
    return told


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("action: nobody.knows x=1", {"action nobody.knows@b"}),
        ("action: std.http", {"input url@b"}),
        ("action: std.http url=u to=1", {"input to@b"}),
        ("action: std.http, input: <% $.get(x) %>", set()),
        ("workflow: nowhere", {"workflow nowhere@b"}),
        ("workflow: nowhere, on-error: c", {"?workflow nowhere@b"}),
        ("workflow: inner", {"input needed@b"}),
        ("workflow: back task_name=three", {"input task_name@b"}),
        ("workflow: back", {"input task_name@b"}),
    ],
)
def test_what_is_unknown(story: Any, task: str, expected: set[str]) -> None:
    """Names that mean nothing, inputs that are not given or not declared."""
    report = asked(failed(story, task), {"task": "a"})
    assert unknown(report) == expected
    assert report.resumable is not any(not name.startswith("?") for name in expected)


def test_the_request_and_the_environment_give_inputs_too(story: Any) -> None:
    """A patch on the input, and defaults under __actions."""
    told = story("w: {tasks: {a: {action: std.http}}}")
    told.start()
    assert unknown(asked(told, {"task": "a", "input": {"url": "u"}})) == set()
    assert unknown(asked(told, {"task": "a"})) == {"input url@a"}
    assert unknown(asked(told, {"task": "a"}, env={"__actions": {"std.http": {"url": "u"}}})) == set()


def test_a_sub_workflow_from_its_start_to_its_end(story: Any) -> None:
    """Its inputs are declared, so they are there; what its tasks lack has a path."""
    report = asked(failed(story, "workflow: inner needed=1"), {"task": "a"})

    assert missing(report) == {"nothing@b/.vars.odd", "unset@b/x.action.output"}
    assert undetermined(report) == {
        "never@b/y.action.output": "nothing sets it, and it is needed only if task 'x' fails"
    }
    assert report.will_run == ["a", "b", "b/x"]
    assert {item.needed_by.workflow for item in report.missing} == {"inner"}


def test_a_workflow_that_calls_itself_is_followed_once(story: Any) -> None:
    """It would go on for ever."""
    report = asked(failed(story, "workflow: again"), {"task": "a"})
    assert report.will_run == ["a", "b", "b/more"]


def test_only_what_a_target_needs(story: Any) -> None:
    """A reverse workflow runs what its target requires; all of it counts if that is computed."""
    report = asked(failed(story, "workflow: back task_name=two"), {"task": "a"})
    assert missing(report) == {"second@b/two.action.output"}
    computed = asked(failed(story, "workflow: back task_name=<% $.get(x) %>"), {"task": "a"})
    assert missing(computed) == {"first@b/one.action.output", "second@b/two.action.output"}


@pytest.mark.parametrize("key", ["action", "workflow"])
def test_computed_names(story: Any, key: str) -> None:
    """What they call cannot be told."""
    report = asked(failed(story, f"{key}: <% $.get(x) %>"), {"task": "a"})
    assert undetermined(report) == {f"None@b.{key}": f"which {key} it calls is computed"}


def test_adhoc_actions_down_to_their_bases(story: Any) -> None:
    """Each one's inputs and defaults, and the base of the last."""
    actions = """
top: {base: middle, base-input: {deep: <% $.given %>}, input: [given, {more: 1}]}
middle: {base: acme.unknown, input: [deep, wide]}
"""
    report = asked(failed(story, "action: top other=1", actions), {"task": "a"})
    assert missing(report) == set()
    assert unknown(report) == {"input given@b", "input other@b", "input wide@b", "action acme.unknown@b"}


def test_each_question_is_asked_once(story: Any) -> None:
    """However many tasks call the same; and before anything else is done."""
    told = failed(story, "workflow: inner needed=1, on-success: c", "top: {base: std.noop}")
    answer, questions = told.answer, list[Query]()

    def ask(query: Query) -> Any:
        questions.append(query)
        return answer(query)

    told.answer = ask
    asked(told, {"task": "a"})

    assert len(questions) == len(set(questions))
    assert [query.function for query in questions] == [WORKFLOW]


def test_many_sub_workflows_cost_one_analysis() -> None:
    """A decision that needs answers is made again for each, so they are asked for first."""
    made: dict[str, Any] = {f"s{number}": {"tasks": {"t": {"action": "work"}}} for number in range(80)}
    tasks: dict[str, Any] = {"a": {"action": "work", "on-success": "t0"}}
    tasks |= {
        f"t{number}": {"workflow": f"s{number}", "on-success": f"t{number + 1}"} for number in range(80)
    }
    tasks["t80"] = {"action": "work"}
    reading = read_workflows(write_text({"version": "2.0", "w": {"tasks": tasks}, **made}))
    work = ActionSpec(name="work", inputs={}, any_input=True, is_async=True)
    world = World(Simulated(reading.workflows, {"work": work}))
    begun = world.start("w").after
    (action,) = begun.unfinished
    failed = world.give(commands.CompleteAction, begun.id, action_id=action, state="ERROR", output=1).after
    origin = Origin(actor="ada", project="p", command="c", now=world.now)
    wish = TaskResumption(task="a")
    resume = commands.ResumeFrom(execution_id=failed.id, origin=origin, tasks=(wish,), seed=1)

    assert effort.cost(lambda: world.decide(resume, failed), 0.5) < 0.5
