"""Ad-hoc actions: the way down to the action that runs, and the way back of its result."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from tests.wf_es.execution.uploads import Uploads
from wf_es.definition import ActionSpec
from wf_es.errors import CompletionConflict
from wf_es.execution import commands
from wf_es.execution.adhoc import LONGEST_CHAIN
from wf_es.execution.events import ActionCompleted, ActionScheduled
from wf_es.execution.foreign import ACTION

GREET = """
greet:
  base: std.echo
  base-input: {output: "<% $.greeting %>, <% $.name %>"}
  input: [name, {greeting: Hello}]
  output: <% {text => $, len => $.len()} %>
"""


def told(story: Any, tasks: str, uploads: Uploads | str, **start: Any) -> Any:
    """Return a story that has begun, of a workflow with these tasks (or with other keys, too)."""
    text = tasks if tasks.startswith("w") else "w: {tasks: {%s}}" % tasks
    begun = story(text)
    uploads = Uploads(uploads) if isinstance(uploads, str) else uploads
    begun.answer = uploads.answer
    begun.start(**start)
    return begun


def test_the_base_runs_and_its_result_is_transformed(story: Any) -> None:
    """Users see the ad-hoc action with its own input and output; a runner runs the base."""
    begun = told(story, "a: {action: greet name=Ada, publish: {r: <% task().result %>}}", GREET)
    action = begun.unfinished()[0]

    assert (action.name, action.input) == ("greet", {"name": "Ada", "greeting": "Hello"})
    assert (action.base, action.base_input) == ("std.echo", {"output": "Hello, Ada"})
    assert (action.idempotent, action.is_async) == (True, False)
    assert begun.complete("a", "Hello, Ada") == [
        "ActionCompleted a SUCCESS",
        "TaskCompleted a SUCCESS",
        "WorkflowCompleted SUCCESS",
    ]
    assert begun.state.output == {"r": {"text": "Hello, Ada", "len": 10}}


def test_without_an_output_the_result_is_the_base_s(story: Any) -> None:
    """Any JSON value passes as it is."""
    begun = told(story, "a: {action: plain}", "plain: {base: std.echo output=1}")
    begun.complete("a", [1, None, {"x": 2}])
    assert begun.task("a").result == [1, None, {"x": 2}]


CHAIN = """
outer: {base: inner, base-input: {n: <% $.m + 1 %>}, input: [m], output: "<outer <% $ %>>"}
inner: {base: std.echo, base-input: {output: <% $.n * 10 %>}, input: [n], output: "<inner <% $ %>>"}
"""


def test_a_chain_goes_down_and_back_up(story: Any) -> None:
    """Inputs are made from the outside in, outputs from the inside out."""
    begun = told(story, "a: {action: outer m=4}", CHAIN)
    action = begun.unfinished()[0]

    assert (action.name, action.input) == ("outer", {"m": 4})
    assert (action.base, action.base_input) == ("std.echo", {"output": 50})
    assert [pin.stream for pin in action.chain] == ["stream of outer", "stream of inner"]
    begun.complete("a", 50)
    assert begun.task("a").result == "<outer <inner 50>>"


def test_the_versions_of_the_call_count(story: Any) -> None:
    """What is uploaded while the action runs changes nothing."""
    uploads = Uploads(CHAIN)
    begun = told(story, "a: {action: outer m=4}", uploads)

    uploads.upload(CHAIN.replace("<inner", "<changed"))
    begun.complete("a", 50)

    assert begun.task("a").result == "<outer <inner 50>>"


def test_a_replay_asks_nobody(story: Any) -> None:
    """The log has names, inputs and the transformed output."""
    begun = told(story, "a: {action: outer m=4}", CHAIN)
    begun.complete("a", 50)
    begun.answer = None

    assert begun.replayed() == begun.state
    completed = next(event.data for event in begun.events if isinstance(event.data, ActionCompleted))
    assert completed.output == "<outer <inner 50>>"


@pytest.mark.parametrize("language", ["yaql", "jinja"])
def test_both_languages(story: Any, language: str) -> None:
    """In the root of an output stands the base's whole result."""
    text = {
        "yaql": "j: {base: std.echo, base-input: {output: <% $.a + $.b %>}, input: [a, b],"
        " output: <% $ + '!' %>}",
        "jinja": "j: {base: std.echo, base-input: {output: '{{ _.a ~ _.b }}'}, input: [a, b],"
        " output: '{{ _ | upper }}!'}",
    }[language]
    begun = told(story, "a: {action: j a=X b=Y}", text)
    assert begun.unfinished()[0].base_input == {"output": "XY"}
    begun.complete("a", "XY")
    assert begun.task("a").result == "XY!"


