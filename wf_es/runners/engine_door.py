"""What a runner needs of an engine, and of whoever makes callback URLs."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any, Protocol

from wf_es.envelope import Origin, Recorded
from wf_es.execution.commands import Command
from wf_es.execution.state import ExecutionState
from wf_es.limits import Limits
from wf_es.ports import Listener


class EngineDoor(Protocol):
    """The part of the engine's face that runners use."""

    @property
    def limits(self) -> Limits:
        """How large things may be."""

    def submit(self, command: Command) -> Future[Any]:
        """Decide now; the future gives the receipt once it is committed."""

    def execute(self, command: Command, timeout: float | None = None) -> Any:
        """Submit, wait for the commit and return the receipt."""

    def state(self, execution_id: str) -> ExecutionState:
        """Return the execution at the head of its stream."""

    def history(self, execution_id: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """Return the execution's events."""

    def listen(self, listener: Listener) -> None:
        """Tell ``listener`` about each commit from now on."""

    def unfinished(self) -> Iterable[str]:
        """Return the executions that have unfinished business."""

    def head(self) -> int:
        """Return the position of the last event in the log."""

    def hold(self, name: str) -> bool:
        """Hold a name as long as this process lives; False if another process has it."""

    def is_held(self, name: str) -> bool:
        """Return whether a living process that uses the same store holds a name."""

    def origin(self, actor: str, project: str, key: str | None = None, reason: str | None = None) -> Origin:
        """Return the origin for a new command."""


class CallbackUrls(Protocol):
    """Makes the URL with which another system completes an action."""

    def url(self, action_id: str, generation: int = 1) -> str:
        """Return the absolute URL for the action."""
