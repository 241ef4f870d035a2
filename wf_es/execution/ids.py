"""Ids of tasks and actions: derived, so deciding again gives the same ones."""

from __future__ import annotations

from uuid import UUID, uuid5


def nth_id(execution_id: str, number: int) -> str:
    """Return the id of the ``number``-th task or action of an execution."""
    return str(uuid5(UUID(execution_id), str(number)))
