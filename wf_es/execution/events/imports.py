"""What can happen to an execution that comes from another store."""

from __future__ import annotations

from wf_es.envelope import Event


class ExecutionImported(Event, frozen=True, kw_only=True, tag="ExecutionImported@1"):
    """All events before this one were imported. The execution is frozen until it is activated.

    ``digest`` is that of the last of these ``events`` where they came from,
    ``exported_at`` when that was. ``masked``: secrets were left out.
    """

    events: int
    digest: str
    exported_at: str
    masked: bool = False


class ExecutionActivated(Event, frozen=True, kw_only=True, tag="ExecutionActivated@1"):
    """The imported execution is one of this store from now on, and may run."""
