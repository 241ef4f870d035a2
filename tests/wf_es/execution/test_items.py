"""``with-items``: one unit of work for each item of a list."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wf_es.errors import CompletionConflict, NotFound
from wf_es.execution import commands
from wf_es.execution.events import ItemsEvaluated
from wf_es.execution.items import CHUNK
from wf_es.execution.state import actions_of
from wf_es.execution.units import result_of
from wf_es.limits import Limits

THREE = "w: {tasks: {a: {with-items: 'x in [1, 2, 3]', action: std.async_noop}}}"
TWO_AT_A_TIME = "w: {tasks: {a: {with-items: 'x in [1, 2, 3, 4]', concurrency: 2, action: std.async_noop}}}"
MANY = """
w:
  input: [n, at_once: 0]
  tasks:
    a:
      with-items: x in <% range(0, $.n) %>
      concurrency: <% $.at_once %>
      action: std.async_noop
      publish: {r: <% task().result %>}
"""


def begun(told: Any, text: str = THREE, **given: Any) -> Any:
    """Return an execution whose items have begun."""
    execution = told(text)
    execution.start(**given)
    return execution


def running(told: Any) -> list[int]:
    """Return the items that are running, in the order in which they began."""
    return [action.index for action in told.unfinished()]


def go_on(told: Any) -> list[str]:
    """Continue the deferred items of the only task."""
    events: list[str] = told.when(commands.ContinueItems, task_id=told.task("a").id)
    return events


# --- how items begin ---


def test_the_list_is_stored_once_and_items_carry_their_index(story: Any) -> None:
    """One event has the evaluated list; then each item begins."""
    told = story(THREE)
    assert told.start() == [
        "WorkflowStarted",
        "TaskScheduled a",
        "ItemsEvaluated a",
        "ActionScheduled std.async_noop #0",
        "ActionScheduled std.async_noop #1",
        "ActionScheduled std.async_noop #2",
    ]
    (evaluated,) = (item.data for item in told.events if isinstance(item.data, ItemsEvaluated))
    assert (evaluated.values, evaluated.count, evaluated.concurrency) == ({"x": [1, 2, 3]}, 3, 0)


def test_the_item_shadows_the_context(story: Any) -> None:
    """In input, action name and target the item's variable comes before the context."""
    told = begun(
        story,
        """
w:
  input: [xs]
  vars: {x: outer, y: kept}
  tasks:
    a:
      with-items: x in <% $.xs %>
      action: <% $.x.name %>
      input: {output: "<% $.x.id %>-<% $.y %>"}
      target: <% $.x.id %>
""",
        input={"xs": [{"name": "std.echo", "id": 1}, {"name": "std.echo", "id": 2}]},
    )
    assert [(action.name, action.input, action.target) for action in told.unfinished()] == [
        ("std.echo", {"output": "1-kept"}, "1"),
        ("std.echo", {"output": "2-kept"}, "2"),
    ]


def test_several_lists_are_walked_in_step(story: Any) -> None:
    """Each item sees one variable of every list."""
    text = """
w:
  input: [xs, ys]
  tasks:
    a:
      with-items: [x in <% $.xs %>, y in <% $.ys %>]
      action: std.echo output="<% $.x %>-<% $.y %>"
      publish: {r: <% task().result %>}
"""
    told = begun(story, text, input={"xs": ["a", "b"], "ys": [1, 2]}).run_everything()
    assert told.state.output == {"r": ["a-1", "b-2"]}


def test_a_mapping_gives_its_keys(story: Any) -> None:
    """As in Mistral, a mapping is walked by its keys."""
    text = "w: {input: [m], tasks: {a: {with-items: 'k in <% $.m %>', action: std.echo output=<% $.k %>}}}"
    told = begun(story, text, input={"m": {"one": 1, "two": 2}}).run_everything()
    assert told.task("a").result == ["one", "two"]


@pytest.mark.parametrize(("text", "result"), [("añc", ["a", "ñ", "c"]), ("", [])])
def test_a_text_gives_its_characters(story: Any, text: str, result: list[str]) -> None:
    """As in Mistral, and an empty one gives no items."""
    told = begun(
        story,
        "w: {input: [t], tasks: {a: {with-items: 'c in <% $.t %>', action: std.echo output=<% $.c %>}}}",
        input={"t": text},
    ).run_everything()
    assert told.task("a").result == result


def test_an_empty_list_succeeds_with_an_empty_result(story: Any) -> None:
    """Nothing runs, and what follows begins at once."""
    told = story(
        "w: {tasks: {a: {with-items: 'x in <% [] %>', action: std.noop, publish: {r: <% task().result %>},"
        " on-success: b}, b: {with-items: 'x in <% $.r %>', action: std.noop}}}"
    )
    assert told.start() == [
        "WorkflowStarted",
        "TaskScheduled a",
        "ItemsEvaluated a",
        "TaskCompleted a SUCCESS -> b",
        "TaskScheduled b",
        "ItemsEvaluated b",
        "TaskCompleted b SUCCESS",
        "WorkflowCompleted SUCCESS",
    ]
    assert told.state.output == {"r": []}


