"""What is damaged is set apart, said once, and can come back."""

from __future__ import annotations

import logging

import pytest

from wf_es.engine.quarantine import Quarantine
from wf_es.errors import CorruptHistory

ERROR = CorruptHistory("Event 3 of stream s is damaged", stream="s", version=3)


def test_an_empty_quarantine_lets_all_pass() -> None:
    """Nothing is in it at the beginning."""
    quarantine = Quarantine()
    quarantine.check("s")
    quarantine.release("s")
    assert quarantine.found() == {}


def test_what_is_in_is_refused_with_advice() -> None:
    """Whoever asks is told what was found and what to do; others pass."""
    quarantine = Quarantine()
    told = quarantine.put(ERROR)
    with pytest.raises(CorruptHistory) as caught:
        quarantine.check("s")
    quarantine.check("another")
    assert str(caught.value) == str(told)
    assert str(told).startswith("Event 3 of stream s is damaged. It is in quarantine")
    assert "wf-es audit verify s" in str(told)
    assert caught.value.details == {"stream": "s", "version": 3}
    assert quarantine.found() == {"s": "Event 3 of stream s is damaged"}


def test_the_log_says_it_once(caplog: pytest.LogCaptureFixture) -> None:
    """However often it is met; and again when it is over."""
    quarantine = Quarantine()
    with caplog.at_level(logging.WARNING, "wf_es"):
        for _ in range(3):
            quarantine.put(ERROR)
        quarantine.release("s")
        quarantine.release("s")
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    quarantine.check("s")


def test_an_error_about_no_stream_is_nobodys() -> None:
    """It is handed back as it came."""
    quarantine, error = Quarantine(), CorruptHistory("odd")
    assert quarantine.put(error) is error
    assert quarantine.found() == {}


def test_where_a_copy_can_begin_is_part_of_the_advice() -> None:
    """Found out once for each damage, not each time that somebody asks."""
    asked = list[str]()

    def fork_at(stream: str) -> int:
        asked.append(stream)
        return 7

    quarantine = Quarantine(fork_at)
    told = quarantine.put(ERROR)
    again = quarantine.put(ERROR)
    with pytest.raises(CorruptHistory, match="'wf-es execution fork s --at 7'"):
        quarantine.check("s")
    assert str(told) == str(again)
    assert asked == ["s"]
    quarantine.put(CorruptHistory("Event 2 of stream s is damaged", stream="s", version=2))
    assert asked == ["s", "s"]