def test_base_input_sees_variables_and_environment_but_not_the_workflow_s_input(story: Any) -> None:
    """Its own input comes first, then the environment, globals and vars."""
    text = "see: {base: std.echo, base-input: {output: '%s'}, input: [own]}"
    call = "w: {input: [given], vars: {v: 1, own: hidden}, tasks: {a: {action: see own=2}}}"
    seen = '<% [$.own, $.v, $.get("__env").e, env().e, execution().name] %>'

    begun = told(story, call, text % seen, input={"given": 3}, params={"env": {"e": 4}})
    blind = told(story, call, text % "<% $.given %>", input={"given": 3})

    assert begun.unfinished()[0].base_input == {"output": [2, 1, 4, 4, "w"]}
    assert blind.state.state == "ERROR"
    assert "variable 'given' is not set" in blind.state.state_info


def test_inline_parameters_of_the_base_win(story: Any) -> None:
    """As in tasks, mappings are merged."""
    text = "h: {base: std.http url=inline, base-input: {url: given, method: PUT}}"
    begun = told(story, "a: {action: h}", text)
    assert begun.unfinished()[0].base_input == {"url": "inline", "method": "PUT"}


def test_a_default_is_taken_as_it_stands(story: Any) -> None:
    """What looks like an expression is text, and null is a value."""
    text = (
        "d: {base: std.echo, base-input: {output: '<% [$.a, $.b, $.c] %>'},"
        " input: [a, {b: <% $.a %>}, {c: null}]}"
    )
    begun = told(story, "a: {action: d a=1}", text)
    assert begun.unfinished()[0].input == {"a": 1, "b": "<% $.a %>", "c": None}
    assert begun.unfinished()[0].base_input == {"output": [1, "<% $.a %>", None]}


def test_environment_defaults_count_for_the_action_and_for_its_base(story: Any) -> None:
    """Both are actions that are called."""
    text = "h: {base: std.http, base-input: {url: <% $.where %>}, input: [where]}"
    env = {"__actions": {"h": {"where": "there"}, "std.http": {"method": "PUT", "url": "unused"}}}
    begun = told(story, "a: {action: h}", text, params={"env": env})
    assert begun.unfinished()[0].input == {"where": "there"}
    assert begun.unfinished()[0].base_input == {"url": "there", "method": "PUT"}


def test_environment_defaults_of_an_installed_action(story: Any) -> None:
    """They need no ad-hoc action."""
    env = {"__actions": {"std.http": {"url": "u", "method": "PUT"}}}
    begun = story("w: {tasks: {a: {action: std.http method=GET}}}")
    begun.start(params={"env": env})
    assert begun.unfinished()[0].input == {"url": "u", "method": "GET"}
    assert begun.questions == []


def test_asynchronous_like_its_base(story: Any) -> None:
    """The output applies when the callback comes."""
    begun = told(story, "a: {action: later}", "later: {base: std.async_noop, output: <% $.n + 1 %>}")
    assert begun.unfinished()[0].is_async
    begun.complete("a", {"n": 41})
    assert begun.task("a").result == 42


def test_what_a_task_says_of_its_action_holds_for_an_ad_hoc_one(story: Any) -> None:
    """Target and safe-rerun are the task's, and so is a dynamic name."""
    begun = told(
        story,
        "w: {input: [n], tasks: {a: {action: <% $.n %>, input: {name: Bo}, target: t, safe-rerun: true}}}",
        GREET,
        input={"n": "greet"},
    )
    action = begun.unfinished()[0]
    assert (action.name, action.target, action.safe_rerun) == ("greet", "t", True)


def test_a_rerun_looks_the_action_up_again(story: Any) -> None:
    """An attempt runs what is there when it begins, with the patched own input."""
    uploads = Uploads(GREET)
    begun = told(story, "a: {action: greet name=Ada}", uploads)
    begun.fail("a")
    uploads.upload(GREET.replace("Hello", "Hi"))

    begun.resume_from({"task": "a", "input": {"name": "Eve"}})

    assert begun.unfinished()[0].base_input == {"output": "Hi, Eve"}


