"""Reading which moment of a history is meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from wf_es.errors import InvalidRequest
from wf_es.execution.moment import At, read_at

EIGHT = datetime(2026, 1, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(("given", "number"), [(1, 1), ("1", 1), (" 57 ", 57), ("+3", 3), ("007", 7)])
def test_an_event_number_is_read(given: At, number: int) -> None:
    """As a number or as text."""
    assert read_at(given) == number


@pytest.mark.parametrize(
    ("given", "time"),
    [
        (EIGHT, EIGHT),
        ("2026-01-31T08:00:00Z", EIGHT),
        ("2026-01-31t08:00:00z", EIGHT),
        ("2026-01-31 08:00:00Z", EIGHT),
        ("2026-01-31T10:00:00+02:00", EIGHT),
        ("2026-01-31T10:00:00 02:00", EIGHT),
        ("2026-01-31T07:00:00.5-01:00", EIGHT + timedelta(microseconds=500_000)),
        ("2026-01-31T08:00:00.1234567Z", EIGHT + timedelta(microseconds=123_456)),
    ],
)
def test_a_time_is_read(given: At, time: datetime) -> None:
    """In any form that RFC 3339 knows; a plus that an address has made a space stays a plus."""
    assert read_at(given) == time


@pytest.mark.parametrize("given", [0, -1, "0", "-7"])
def test_there_is_nothing_before_the_first_event(given: At) -> None:
    """Numbers begin with 1."""
    with pytest.raises(InvalidRequest, match=r"There is no event -?\d: the first event of an execution is 1"):
        read_at(given)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "yesterday",
        "1.5",
        "1e3",
        "9" * 16,
        "٣",
        "2026-01-31",
        "2026-01-31T08:00:00",
        "2026-13-01T08:00:00Z",
        "2026-01-31T08:00:60Z",
        "2026-01-31T08:00:00+99:00",
        "2026-01-31T08:00:00Z\n2026",
        datetime(2026, 1, 31, 8),
        True,
    ],
)
def test_what_is_neither_is_refused(given: At) -> None:
    """With both forms in the message."""
    with pytest.raises(InvalidRequest, match="give an event number such as 12, or a time with its offset"):
        read_at(given)


def test_a_long_text_is_not_repeated_whole() -> None:
    """A message stays short whatever was sent."""
    with pytest.raises(InvalidRequest) as caught:
        read_at("x" * 5000)

    assert len(caught.value.message) < 250
    assert caught.value.details == {"field": "at"}


def test_the_offset_is_kept() -> None:
    """So a message can repeat the time as it was given."""
    time = read_at("2026-01-31T10:00:00+02:00")

    assert isinstance(time, datetime)
    assert time.tzinfo == timezone(timedelta(hours=2))
