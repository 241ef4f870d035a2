"""What a resume needs before it can be granted, as a whole."""

from __future__ import annotations

from typing import Any

from tests.wf_es.execution.requirements.asking import asked


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