WRONG = [
    pytest.param(
        "greet", GREET, r"Invalid input \[name=greet, class=Action, missing=\['name'\]", id="missing"
    ),
    pytest.param("greet name=x y=1", GREET, r"name=greet, .*unexpected=\['y'\]", id="unexpected"),
]
WITHOUT_BASE = [
    pytest.param(
        "g", "g: {base: std.echo}", r"name=std\.echo, class=Action, missing=\['output'\]", id="base's input"
    ),
    pytest.param(
        "g",
        "g: {base: no.such}",
        r"Failed to find action \[action_name=no.such, namespace=\], the base of action 'g'",
        id="no base",
    ),
    pytest.param(
        "g", "g: {base: std.echo output=<% $.x %>}", "variable 'x' is not set", id="failing base-input"
    ),
]


@pytest.mark.parametrize(("call", "text", "words"), WRONG)
def test_what_cannot_run_fails_by_force(story: Any, call: str, text: str, words: str) -> None:
    """Task and workflow end in ERROR, and nothing is run."""
    begun = told(story, "a: {action: %s, on-error: noop}" % call, text)
    assert begun.state.state == "ERROR"
    assert re.search(words, begun.state.state_info)
    assert not begun.unfinished()


@pytest.mark.parametrize(("call", "text", "words"), WITHOUT_BASE)
@pytest.mark.parametrize("items", ["", "with-items: 'i in [1, 2]', "])
def test_a_base_that_cannot_be_called_is_an_error_like_any_other(
    story: Any, call: str, text: str, words: str, items: str
) -> None:
    """The action was called as it should be, so on-error handles what is wrong with it."""
    begun = told(story, "a: {%saction: %s, on-error: b}, b: {action: std.noop}" % (items, call), text)
    task = begun.task("a")
    assert task.state == "ERROR"
    assert task.state_info.startswith(f"Failed to instantiate action '{call}' [error=")
    assert re.search(words, task.state_info)
    begun.run_everything()
    assert (begun.state.state, begun.task("b").state) == ("SUCCESS", "SUCCESS")


def test_a_base_that_cannot_be_called_is_tried_again(story: Any) -> None:
    """As any error of an action, and unhandled it fails the workflow."""
    tasks = "a: {action: g, retry: {count: 1, delay: 1}}"
    begun = told(story, tasks, "g: {base: std.echo output=<% $.x %>}")
    assert begun.task("a").state == "DELAYED"
    begun.fire("a")
    assert begun.state.state == "ERROR"
    assert begun.state.state_info.startswith("Failure caused by error in tasks: a")


def test_actions_that_stand_on_each_other_in_a_circle(story: Any) -> None:
    """A circle may be made by two uploads; the call says so and ends."""
    uploads = Uploads("one: {base: two}\ntwo: {base: std.noop}")
    uploads.upload("two: {base: one}")
    begun = told(story, "a: {action: one}", uploads)
    assert "in a circle (one -> two -> one)" in begun.state.state_info


@pytest.mark.parametrize("length", [LONGEST_CHAIN, LONGEST_CHAIN + 1])
def test_a_chain_may_be_long_but_not_endless(story: Any, length: int) -> None:
    """The limit itself works, one above it does not."""
    lines = [f"n{number}: {{base: n{number + 1}}}" for number in range(1, length)]
    begun = told(story, "a: {action: n1}", "\n".join([*lines, f"n{length}: {{base: std.noop}}"]))
    if length > LONGEST_CHAIN:
        assert f"more than {LONGEST_CHAIN} other ad-hoc actions" in begun.state.state_info
    else:
        assert [action.base for action in begun.unfinished()] == ["std.noop"]


def test_errors_and_cancellations_are_not_transformed(story: Any) -> None:
    """As in Mistral, an output is made of a success only."""
    failed = told(story, "a: {action: greet name=Ada}", GREET)
    failed.fail("a", "boom")
    cancelled = told(story, "a: {action: greet name=Ada}", GREET)
    cancelled.complete("a", "unused", "CANCELLED")
    assert (failed.task("a").state, failed.task("a").result) == ("ERROR", "boom")
    assert cancelled.task("a").state == "CANCELLED"


def test_an_output_that_fails_ends_all_in_error(story: Any) -> None:
    """The action ends in ERROR, and no on-error may handle it."""
    begun = told(
        story,
        "a: {action: bad, on-error: b}, b: {action: std.noop}",
        "bad: {base: std.noop, output: <% $.x %>}",
    )
    happened = begun.complete("a", {"y": 1})
    assert happened == ["ActionCompleted a ERROR", "TaskCompleted a ERROR", "WorkflowCompleted ERROR"]
    assert begun.state.state_info.startswith("Failed to complete action [error=")
    assert "action=bad]" in begun.state.state_info


