"""What was found, each thing once."""

from __future__ import annotations

from wf_es.execution.requirements.facts import Origin
from wf_es.execution.requirements.findings import Findings, only_after
from wf_es.execution.requirements.report import Use

USE = Use(task="a", key="input.x", expression="<% $.x %>", line=1, column=2, workflow="w")


def test_each_thing_is_found_once() -> None:
    """What is missing for certain is not also uncertain."""
    found = Findings()
    for _ in range(2):
        found.add_missing("x", USE, ["a"])
        found.add_undetermined("perhaps", USE, "x")
        found.add_undetermined("computed", USE)
        found.add_unknown("action", "acme", "there is none", USE, True)
        found.add_present("y", [Origin("vars"), Origin("task", "b")], USE)

    assert [item.variable for item in found.missing] == ["x"]
    assert [item.why for item in found.undetermined] == ["computed"]
    assert [item.name for item in found.unknown] == ["acme"]
    assert [item.source for item in found.present] == ["vars", "task"]


def test_what_was_found_inside() -> None:
    """It has a longer path, and is less certain if only an error leads there."""
    inner = Findings()
    inner.add_missing("x", USE, [])
    inner.add_undetermined("perhaps", USE, "z")
    inner.add_unknown("action", "acme", "there is none", USE, True)
    plain, handled = Findings(), Findings()

    plain.take_in(inner, "outer", is_plain=True, after_error=None)
    handled.take_in(inner, "outer", is_plain=False, after_error="b")

    assert [(item.variable, item.needed_by.task) for item in plain.missing] == [("x", "outer/a")]
    assert [item.is_certain for item in plain.unknown] == [True]
    assert handled.missing == []
    assert [item.why for item in handled.undetermined] == [only_after("b"), "perhaps"]
    assert [item.is_certain for item in handled.unknown] == [False]
