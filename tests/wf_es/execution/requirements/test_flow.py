"""What is there at each task that may run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import asked, missing, origins, undetermined, written


def failed(story: Any, tasks: str, head: str = "") -> Any:
    """Return an execution whose first task ``a`` has failed; all others come after it."""
    told = story(written(f"w: {{{head} tasks: {{{tasks}}}}}"))
    told.start(**({"params": {"task_name": "z"}} if "reverse" in head else {}))
    told.fail("a")
    return told


READ = "z: {action: std.echo output=<% $.v %>"


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        pytest.param("a: {ASYNC, publish: {v: 1}, on-success: z}," + READ + "}", "", id="before"),
        pytest.param("a: {ASYNC, on-success: z}," + READ + ", publish: {v: 1}}", "missing", id="itself"),
        pytest.param(
            "a: {ASYNC, on-success: [b: GUARD, z]},"
            " b: {NOOP, publish: {v: 1}, on-success: z}," + READ + "}",
            "only some ways to here set it: b",
            id="one of two ways",
        ),
        pytest.param(
            "a: {ASYNC, on-success: [b, c]}, b: {NOOP, publish: {v: 1}, on-success: z},"
            " c: {NOOP, on-success: z}," + READ + ", join: all}",
            "",
            id="one branch of a join",
        ),
        pytest.param(
            "a: {ASYNC, on-success: [b, c]}, b: {NOOP, publish: {v: 1}, on-success: z},"
            " c: {NOOP, on-success: z}," + READ + ", join: one}",
            "only some ways to here set it: b",
            id="one branch of a partial join",
        ),
        pytest.param(
            "a: {ASYNC, publish: {v: 1}, on-complete: z}," + READ + "}",
            "only some ways to here set it: a",
            id="published by a success, read after any end",
        ),
        pytest.param(
            "a: {ASYNC, publish: {v: 1}, publish-on-error: {v: 2}, on-complete: z}," + READ + "}",
            "",
            id="published by any end",
        ),
        pytest.param(
            "a: {ASYNC, on-error: z}," + READ + "}",
            "nothing sets it, and it is needed only if task 'a' fails",
            id="only after an error",
        ),
        pytest.param(
            "a: {ASYNC, on-success: [z: GUARD]}," + READ + "}", "missing", id="behind a guard"
        ),
        pytest.param(
            "a: {ASYNC, on-success: b}, b: {NOOP, publish: {v: 1},"
            " on-success: [b: GUARD, z: <% $.get(y) %>]}," + READ + "}",
            "",
            id="after a loop",
        ),
        pytest.param(
            "a: {ASYNC, on-success: z}, "
            + READ
            + ", publish: {w: 1}, on-success: [b: GUARD]},"
            " b: {NOOP, publish: {v: 1}, on-success: z}",
            "only some ways to here set it: b",
            id="set later in a loop",
        ),
        pytest.param(
            "a: {ASYNC, on-success: [z, fail, b]}," + READ + "}, b: {action: std.echo output=<% $.v %>}",
            "missing",
            id="nothing behind a fail",
        ),
        pytest.param(
            "a: {ASYNC, fail-on: <% false %>, publish: {v: 1}, on-error: z}," + READ + "}",
            "only some ways to here set it: a",
            id="an error that has published a success",
        ),
    ],
)  # fmt: skip
def test_a_variable_at_a_task(story: Any, tasks: str, expected: str) -> None:
    """Missing, undetermined with a reason, or there."""
    report = asked(failed(story, tasks), {"task": "a"})
    is_missing = missing(report) == {"v@z.action.output"}
    assert (is_missing, bool(report.missing)) == ((expected == "missing"),) * 2
    reasons = {name: why for name, why in undetermined(report).items() if name.startswith("v@")}
    assert reasons == ({} if expected in ("", "missing") else {"v@z.action.output": expected})


def test_reverse_workflows_meet_at_what_is_required(story: Any) -> None:
    """What any requirement has published is there; what failed beside them keeps a task from starting."""
    text = (
        "a: {ASYNC, publish: {v: 1}}, b: {ASYNC, publish: {w: 1}},"
        " z: {action: 'std.echo output=<% [$.v, $.w, $.x] %>', requires: [a, b]}"
    )
    told = failed(story, text, "type: reverse,")
    report = asked(told, {"task": "a"})
    assert missing(report) == {"x@z.action.output"}
    assert origins(report) == {"v": [("task", "a")], "w": [("task", "b")]}
    told.fail("b")
    assert missing(asked(told, {"task": "a"})) == set()


def test_a_later_run_of_a_join_that_has_begun_is_none(story: Any) -> None:
    """What arrives at it again is late, so nothing is needed there."""
    text = (
        "w: {tasks: {a: {ASYNC, on-success: j}, b: {ASYNC, on-success: j},"
        " j: {join: one, ASYNC, on-success: z}, z: {ASYNC}}}"
    )
    told = story(written(text))
    told.start()
    told.complete("b")
    told.complete("j")
    told.fail("a")
    assert asked(told, {"task": "a"}).will_run == ["a"]


def test_a_join_may_fail_before_it_has_begun(story: Any) -> None:
    """What handles that sees nothing of the branches."""
    told = failed(
        story,
        "a: {ASYNC, publish: {v: 1}, on-success: j}, b: {ASYNC, on-success: j},"
        " j: {join: all, NOOP, on-error: z}, z: {action: std.echo output=<% $.v %>}",
    )
    assert undetermined(asked(told, {"task": "a"})) == {
        "v@z.action.output": "only some ways to here set it: a"
    }


def test_globals_of_a_parallel_branch_may_be_there(story: Any) -> None:
    """Those of what certainly runs later are not."""
    publish = "on-success: {publish: {global: {g: 1}}}"
    told = failed(
        story,
        "a: {ASYNC, on-success: z}, z: {ASYNC, target: <% $.g %>, on-success: c},"
        f" b: {{ASYNC, {publish}}}, c: {{NOOP, {publish}}}",
    )
    assert undetermined(asked(told, {"task": "a"})) == {"g@z.target": "only some ways to here set it: b"}
    told.complete("b")
    assert origins(asked(told, {"task": "a"})) == {"g": [("global", "b")]}
    alone = failed(
        story,
        "a: {ASYNC, on-success: z}, z: {ASYNC, target: <% $.g %>, on-success: c},"
        f" c: {{NOOP, {publish}}}",
    )
    assert missing(asked(alone, {"task": "a"})) == {"g@z.target"}


def test_globals_of_a_task_that_counts_as_done(story: Any) -> None:
    """With a result it publishes at once, beside what runs again."""
    told = failed(
        story,
        "a: {ASYNC, on-success: z}, z: {ASYNC, target: <% $.g %>},"
        " b: {ASYNC, on-success: {publish: {global: {g: 1}}}}",
    )
    told.fail("b")
    done = {"task": "b", "action": "continue", "result": 1}
    assert missing(asked(told, {"task": "a"})) == {"g@z.target"}
    assert undetermined(asked(told, {"task": "a"}, done)) == {
        "g@z.target": "only some ways to here set it: b"
    }