def test_a_late_output_that_fails_is_recorded(story: Any) -> None:
    """After the execution was stopped, its end stays as it is."""
    begun = told(story, "a: {action: bad}", "bad: {base: std.noop, output: <% $.x %>}")
    begun.when(commands.StopWorkflow, state="SUCCESS")
    begun.complete("a", {"y": 1})
    assert begun.state.state == "SUCCESS"


REPORTS = [
    pytest.param("SUCCESS", 5, None, id="the same value"),
    pytest.param("SUCCESS", 6, "another value", id="another value"),
    pytest.param("SUCCESS", {"text": 5}, "another value", id="the transformed value"),
    pytest.param("ERROR", 5, "another state", id="another state"),
]


@pytest.mark.parametrize(("state", "output", "words"), REPORTS)
@pytest.mark.parametrize("keep", ["true", "false"])
def test_what_was_reported_counts(story: Any, keep: str, state: str, output: Any, words: str | None) -> None:
    """The same report again is harmless, however the output was made; another one is a conflict."""
    text = "wrap: {base: std.async_noop, output: {text: <% $ %>}}"
    begun = told(story, "a: {action: wrap, keep-result: %s}" % keep, text)
    action = begun.unfinished()[0]
    begun.complete("a", 5)
    again = {"action_id": action.id, "state": state, "output": output}
    if words is None:
        assert begun.when(commands.CompleteAction, **again) == []
    else:
        with pytest.raises(CompletionConflict, match=words):
            begun.when(commands.CompleteAction, **again)


def test_a_success_that_could_not_be_transformed_may_be_reported_again(story: Any) -> None:
    """It was a success that was reported, whatever became of it."""
    begun = told(story, "a: {action: bad}", "bad: {base: std.noop, output: <% $.x %>}")
    action = begun.unfinished()[0]
    begun.complete("a", {"y": 1})
    again = {"action_id": action.id, "state": "SUCCESS", "output": {"y": 1}}
    assert begun.when(commands.CompleteAction, **again) == []


def test_names_of_a_workbook_come_first(story: Any) -> None:
    """In a workbook's workflow a short name means the workbook's action, in its actions too."""
    text = """
shout: {base: std.noop}
loud: {base: std.noop}
wb.shout: {base: loud what=<% $.what %>, input: [what]}
wb.loud: {base: std.echo output="<% $.what %>!", input: [what]}
"""
    begun = told(story, "wb.w: {tasks: {a: {action: shout what=hey}}}", text)
    action = begun.unfinished()[0]
    assert (action.name, action.base, action.base_input) == ("wb.shout", "std.echo", {"output": "hey!"})


def test_an_installed_action_is_not_asked_for(story: Any) -> None:
    """Unless a workflow of a workbook may mean an action of the workbook by it."""
    plugin = {"plain": ActionSpec(name="plain", inputs={})}
    outside = story("w: {tasks: {a: {action: plain}}}", plugin)
    outside.start()
    inside = story("wb.w: {tasks: {a: {action: plain}}}", plugin)
    inside.answer = Uploads("wb.plain: {base: std.x}").answer
    inside.start()
    assert outside.questions == []
    assert [question.function for question in inside.questions][:1] == [ACTION]


def test_what_the_log_holds(story: Any) -> None:
    """The event names the ad-hoc action and pins it; the run needs nothing else."""
    begun = told(story, "a: {action: outer m=4}", CHAIN)
    scheduled = next(event.data for event in begun.events if isinstance(event.data, ActionScheduled))
    shown = msgspec.to_builtins(scheduled)
    assert (shown["name"], shown["base"], shown["base_input"]) == ("outer", "std.echo", {"output": 50})
    assert [pin["version"] for pin in shown["chain"]] == [1, 1]


def test_an_adhoc_action_for_each_item(story: Any) -> None:
    """Each item has an action of its own, and their results are transformed one by one."""
    begun = told(story, "a: {with-items: 'n in [1, 2]', action: greet, input: {name: <% $.n %>}}", GREET)
    assert [action.base_input["output"] for action in begun.unfinished()] == ["Hello, 1", "Hello, 2"]
    begun.complete("a", "second")
    begun.complete("a", "first", run=0)
    assert [result["text"] for result in begun.task("a").result] == ["first", "second"]
