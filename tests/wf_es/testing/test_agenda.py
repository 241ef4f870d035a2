"""What comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wf_es.testing.agenda import Agenda, Rank

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_entries_come_by_moment_then_rank_then_order() -> None:
    """Results before timers before commands, and what was entered first first."""
    agenda = Agenda()
    later = NOW + timedelta(seconds=1)
    for moment, rank, name in (
        (later, Rank.RESULT, "later"),
        (NOW, Rank.COMMAND, "command"),
        (NOW, Rank.TIMER, "timer"),
        (NOW, Rank.RESULT, "first"),
        (NOW, Rank.RESULT, "second"),
    ):
        agenda.enter(moment, rank, name)

    taken = [agenda.take() for _ in range(6)]

    assert [entry and entry[1] for entry in taken] == ["first", "second", "timer", "command", "later", None]
    assert taken[4] == (later, "later")
