"""An execution while it runs: redrawn on a terminal, one line per event elsewhere.

Both displays are told the events one by one. The drawn one shows the tasks
known so far ("of at least m", because branches may add more) with their states
in words, and the last few events below; it never guesses a percentage.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

import click
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from api.cli.history import SETTLED, Row, Story, TaskLine, event_line
from api.cli.output import state_text

_TASKS_SHOWN = 15
_EVENTS_SHOWN = 6


def show_progress(events: Iterable[Row], stream: TextIO, story: Story, after: int = 0) -> None:
    """Show events as they come, and tell them to the story.

    Args:
        events: All events from the first one on.
        stream: Where to draw, or to write lines if it is not a terminal.
        story: What is told so far.
        after: Without a terminal, events up to this number get no line.

    """
    if stream.isatty():
        _draw(events, stream, story)
    else:
        for event in events:
            story.tell(event)
            if event["number"] > after:
                click.echo(event_line(event), file=stream)


def _draw(events: Iterable[Row], stream: TextIO, story: Story) -> None:
    """Redraw tasks and last events each time something happened."""
    last: list[str] = []
    with Live(console=Console(file=stream), refresh_per_second=8) as live:
        for event in events:
            story.tell(event)
            last = [*last, event_line(event)][-_EVENTS_SHOWN:]
            live.update(_picture(story, last))


def _picture(story: Story, last: list[str]) -> Group:
    """Return what the terminal shows at one moment."""
    settled = sum(1 for task in story.tasks.values() if task.state in SETTLED)
    head = Text.assemble(
        (story.workflow_name, "bold"),
        "  ",
        state_text(story.state),
        f"  tasks settled: {settled} of at least {len(story.tasks)}",
    )
    return Group(head, _task_table(list(story.tasks.values())), _lines(last))


def _lines(lines: list[str]) -> Group:
    """Return the last events, each on one line however narrow the terminal is."""
    return Group(*(Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in lines))


def _task_table(tasks: list[TaskLine]) -> Table:
    """Return the tasks as a table, the oldest ones folded into one line."""
    table = Table(box=None, show_header=False, pad_edge=False)
    hidden = len(tasks) - _TASKS_SHOWN
    if hidden > 0:
        table.add_row(f"... {hidden} earlier", "", "")
    for task in tasks[-_TASKS_SHOWN:]:
        table.add_row(
            Text(task.name),
            state_text(task.state),
            Text(task.note.partition("\n")[0], no_wrap=True, overflow="ellipsis"),
        )
    return table
