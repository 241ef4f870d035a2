"""What a resume needs before it can be granted, as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests import effort
from tests.wf_es.execution.requirements.asking import asked
from wf_es.definition.text import write_text


def test_places_and_expressions(told: Any) -> None:
    """A reader is named with its expression, line and column."""
    use = next(item.needed_by for item in asked(told, {"task": "deploy"}).missing if item.variable == "host")
    assert "$.host" in use.expression
    assert (use.line, use.column) == (11, 14)


def test_what_will_run_repeat_and_is_outstanding(told: Any) -> None:
    """The report also says what happens and what is still awaited."""
    found = asked(told, {"task": "deploy", "context": {"host": "h", "blocked": "", "ticket": 1}})
    assert found.will_run == ["deploy", "report"]
    assert [(item.task, item.action) for item in found.outstanding] == [("other", "std.async_noop")]
    assert found.repeats == []
    assert found.position == told.state.version


def chain(size: int) -> dict[str, Any]:
    """Return tasks that follow each other, each reading what the one before it has published."""
    tasks: dict[str, Any] = {"t0": {"action": "std.async_noop", "publish": {"v0": 0, "n": 0}}}
    for number in range(1, size):
        tasks[f"t{number}"] = {
            "action": "std.echo",
            "input": {"output": [f"<% $.v{number - 1} %>", "<% $.n %>"]},
            "publish": {f"v{number}": number, "n": number},
        }
        tasks[f"t{number - 1}"]["on-success"] = [f"t{number}"]
    return tasks


def loops(size: int) -> dict[str, Any]:
    """Return a chain in which each task may go back to an earlier one."""
    tasks = chain(size)
    for number in range(6, size):
        tasks[f"t{number}"]["on-error"] = [{f"t{number - 5}": "<% $.n < 3 %>"}]
    return tasks


def fan(size: int) -> dict[str, Any]:
    """Return one task that leads to many, which all lead to a join that reads from all."""
    tasks: dict[str, Any] = {"t0": {"action": "std.async_noop", "publish": {"n": 0}}}
    middle = [f"t{number}" for number in range(1, size - 1)]
    tasks["t0"]["on-success"] = middle
    for name in middle:
        tasks[name] = {
            "action": "std.echo output=<% $.n %>",
            "publish": {name: 1},
            "on-success": ["end"],
        }
    tasks["end"] = {
        "join": "all",
        "action": "std.echo",
        "input": {"output": [f"<% $.{name} %>" for name in middle]},
    }
    return tasks


@pytest.mark.parametrize(("make", "seconds"), [(chain, 0.4), (loops, 0.8), (fan, 0.6)])
def test_a_thousand_tasks(story: Any, make: Any, seconds: float) -> None:
    """The check takes a fraction of a second, whatever the shape."""
    told = story(write_text({"w": {"tasks": make(1_000), "output": {"o": "<% $.n %>"}}}))
    told.start()
    told.fail("t0")

    assert effort.cost(lambda: asked(told, {"task": "t0"}), seconds) < seconds
    report = asked(told, {"task": "t0"})
    assert (report.resumable, len(report.will_run)) == (True, 1_000)
