"""The history of one execution, as plain data with a readable line per event."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from projections.encoding import plain
from projections.masking import masked, masked_text
from projections.summaries import Names, summary
from wf_es.envelope import JSON, Event, Recorded
from wf_es.execution.causes import Link
from wf_es.execution.selection import type_name


def event_view(recorded: Recorded, names: Names | None = None) -> dict[str, JSON]:
    """Return one event as plain data with its summary, secrets masked."""
    names = names or Names()
    return {
        "version": recorded.version,
        "time": recorded.time.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "type": event_type(type(recorded.data)),
        "summary": masked_text(summary(recorded, names), names.secrets),
        "actor": recorded.actor,
        "command": recorded.command,
        "cause": recorded.cause,
        "reason": recorded.reason,
        "data": masked(plain(recorded.data), names.secrets),
    }


def history_view(events: Iterable[Recorded], names: Names | None = None) -> list[dict[str, JSON]]:
    """Return events of one execution as plain data, oldest first.

    Args:
        events: The events; if they are not all from the first one on, give names.
        names: What is known of earlier events.

    """
    names = names or Names()
    views = []
    for recorded in events:
        names.learn(recorded)
        views.append(event_view(recorded, names))
    return views


def causes_view(links: Iterable[Link], names: Callable[[str], Names]) -> list[dict[str, JSON]]:
    """Return a chain of causes as plain data: an event, then what it followed from, and so on.

    Args:
        links: The chain.
        names: What is known of an execution, by its id.

    """
    return [
        {
            "execution_id": link.recorded.stream,
            **event_view(link.recorded, names(link.recorded.stream)),
            "follows": link.follows,
            "origin": link.origin,
        }
        for link in links
    ]


def event_type(kind: type[Event]) -> str:
    """Return the name of an event type without its version."""
    return type_name(kind)
