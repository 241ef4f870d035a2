"""What a task publishes."""

from __future__ import annotations

from typing import Any

import pytest

from wf_es.execution import commands


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("SUCCESS", {"clause": "s", "task": "t", "always": "c", "tc": "task", "ct": "s"}),
        ("ERROR", {"clause": "e", "task": "te", "always": "c", "tc": "task", "ct": "e"}),
    ],
)
def test_precedence(story: Any, outcome: Any, expected: Any) -> None:
    """The specific clause wins over the task, the task over on-complete; nothing is lost."""
    told = story(
        """
w:
  tasks:
    a:
      action: std.async_noop
      publish: {task: t, tc: task, ct: task}
      publish-on-error: {task: te, tc: task, ct: task}
      on-success: {publish: {branch: {clause: s, ct: s}}}
      on-error: {publish: {branch: {clause: e, ct: e}}}
      on-complete: {publish: {branch: {always: c, tc: complete, ct: complete}}}
"""
    )
    told.start()
    told.complete("a", state=outcome)
    assert told.task("a").published == expected


def test_global_values_are_seen_by_other_branches(story: Any) -> None:
    """What goes into the global scope is visible at once, everywhere."""
    told = story(
        """
w:
  vars: {g: {old: 1}}
  tasks:
    a: {action: std.async_noop, on-success: {publish: {global: {g: {new: 2}}}}}
    b: {action: std.async_noop, on-success: c}
    c: {action: std.echo output=<% global(g) %>}
"""
    )
    told.start()
    told.complete("a")
    told.complete("b")
    assert told.unfinished()[0].input == {"output": {"old": 1, "new": 2}}
    assert told.state.published_global == {"g": {"old": 1, "new": 2}}


def test_branches_do_not_see_each_other(story: Any) -> None:
    """What one branch publishes stays there until they meet."""
    told = story(
        """
w:
  vars: {v: start}
  tasks:
    l: {publish: {v: left}, on-success: l2}
    r: {on-success: r2}
    l2: {action: std.echo output=<% $.v %>}
    r2: {action: std.echo output=<% $.v %>}
"""
    )
    told.start()
    told.complete("l")
    told.complete("r")
    assert [action.input["output"] for action in told.unfinished()] == ["left", "start"]


def test_publish_that_fails_fails_by_force(story: Any) -> None:
    """An expression error in publish ends task and workflow at once."""
    told = story("w: {tasks: {a: {publish: {x: <% $.nowhere %>}, on-error: b}, b: {action: std.noop}}}")
    told.start()
    told.complete("a")
    assert told.tasks() == {"a": ["ERROR"]}
    assert told.state.state_info.startswith("Failed to handle action completion")


def test_keep_result_false_drops_the_output_after_publishing(story: Any) -> None:
    """The output is used for publishing and gone afterwards; repeats are still recognised."""
    told = story(
        "w: {tasks: {a: {action: std.async_noop, keep-result: false, publish: {x: <% task().result %>}}}}"
    )
    told.start()
    action = told.unfinished()[0]
    told.complete("a", 5)
    assert told.task("a").published == {"x": 5}
    assert told.task("a").result is None
    assert told.state.actions[action.id].output == {}


CLAUSES = """
w:
  vars: {n: 0}
  tasks:
    a:
      action: std.async_noop
      on-success: &PUBLISH
      on-error: &PUBLISH
      on-complete: &PUBLISH
      on-skip: &PUBLISH
""".replace("&PUBLISH", "{publish: {branch: {b: 1}, global: {g: {@: 1}}, atomic: {n: <% global(n) + 1 %>}}}")


@pytest.mark.parametrize(
    ("outcome", "clauses"),
    [
        pytest.param("SUCCESS", ["on-success", "on-complete"], id="success"),
        pytest.param("ERROR", ["on-error", "on-complete"], id="error"),
        pytest.param("SKIPPED", ["on-error", "on-complete", "on-skip"], id="skipped after an error"),
        pytest.param("CANCELLED", [], id="cancelled"),
    ],
)
def test_each_scope_under_each_clause(story: Any, outcome: str, clauses: list[str]) -> None:
    """The clauses that apply publish into all three scopes, and each atomic update counts."""
    text = CLAUSES
    for clause in ("on-success", "on-error", "on-complete", "on-skip"):
        text = text.replace("@", clause, 1)
    told = story(text)
    told.start()
    told.complete("a", state="ERROR" if outcome == "SKIPPED" else outcome)
    if outcome == "SKIPPED":
        told.when(commands.SkipTask, task_id=told.task("a").id)
    assert told.task("a").published == ({"b": 1} if clauses else {})
    expected = {"g": dict.fromkeys(clauses, 1), "n": len(clauses)} if clauses else {}
    assert told.state.published_global == expected


