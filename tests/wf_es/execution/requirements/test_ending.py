"""What is there when the workflow ends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import asked, missing, undetermined, written
from wf_es.execution import commands

A = "a: {ASYNC, publish: {v: 1}, on-success: "


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        pytest.param(A + "b}, b: {NOOP}", "", id="a chain keeps it"),
        pytest.param(A + "[b, c]}, b: {NOOP}, c: {NOOP}", "", id="whichever end"),
        pytest.param(
            "a: {ASYNC, on-success: [b: GUARD]}, b: {NOOP, publish: {v: 1}}",
            "only some ways to here set it: b",
            id="behind a guard",
        ),
        pytest.param("a: {ASYNC}", "missing", id="nobody"),
        pytest.param(
            "a: {ASYNC, on-success: [b, succeed]}, b: {ASYNC, publish: {v: 1}}",
            "only some ways to here set it: b",
            id="ended early",
        ),
        pytest.param(
            "a: {ASYNC, publish: {v: 1}, on-error: b}, b: {NOOP}",
            "only some ways to here set it: a",
            id="an error that is taken care of",
        ),
        pytest.param(
            A + "b}, b: {ASYNC, on-success: [b: GUARD]}",
            "",
            id="a loop that ends some time",
        ),
    ],
)
def test_the_output(story: Any, tasks: str, expected: str) -> None:
    """It reads what the tasks left behind that nothing follows."""
    told = story(written(f"w: {{output: {{o: <% $.v %>}}, tasks: {{{tasks}}}}}"))
    told.start()
    told.when(commands.StopWorkflow, state="ERROR", message=None)

    report = asked(told, {"task": "a"})

    assert missing(report) == ({"v@.output.o"} if expected == "missing" else set())
    reasons = {name: why for name, why in undetermined(report).items() if name.startswith("v@.")}
    assert reasons == ({} if expected in ("", "missing") else {"v@.output.o": expected})


def test_what_ended_before_is_there(story: Any) -> None:
    """Its context is left for the end."""
    text = (
        "w: {output: {o: <% $.v %>}, output-on-error: {e: <% $.nowhere %>}, tasks: {"
        "a: {ASYNC}, b: {ASYNC, publish: {v: 1}}}}"
    )
    told = story(written(text))
    told.start()
    told.complete("b")
    told.fail("a")

    report = asked(told, {"task": "a"})

    assert missing(report) == set()
    assert undetermined(report) == {
        "nowhere@.output-on-error.e": "nothing sets it, and it is needed only if the execution fails"
    }


def test_a_round_that_comes_late_to_a_join_leads_nowhere(story: Any) -> None:
    """What a loop brings to a join that did not wait for it is kept by nobody."""
    told = story(
        """
w:
  output: {o: <% $.v %>}
  tasks:
    a: {action: std.http url=u, publish: {v: 1}, on-success: b}
    b: {action: std.noop, join: one, on-success: [{b: <% $.v < 2 %>}]}
"""
    )
    told.start()
    told.fail("a")
    report = asked(told, {"task": "a"})
    assert (missing(report), list(undetermined(report))) == (set(), ["v@.output.o"])
    told.resume_from({"task": "a"})
    told.complete("a")
    told.run_everything()
    assert "variable 'v' is not set" in told.state.state_info