@pytest.mark.parametrize(
    ("items", "words"),
    [
        pytest.param(
            "'x in <% 5 %>'", "a list is expected for 'x', and its expression gave int", id="number"
        ),
        pytest.param("'x in <% null %>'", "gave NoneType", id="nothing"),
        pytest.param("'x in <% $.nowhere %>'", "nowhere", id="unset variable"),
        pytest.param(
            "['x in <% [1] %>', 'y in <% [1, 2] %>']",
            "must have the same length, and 'x' has 1, 'y' has 2 items",
            id="lengths",
        ),
    ],
)
def test_lists_that_are_none_fail_by_force(story: Any, items: str, words: str) -> None:
    """Task and workflow end in ERROR, whatever on-error says."""
    told = story(
        "w: {input: [text], tasks: {a: {with-items: " + items + ", action: std.noop, on-error: b},"
        " b: {action: std.noop}}}"
    )
    told.start(input={"text": "abc"})
    assert told.state.state == "ERROR"
    assert told.tasks() == {"a": ["ERROR"]}
    assert words in told.task("a").state_info
    assert told.task("a").state_info.startswith("Failed to run task [error=")


@pytest.mark.parametrize("value", ["'two'", "-1", "1.5", "true"])
def test_a_wrong_concurrency_fails_by_force(story: Any, value: str) -> None:
    """It must be a whole number from 0 on."""
    told = begun(
        story,
        'w: {tasks: {a: {with-items: "x in [1]", concurrency: "<% ' + value + ' %>", action: std.noop}}}',
    )
    assert told.state.state == "ERROR"
    assert "'concurrency' must be a whole number from 0 to" in told.task("a").state_info


def test_an_item_that_cannot_be_prepared_fails_all_before_any_has_begun(story: Any) -> None:
    """The second item has no field n; not even the first one runs."""
    text = (
        "w: {input: [xs], tasks: {a: {with-items: 'x in <% $.xs %>', action: std.echo output=<% $.x.n %>,"
        " on-error: b}, b: {action: std.noop}}}"
    )
    told = begun(story, text, input={"xs": [{"n": 1}, {}]})
    assert (told.state.state, told.tasks(), told.unfinished()) == ("ERROR", {"a": ["ERROR"]}, [])
    assert "Failed to run task [error=" in told.state.state_info


def test_no_more_items_than_allowed(story: Any) -> None:
    """As many as the limit run; one more fails the task by force and names the setting."""
    at, above = story(MANY), story(MANY)
    for told in (at, above):
        told.definition = msgspec.structs.replace(told.definition, limits=Limits(items=3))
    at.start(input={"n": 3})
    assert running(at) == [0, 1, 2]
    above.start(input={"n": 4})
    assert above.state.state == "ERROR"
    assert "with-items has 4 items, and the limit is 3 (WF_ES_LIMIT_ITEMS)" in above.state.state_info


# --- how items end ---


def test_results_come_in_the_order_of_the_items(story: Any) -> None:
    """Whoever ends first, the list follows the items; it is there when the task has ended."""
    told = begun(story)
    told.end_item("a", 2, "third")
    told.end_item("a", 0, "first")
    assert told.task("a").result is None
    assert told.end_item("a", 1, {"n": 2}) == [
        "ActionCompleted a SUCCESS",
        "TaskCompleted a SUCCESS",
        "WorkflowCompleted SUCCESS",
    ]
    assert told.task("a").result == ["first", {"n": 2}, "third"]


def test_an_error_waits_for_the_other_items(story: Any) -> None:
    """The task fails when all have ended; error data stands in the result."""
    told = begun(
        story,
        "w: {tasks: {a: {with-items: 'x in [1, 2, 3]', action: std.async_noop,"
        " publish-on-error: {r: <% task().result %>}, on-error: b}, b: {action: std.noop}}}",
    )
    told.end_item("a", 1, {"n": 2}, "ERROR")
    assert told.task("a").state == "RUNNING"
    told.end_item("a", 0, 1)
    assert told.end_item("a", 2, 3)[1] == "TaskCompleted a ERROR -> b"
    assert told.task("a").state_info == "One or more actions had failed."
    assert told.task("a").published == {"r": [1, {"n": 2}, 3]}


def test_the_reason_lists_the_failed_items(story: Any) -> None:
    """Each with its id and index, in the order of the items."""
    told = begun(story)
    told.end_item("a", 2, "boom", "ERROR")
    told.end_item("a", 1, {"n": 2}, "ERROR")
    told.end_item("a", 0)
    units = told.task("a").units
    assert told.state.state_info == (
        "Failure caused by error in tasks: a\n"
        f"\n  a [task_ex_id={told.task('a').id}] -> One or more actions had failed.\n"
        f"    [action_ex_id={units[1]}, idx=1]: {{'n': 2}}\n"
        f"    [action_ex_id={units[2]}, idx=2]: boom\n"
    )