def test_atomic_updates_of_parallel_branches_all_count(story: Any) -> None:
    """Each sees what those before it have written, in whatever order they come."""
    told = story(
        """
w:
  vars: {done: 0, by: []}
  output: {done: <% global(done) %>, by: <% global(by) %>}
  task-defaults:
    on-success:
      publish:
        atomic:
          done: <% global(done) + 1 %>
          by: <% $.by + [task().name] %>
  tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}, c: {action: std.async_noop}}
"""
    )
    told.start()
    for name in "cab":
        told.complete(name)
    assert told.state.output == {"done": 3, "by": ["c", "a", "b"]}


def test_atomic_sees_what_the_task_publishes_globally(story: Any) -> None:
    """It is evaluated after ``global``; both languages, by name and by function."""
    told = story(
        """
w:
  vars: {n: 1}
  tasks:
    a:
      action: std.async_noop
      on-success:
        publish:
          global: {n: 10, seen: <% global(n) %>}
          atomic: {yaql: <% global(n) %>, root: <% $.n %>, jinja: "{{ global('n') }}", text: "n={{ _.n }}"}
"""
    )
    told.start()
    told.complete("a")
    expected = {"n": 10, "seen": 1, "yaql": 10, "root": 10, "jinja": 10, "text": "n=10"}
    assert told.state.published_global == expected
    assert told.task("a").published_global == expected


def test_atomic_takes_the_place_of_the_old_value(story: Any) -> None:
    """So an update can also take something away; ``global`` only ever adds to a mapping."""
    told = story(
        """
w:
  vars: {left: {a: 1, b: 2}, kept: {a: 1}}
  tasks:
    a:
      on-success:
        publish: {global: {kept: {b: 2}}, atomic: {left: "<% global(left).delete(task().name) %>"}}
"""
    )
    told.start()
    told.complete("a")
    assert told.state.published_global == {"left": {"b": 2}, "kept": {"a": 1, "b": 2}}


def test_an_atomic_update_that_fails_publishes_nothing(story: Any) -> None:
    """Like any other expression of a publish: task and workflow fail, and no value is written."""
    told = story("w: {tasks: {a: {on-success: {publish: {branch: {x: 1}, atomic: {n: <% $.nowhere %>}}}}}}")
    told.start()
    told.complete("a")
    assert told.state.state == "ERROR"
    assert (told.task("a").published, told.state.published_global) == ({}, {})


def test_a_task_declared_done_updates_atomically(story: Any) -> None:
    """With a result its clauses are evaluated as if it had succeeded."""
    told = story(
        "w: {vars: {n: 1}, tasks: {a: {action: std.async_noop,"
        " on-success: {publish: {atomic: {n: <% global(n) + task().result %>}}}}}}"
    )
    told.start()
    told.fail("a")
    told.resume_from({"task": "a", "action": "continue", "result": 5})
    assert told.state.state == "SUCCESS"
    assert told.state.published_global == {"n": 6}


SUPERSEDED = """
w:
  tasks:
    a: {action: std.async_noop, on-success: b}
    b:
      action: std.async_noop
      publish: {mine: <% task().result %>, much: <% $.no_such.thing %>}
      publish-on-error: {mine: <% task().result %>}
      on-success: &PUBLISHED
      on-error: &PUBLISHED
"""
LATE = "{publish: {branch: {b: 1}, global: {g: <% task().result %>}, atomic: {n: <% task().result %>}}}"


@pytest.mark.parametrize("state", ["SUCCESS", "ERROR"])
def test_a_superseded_run_publishes_nowhere(story: Any, state: str) -> None:
    """It ends late, in its own state; what it would publish is not even evaluated."""
    told = story(SUPERSEDED.replace("&PUBLISHED", LATE))
    told.start()
    told.complete("a")
    late = told.unfinished()[0]
    told.resume_from({"task": "a"}, allow_succeeded=True, force=True)

    events = told.when(commands.CompleteAction, action_id=late.id, state=state, output="late")

    assert events == [f"ActionCompleted b {state}", f"TaskCompleted b {state}"]
    run = told.state.tasks[late.task_id]
    assert (run.superseded, run.published, run.published_global) == (True, {}, {})
    assert told.state.published_global == {}


def test_the_run_that_took_the_place_publishes(story: Any) -> None:
    """Whichever of the two ends first."""
    text = """
w:
  tasks:
    a: {action: std.async_noop, on-success: b}
    b: {action: std.async_noop, on-success: &P}
"""
    for first, second in ((0, -1), (-1, 0)):
        told = story(text.replace("&P", LATE.replace("branch: {b: 1}", "branch: {b: <% task().result %>}")))
        told.start()
        told.complete("a")
        told.resume_from({"task": "a"}, allow_succeeded=True)
        told.complete("a")
        outputs = {0: "late", -1: "new"}
        told.complete("b", outputs[first], run=first)
        told.complete("b", outputs[second], run=-1)
        assert told.state.published_global == {"g": "new", "n": "new"}
        assert told.state.output == {"b": "new"}
