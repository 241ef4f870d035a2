"""How reads are gathered."""

from __future__ import annotations

from wf_es.expressions.reads import Collector, Read


def test_a_variable_is_optional_only_if_every_read_is() -> None:
    """One read that needs the variable makes it needed, before or after."""
    collector = Collector()
    for name, optional in (("a", True), ("a", False), ("b", False), ("b", True), ("c", True), ("c", True)):
        collector.variable(name, optional=optional)

    assert collector.reads().variables == (Read("a"), Read("b"), Read("c", optional=True))


def test_reasons_are_kept_once() -> None:
    """The same reason is said once; only some mean that any variable may be read."""
    collector = Collector()
    collector.task(None)
    collector.task(None)

    assert (len(collector.reads().undetermined), collector.reads().whole) == (1, False)
    collector.any_variable("so")
    assert (len(collector.reads().undetermined), collector.reads().whole) == (2, True)
