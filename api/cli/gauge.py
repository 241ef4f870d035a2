"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_LINES = 10
"""Lines that are written at most where nothing can be redrawn."""


class Gauge(Protocol):
    """Told how much of how much is done."""

    def __call__(self, done: int, of: int) -> None:
        """Take notice."""


@contextmanager
def gauge(what: str) -> Iterator[Gauge]:
    """Show on standard error how far ``what`` is; something short shows nothing but on a terminal."""
    if not sys.stderr.isatty():
        yield _Lines(what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as drawn:
        task = drawn.add_task(what, total=None)
        yield lambda done, of: drawn.update(task, completed=done, total=of)


class _Lines:
    def __init__(self, what: str) -> None:
        self._what = what
        self._told = 0

    def __call__(self, done: int, of: int) -> None:
        tenth = _LINES * done // of if of else _LINES
        if self._told < tenth < _LINES:
            self._told = tenth
            click.echo(f"{self._what}: {done} of {of}", err=True)
