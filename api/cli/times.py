"""Moments as people type them: an event number, a date with a time, or a time of today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import click

from api.cli.client import Client
from api.cli.output import note


def moment_option(name: str, parameter: str, help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds an option for a moment, read as the server reads it.

    Without an offset a time is meant as the tables show it: local.
    """
    return click.option(name, parameter, metavar="NUMBER|TIME", callback=_checked, help=help)


def at_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--at`` to a command that reads one execution, as its parameter ``at``."""
    about = "As it was right after this event of the execution, or at this time."
    return moment_option("--at", "at", about)(command)


def note_moment(client: Client) -> None:
    """Say which event a past moment means, if one was asked for."""
    if client.event is not None:
        note(f"as it was after event {client.event}")


def _checked(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    text = (value or "").strip()
    if value is None or (text.isascii() and text.isdigit()):
        return value
    moment = _read(text)
    if moment is None:
        raise click.BadParameter(
            f"{text!r} is neither an event number nor a time such as 14:30:05 or '2026-01-31 14:30:05'"
        )
    return moment.astimezone().isoformat()


def _read(text: str) -> datetime | None:
    """Return a date with a time, or a time of today."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.combine(date.today(), time.fromisoformat(text))
    except ValueError:
        return None
