"""What several events are made of."""

from __future__ import annotations

import msgspec

from wf_es.envelope import JSON


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """Which version of a definition an execution runs: never the text itself."""

    stream: str
    version: int
    hash: str


class Trigger(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What made a task start: a task execution and the clause that fired."""

    task_id: str
    event: str


REQUIRES = "requires"
"""The event of a transition that releases a task of a reverse workflow."""


class Transition(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A transition that fired: to a task, or to an engine command with a message."""

    target: str
    event: str
    command: bool = False
    message: str | None = None


class DirectRun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What there is around an action that was run outside of any workflow."""

    namespace: str = ""
    description: str = ""
    env: dict[str, JSON] = {}


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fork comes from: another execution up to its event number ``event``.

    ``since`` is the fork's own event that says so: what is before it was copied.
    """

    execution_id: str
    event: int
    since: int
