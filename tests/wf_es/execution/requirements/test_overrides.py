"""What a request gives the work of a task in place of what its author wrote."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import asked, missing, undetermined, unknown
from wf_es.execution.commands import ItemResumption

CALL = """
w:
  tasks:
    a:
      action: std.http
      input: {url: 'http://<% $.host %>', method: <% $.method %>}
      on-success: b
    b: {action: std.noop}
"""

LISTED = """
w:
  tasks:
    a:
      with-items: i in <% [1, 2, 3] %>
      action: std.echo
      input: {output: <% $.nowhere %>, delay: <% $.delay %>}
      RETRY
"""


def failed(story: Any, text: str = CALL) -> Any:
    """Return an execution whose first task cannot begin."""
    told = story(text)
    told.start()
    return told


@pytest.mark.parametrize(
    ("given", "lacking"),
    [
        ({}, {"host@a.input.url", "method@a.input.method"}),
        ({"url": "http://here"}, {"method@a.input.method"}),
        ({"url": "http://here", "method": None}, set()),
        ({"url": {"a": "part"}, "method": "GET"}, {"host@a.input.url"}),
    ],
    ids=["nothing", "one", "both", "a part of one"],
)
def test_what_is_given_need_not_be_evaluated(story: Any, given: Any, lacking: set[str]) -> None:
    """Neither when it is asked nor when it is done; what only adds to a value needs that."""
    told = failed(story)
    report = asked(told, {"task": "a", "input": given})
    assert missing(report) == lacking

    told.resume_from({"task": "a", "input": given}, force=True)
    assert (told.task("a").state == "RUNNING") is not lacking
    if not lacking:
        (action,) = told.unfinished()
        assert action.input == {"url": "http://here"} | ({"method": "GET"} if given.get("method") else {})


def test_an_input_that_is_not_declared(story: Any) -> None:
    """It is told, also if only an item is given it; so is one that is taken away."""
    told = failed(story)
    report = asked(told, {"task": "a", "input": {"url": None, "method": "GET", "colour": "red"}})
    assert unknown(report) == {"input url@a", "input colour@a"}

    told = with_items(story)
    items = [0, ItemResumption(index=2, input={"colour": "red"})]
    report = asked(told, {"task": "a", "items": items, "context": {"nowhere": 1, "delay": 0}})
    assert unknown(report) == {"input colour@a"}
    assert not missing(report)


def with_items(story: Any, retry: str = "") -> Any:
    """Return an execution of whose three items the last one has failed, and in which nothing is set."""
    told = story(LISTED.replace("RETRY", retry))
    told.start()
    told.resume_from({"task": "a", "context": {"nowhere": 1, "delay": 0}})
    for index, state in enumerate(("SUCCESS", "SUCCESS", "ERROR")):
        told.end_item("a", index, state=state)
    return told


GONE = {"nowhere": None, "delay": None}


def test_items_that_are_all_given_something_need_no_expression(story: Any) -> None:
    """Those that are kept do not matter; a single item that is given nothing needs it."""
    told = with_items(story)
    both = [
        ItemResumption(index=1, input={"output": 1}),
        ItemResumption(index=2, input={"output": 2, "delay": 0}),
    ]
    wish = {"task": "a", "context": GONE, "items": both}
    assert missing(asked(told, wish)) == {"delay@a.input.delay"}
    assert missing(asked(told, wish | {"input": {"delay": 3}})) == set()
    assert missing(asked(told, wish | {"items": [1, both[1]], "input": {"delay": 3}})) == {
        "nowhere@a.input.output"
    }

    told.resume_from(wish | {"input": {"delay": 3}})
    assert [action.input for action in told.unfinished()] == [
        {"output": 1, "delay": 3},
        {"output": 2, "delay": 0},
    ]


def test_a_retry_may_need_what_items_were_given(story: Any) -> None:
    """It runs all items again, also those that nobody has given anything."""
    told = with_items(story, "retry: {count: 0, delay: 0}")
    last = [ItemResumption(index=2, input={"output": 1})]
    report = asked(told, {"task": "a", "context": GONE, "items": last, "input": {"delay": 0}})
    assert not report.missing
    assert undetermined(report) == {
        "nowhere@a.input.output": "nothing sets it, and other values decide whether it is read"
    }


def test_what_was_given_before_counts_until_the_task_has_ended(story: Any) -> None:
    """It waits for its time with the patch of an earlier request."""
    told = story("w: {tasks: {a: {action: std.echo output=<% $.nowhere %>, wait-before: 5}}}")
    told.start()
    told.fire("a")
    told.resume_from({"task": "a", "input": {"output": "here"}})
    told.pause()
    assert told.task("a").state == "DELAYED"

    assert missing(asked(told)) == set()
    told.resume()
    told.fire("a")
    assert [action.input for action in told.unfinished()] == [{"output": "here"}]


LOOP = """
w:
  tasks:
    a: {action: std.async_noop, on-success: b}
    b:
      action: std.echo
      input: {output: <% $.text %>}
      on-success: [{b: <% $.get(again) %>}]
"""


def test_later_rounds_are_given_nothing(story: Any) -> None:
    """The task runs with the patch once, and without it each time it comes round."""
    told = story(LOOP)
    told.start()
    told.complete("a")
    assert missing(asked(told, {"task": "b", "input": {"output": 1}})) == {"text@b.input.output"}
    assert asked(told, {"task": "b", "input": {"output": 1}}).will_run == ["b"]


INNER = """
inner: {input: [x, {y: 1}], vars: {v: <% $.nowhere %>}, tasks: {c: {action: std.echo output=<% $.x %>}}}
"""


def test_inputs_of_sub_workflows(story: Any) -> None:
    """What the request gives counts as given; what it leaves out leads to no further findings."""
    inner = story(INNER).definition
    told = story("w: {tasks: {a: {workflow: inner, input: {x: <% $.unset %>}}}}")
    told.answer = lambda question: inner
    told.start()

    assert missing(asked(told, {"task": "a"})) == {"unset@a.input.x", "nowhere@a/.vars.v"}
    assert missing(asked(told, {"task": "a", "input": {"x": 1, "y": 2}})) == {"nowhere@a/.vars.v"}
    taken = asked(told, {"task": "a", "input": {"x": None}})
    assert (missing(taken), unknown(taken)) == ({"nowhere@a/.vars.v"}, {"input x@a"})
