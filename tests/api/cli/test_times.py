"""Moments as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
import pytest
from click.testing import CliRunner, Result

from api.cli.times import moment_option


def typed(text: str) -> Result:
    """Type a moment and print what is sent."""

    @click.command()
    @moment_option("--from", "first", "From when on.")
    def command(first: str | None) -> None:
        click.echo(first)

    return CliRunner().invoke(command, ["--from", text] if text else [])


@pytest.mark.parametrize(("text", "sent"), [("12", "12"), ("", "")])
def test_numbers_and_nothing_are_left_alone(text: str, sent: str) -> None:
    """An event number is a moment."""
    assert typed(text).stdout.strip() == sent


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31 08:00:00.5", datetime(2026, 1, 31, 8, 0, 0, 500_000).astimezone()),
        ("2026-01-31", datetime(2026, 1, 31).astimezone()),
        ("08:30:01", datetime.combine(date.today(), datetime(1, 1, 1, 8, 30, 1).time()).astimezone()),
    ],
)
def test_times_are_local_unless_they_say_otherwise(text: str, meant: datetime) -> None:
    """What is sent has its offset."""
    sent = datetime.fromisoformat(typed(text).stdout.strip())

    assert sent == meant
    assert sent.tzinfo is not None


@pytest.mark.parametrize("text", ["soon", "25:00:00", "-3", "1e3"])
def test_what_is_no_moment_is_wrong_usage(text: str) -> None:
    """With an example of what would be one."""
    result = typed(text)

    assert result.exit_code == 2
    assert "neither an event number nor a time such as 14:30:05" in result.stderr
