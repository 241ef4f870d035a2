"""How tasks and executions come to their end."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wf_es.execution.state import actions_of
from wf_es.limits import Limits


def test_success_without_output_gives_the_final_context(story: Any) -> None:
    """Where no output is declared, what the last tasks left behind is it."""
    told = story("w: {input: [i], tasks: {a: {publish: {x: 1}}, b: {publish: {y: 2}}}}")
    told.start(input={"i": 0})
    told.run_everything()
    assert told.state.output == {"x": 1, "y": 2}


def test_error_tells_tasks_and_actions(story: Any) -> None:
    """The reason names each failed task with its actions."""
    told = story("w: {tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}}}")
    told.start()
    told.fail("b", {"code": 5})
    told.fail("a", "boom")
    a, b = told.task("a"), told.task("b")
    (action_a,), (action_b,) = actions_of(told.state, a), actions_of(told.state, b)
    assert told.state.state_info == (
        "Failure caused by error in tasks: a, b\n"
        f"\n  a [task_ex_id={a.id}] -> boom\n    [action_ex_id={action_a.id}, idx=0]: boom\n"
        f"\n  b [task_ex_id={b.id}] -> {{'code': 5}}\n"
        f"    [action_ex_id={action_b.id}, idx=0]: {{'code': 5}}\n"
    )
    assert told.state.output == {"result": told.state.state_info}


def test_error_waits_for_other_branches(story: Any) -> None:
    """A failed branch fails the execution only when the others have ended."""
    told = story("w: {tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}}}")
    told.start()
    told.fail("a")
    assert told.state.state == "RUNNING"
    told.complete("b")
    assert told.state.state == "ERROR"


def test_cancelled_task_cancels_the_execution(story: Any) -> None:
    """A cancelled task outweighs a failed one."""
    told = story("w: {tasks: {a: {action: std.async_noop}, b: {action: std.async_noop}}}")
    told.start()
    told.fail("a")
    told.complete("b", state="CANCELLED")
    assert told.state.state == "CANCELLED"
    assert told.state.state_info == "Cancelled tasks: b"
    assert told.state.output == {"result": "Cancelled tasks: b"}


def test_output_that_fails_makes_an_error(story: Any) -> None:
    """A success whose output cannot be evaluated is an error that says so."""
    told = story("w: {output: {r: <% $.nowhere %>}, tasks: {a: {action: std.noop}}}")
    told.start()
    told.run_everything()
    assert told.state.state == "ERROR"
    assert "output of workflow 'w'" in told.state.state_info


def test_output_on_error_is_added(story: Any) -> None:
    """output-on-error is merged over the message."""
    told = story(
        "w: {output-on-error: {why: <% $.why %>}, vars: {why: initial},"
        " tasks: {a: {action: std.fail, publish-on-error: {why: published}}}}"
    )
    told.start()
    told.run_everything()
    assert told.state.output["why"] == "published"
    assert told.state.output["result"] == told.state.state_info


def test_output_on_error_that_fails_says_so(story: Any) -> None:
    """A broken output-on-error does not hide the reason."""
    told = story("w: {output-on-error: {why: <% $.nowhere %>}, tasks: {a: {action: std.fail}}}")
    told.start()
    told.run_everything()
    assert told.state.state == "ERROR"
    assert "output-on-error of workflow 'w'" in told.state.state_info
    assert "Failure caused by error in tasks: a" in told.state.state_info
    assert told.state.output == {"result": told.state.state_info}


def test_output_on_error_that_fails_is_the_reason_where_there_is_none(story: Any) -> None:
    """A ``fail`` without a message says at least what went wrong afterwards."""
    told = story(
        "w: {output-on-error: {why: <% $.nowhere %>}, tasks: {a: {action: std.noop, on-success: fail}}}"
    )
    told.start()
    told.run_everything()
    assert told.state.state_info.startswith("Failed to evaluate the output-on-error of workflow 'w'")


FAILING = {
    "an error": "w: {tasks: {a: {action: std.noop, publish: {x: 1}, on-success: b}, b: {action: std.fail}}}",
    "the command": "w: {tasks: {a: {action: std.noop, publish: {x: 1}, on-success: fail}}}",
    "by force": "w: {tasks: {a: {publish: {x: 1}, on-success: b}, b: {action: std.echo output=<% $.no %>}}}",
    "the output": "w: {output: {z: <% $.nowhere %>}, tasks: {a: {action: std.noop, publish: {x: 1}}}}",
}


@pytest.mark.parametrize("text", FAILING.values(), ids=FAILING)
def test_failed_execution_gives_what_was_published(story: Any, text: str) -> None:
    """Without output-on-error the variables that are left stand beside the message."""
    told = story(text)
    told.start()
    told.run_everything()
    assert told.state.state == "ERROR"
    assert told.state.output == {"result": told.state.state_info, "x": 1}


def test_variable_called_result_is_the_result(story: Any) -> None:
    """A variable that the workflow has published under this name comes before the message."""
    told = story("w: {tasks: {a: {action: std.noop, publish: {result: 5}, on-success: [fail msg='no']}}}")
    told.start()
    told.run_everything()
    assert (told.state.state_info, told.state.output) == ("no", {"result": 5})


def test_vars_and_input_are_not_left_behind(story: Any) -> None:
    """What nobody has published is not in the output of a failed execution."""
    told = story("w: {input: [i], vars: {v: 1}, tasks: {a: {action: std.fail}}}")
    told.start(input={"i": 2})
    told.run_everything()
    assert told.state.output == {"result": told.state.state_info}


def test_variables_that_are_too_large_are_left_out(story: Any) -> None:
    """They cost a failed execution neither its end nor its reason."""
    text = "x" * 600
    b = "{action: std.fail, publish-on-error: {y: %s}}" % text
    told = story("w: {tasks: {a: {publish: {x: %s}}, b: %s}}" % (text, b))
    told.definition = msgspec.structs.replace(told.definition, limits=Limits(context_bytes=1000))
    told.start()
    told.run_everything()
    assert told.state.output == {"result": told.state.state_info}


def test_cancelled_execution_gives_its_reason_alone(story: Any) -> None:
    """Variables are in the output of a failed execution only."""
    told = story("w: {tasks: {a: {publish: {x: 1}, on-success: b}, b: {action: std.async_noop}}}")
    told.start()
    told.run_everything()
    told.complete("b", state="CANCELLED")
    assert told.state.output == {"result": "Cancelled tasks: b"}
