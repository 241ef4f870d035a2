"""What can happen to the items of a task."""

from __future__ import annotations

from wf_es.envelope import JSON, Event


class ItemsEvaluated(Event, frozen=True, kw_only=True, tag="ItemsEvaluated@1"):
    """The lists of a task's ``with-items``, by variable; they are evaluated once.

    All of them are ``count`` long; what runs for an item carries its index.
    ``concurrency`` is how many items may run at a time (0: all of them).
    """

    task_id: str
    values: dict[str, list[JSON]]
    count: int
    concurrency: int = 0


class ItemsDeferred(Event, frozen=True, kw_only=True, tag="ItemsDeferred@1"):
    """Items that may begin wait: one decision begins only so many, or the execution stands still."""

    task_id: str