def test_a_cancelled_item_cancels_the_task_at_once(story: Any) -> None:
    """The others may still end; that is recorded and changes nothing."""
    told = begun(story, TWO_AT_A_TIME)
    assert told.end_item("a", 0, state="CANCELLED") == [
        "ActionCompleted a CANCELLED",
        "TaskCompleted a CANCELLED",
        "WorkflowCompleted CANCELLED",
    ]
    assert told.task("a").state_info == "One or more actions was cancelled."
    assert result_of(told.state, told.task("a")) == [None]
    assert told.end_item("a", 1, "late") == ["ActionCompleted a SUCCESS"]
    assert (told.task("a").state, told.unfinished()) == ("CANCELLED", [])


def test_a_completion_counts_once(story: Any) -> None:
    """The same report again changes nothing, another one is a conflict."""
    told = begun(story)
    told.end_item("a", 0, 1)
    assert told.end_item("a", 0, 1) == []
    with pytest.raises(CompletionConflict):
        told.end_item("a", 0, 2)
    assert told.task("a").items.succeeded == 1


def test_results_are_not_kept_if_the_task_says_so(story: Any) -> None:
    """They can be published, and are gone then."""
    told = begun(
        story,
        "w: {tasks: {a: {with-items: 'x in [1, 2]', action: std.echo output=<% $.x %>,"
        " keep-result: false, publish: {r: <% task().result %>}}}}",
    ).run_everything()
    assert told.state.output == {"r": [1, 2]}
    assert told.task("a").result is None
    assert [action.output for action in actions_of(told.state, told.task("a"))] == [{}, {}]


def test_an_item_that_ends_after_its_task_is_not_kept_either(story: Any) -> None:
    """A repeated report of it is known by its digest, another one is a conflict."""
    told = begun(
        story, "w: {tasks: {a: {with-items: 'x in [1, 2]', action: std.async_noop, keep-result: false}}}"
    )
    told.end_item("a", 0, state="CANCELLED")
    told.end_item("a", 1, "late")
    late = actions_of(told.state, told.task("a"))[1]
    report = {"action_id": late.id, "state": "SUCCESS"}
    assert late.output == {}
    assert told.when(commands.CompleteAction, output="late", **report) == []
    with pytest.raises(CompletionConflict):
        told.when(commands.CompleteAction, output="later", **report)


# --- many ---


def test_many_items_begin_in_chunks(story: Any) -> None:
    """No decision has more than 500 events; each chunk continues from the log."""
    told = story(MANY)
    sizes = [len(told.start(input={"n": 1200}))]
    while told.state.deferred:
        sizes.append(len(go_on(told)))
    assert sizes == [CHUNK, CHUNK, 1200 + 3 + 2 - 2 * CHUNK]
    assert running(told) == list(range(1200))
    assert go_on(told) == []


def test_a_chunk_is_no_chance_to_begin_more_than_may_run(story: Any) -> None:
    """With 600 at a time, the second chunk begins what is left of them."""
    told = begun(story, MANY, input={"n": 1000, "at_once": 600})
    assert told.task("a").items.deferred
    told.end_item("a", 0)
    assert len(told.unfinished()) == CHUNK - 4 - 1
    go_on(told)
    assert (len(told.unfinished()), told.task("a").items.deferred) == (600, False)
    assert told.end_item("a", 1)[1:] == ["ActionScheduled std.async_noop #601"]


def test_items_that_wait_for_a_chunk_begin_also_while_paused(story: Any) -> None:
    """And a resume in between goes on with them, and defers the rest again."""
    told = begun(story, MANY, input={"n": 1200})
    told.pause()
    assert go_on(told)[-1] == "ItemsDeferred a"
    assert told.resume()[-1] == f"ActionScheduled std.async_noop #{1200 - 1}"
    assert running(told) == list(range(1200))


def test_only_items_of_a_task_that_is_there_can_continue(story: Any) -> None:
    """An unknown task is refused; one that has ended is left alone."""
    told = begun(story, MANY, input={"n": 1200})
    with pytest.raises(NotFound):
        told.when(commands.ContinueItems, task_id="no such")
    told.end_item("a", 0, state="CANCELLED")
    assert go_on(told) == []


def test_an_endless_loop_of_empty_lists_is_cut_into_decisions(story: Any) -> None:
    """Nothing waits in it, so the decision itself must come to an end."""
    told = story("w: {tasks: {b: {on-success: a}, a: {with-items: 'x in <% [] %>', on-success: a}}}")
    told.start()
    events = told.complete("b")
    assert len(events) <= CHUNK + 3
    assert events[-1] == "ItemsDeferred a"
    assert len(go_on(told)) <= CHUNK + 3
    assert told.when(commands.StopWorkflow, state="CANCELLED") == ["WorkflowCompleted CANCELLED"]
    assert go_on(told) == []
