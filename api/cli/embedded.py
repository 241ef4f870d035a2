"""Executions in this process, without a server, told as the server tells them."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator, Sequence
from types import TracebackType

import wf_es
from api.cli.client import Row, person
from api.cli.workflow_file import limits_in_force
from projections import Names, history_view
from wf_es.actions import LOOPBACK, AddressPolicy, Catalogue, HttpSettings
from wf_es.definition import Workflow
from wf_es.envelope import JSON, Recorded
from wf_es.errors import AlreadyExists, WorldError

IN_MEMORY = "memory://"
"""A log that is forgotten at the end."""

_SETTLED_BY = {"WorkflowCompleted": True, "WorkflowPaused": True, "WorkflowResumed": False}
_LOOK_AGAIN_SECONDS = 1.0
"""How often the log is looked at without being told: another process may write, too."""


class Embedded:
    """An open log with everything that runs workflows, for as long as a block lasts."""

    def __init__(self, db_url: str) -> None:
        """Open the log; what was left unfinished in it goes on."""
        # Whoever runs a workflow here may call this machine anyway.
        catalogue = Catalogue.standard(HttpSettings(addresses=AddressPolicy(opened=LOOPBACK)))
        self._workflows = wf_es.open(db_url, catalogue=catalogue, actor=person(), limits=limits_in_force())
        self._news: queue.SimpleQueue[Sequence[Recorded]] = queue.SimpleQueue()
        self._workflows.engine.listen(lambda _position, events: self._news.put(events))

    def __enter__(self) -> Embedded:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workflows.close()

    def store(self, workflows: Sequence[Workflow]) -> None:
        """Keep the workflows, as new ones or as new versions."""
        for workflow in workflows:
            try:
                self._workflows.create_workflows(workflow.text)
            except AlreadyExists:
                self._workflows.update_workflows(workflow.text)

    def start(self, name: str, given: dict[str, JSON], params: dict[str, JSON]) -> str:
        """Start an execution and return its id."""
        return self._workflows.start(name, given, params=params)

    def events(self, execution_id: str, timeout: float | None) -> Iterator[Row]:
        """Yield the events of an execution until it has ended or is paused.

        Raises:
            WorldError: it has not settled within ``timeout`` seconds.

        """
        deadline = None if timeout is None else time.monotonic() + timeout
        names, number, settled = Names(), 0, False
        while not settled:
            recorded = self._next(execution_id, number, deadline)
            for view in history_view(recorded, names):
                number = view["version"]
                settled = _SETTLED_BY.get(view["type"], settled)
                yield {"number": number, **view}

    def output(self, execution_id: str) -> JSON:
        """Return what an execution gave."""
        return self._workflows.execution(execution_id).output

    def _next(self, execution_id: str, number: int, deadline: float | None) -> list[Recorded]:
        """Return the events that follow a number, perhaps none."""
        left = _LOOK_AGAIN_SECONDS
        if deadline is not None:
            left = min(left, deadline - time.monotonic())
            if left <= 0:
                raise WorldError("the execution is still under way; give it more time with --timeout")
        try:
            events = self._news.get(timeout=left)
        except queue.Empty:
            return self._workflows.events(execution_id, number)
        fresh = [event for event in events if event.stream == execution_id and event.version > number]
        if fresh and fresh[0].version > number + 1:
            return self._workflows.events(execution_id, number)
        return fresh
