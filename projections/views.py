"""The door to the read models: everything that spans executions.

A view never decides. It answers what was true at a position of the log, and
``wait`` makes sure that this position is late enough: a client that waits for
the position of its own write always reads it, from any process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from projections.collection import Collection, own_or_public
from projections.database import Database
from projections.encoding import load
from projections.follower import Follower, Progress
from projections.projector import Projector
from projections.queries import MAX_LIMIT, Query, Row
from projections.results import results_of_items
from projections.tables import (
    ACTION_EXECUTIONS,
    ACTIONS,
    ENVIRONMENTS,
    EXECUTIONS,
    TASKS,
    WORKBOOKS,
    WORKFLOWS,
)
from wf_es.definition import versions
from wf_es.envelope import JSON, Recorded
from wf_es.errors import CorruptHistory, NotFound, StoreUnavailable
from wf_es.ports import Codec, EventStore

_Found = TypeVar("_Found")

_POLL_SECONDS = 0.001
_WAIT_SECONDS = 2.0


class ProjectionProgress(msgspec.Struct, frozen=True, kw_only=True):
    """One projection: its rows, its position, the log's head; and is it following, rebuilding or stopped."""

    name: str
    rows: int
    position: int
    head: int
    standing: str


class Views:
    """The read models of one database and the follower that keeps them.

    ``executions``, ``tasks``, ``action_executions``, ``workflows``,
    ``workbooks``, ``actions`` (ad-hoc ones) and ``environments`` are
    collections; see :class:`~projections.collection.Collection`. ``definitions``
    has the last four by kind.
    """

    def __init__(self, url: str, store: EventStore, codec: Codec, patience: float = _WAIT_SECONDS) -> None:
        """Open the database; nothing follows the log before ``start``.

        Args:
            url: An SQLAlchemy URL of the view database, not the log's;
                ``sqlite://`` keeps the views in memory.
            store: The log.
            codec: What decodes its events.
            patience: Seconds that ``wait`` and the ``find_`` look-ups wait
                for the follower, unless said otherwise.

        """
        self._store = store
        self._patience = patience
        self._guards: list[Callable[[str], None]] = []
        self._database = Database(url)
        self._follower = Follower(Projector(self._database, codec), store)
        self.executions = Collection(self._database, EXECUTIONS, "WorkflowExecution")
        self.tasks = Collection(self._database, TASKS, "Task execution")
        self.action_executions = Collection(self._database, ACTION_EXECUTIONS, "ActionExecution")
        self.workflows = Collection(self._database, WORKFLOWS, "Workflow", own_or_public)
        self.workbooks = Collection(self._database, WORKBOOKS, "Workbook", own_or_public)
        self.actions = Collection(self._database, ACTIONS, "Action", own_or_public)
        self.environments = Collection(self._database, ENVIRONMENTS, "Environment", own_or_public)

        self.definitions = {
            versions.WORKFLOW: self.workflows,
            versions.WORKBOOK: self.workbooks,
            versions.ACTION: self.actions,
            versions.ENVIRONMENT: self.environments,
        }

    # --- keeping up with the log ---------------------------------------------

    def start(self) -> None:
        """Begin to follow the log in a thread of its own."""
        self._follower.start()

    def stop(self) -> None:
        """Stop following; reading goes on."""
        self._follower.stop()

    def close(self) -> None:
        """Stop following and close the database."""
        self.stop()
        self._database.close()

    def notify(self, position: int, events: Sequence[Recorded] = ()) -> None:
        """Wake the follower after a commit; can be handed to the engine as a listener."""
        del position, events
        self._follower.notify()

    def position(self) -> int:
        """Return the log position that the rows have reached."""
        return self._follower.position if self._follower.is_running else self._database.position()

    def wait(self, position: int, timeout: float | None = None) -> bool:
        """Wait until the rows have reached a log position.

        Args:
            position: As returned by the write that is to be read.
            timeout: Seconds to wait at most (default: the views' patience).

        Returns:
            False if the time was too short; then the rows are older.

        """
        timeout = self._patience if timeout is None else timeout
        if self._follower.is_running:
            return self._follower.position >= position or self._follower.wait(position, timeout)
        deadline = time.monotonic() + timeout
        while self._database.position() < position:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def catch_up(self, progress: Progress | None = None) -> int:
        """Fold up to the head of the log in the caller's thread; return the position."""
        return self._follower.catch_up(progress)

    def rebuild(self, progress: Progress | None = None) -> int:
        """Drop every row and fold the whole log again; return the position.

        Args:
            progress: Called after each batch with the position reached and
                the head of the log.

        """
        self._follower.begin_again()
        return self._follower.catch_up(progress)

    def begin_rebuild(self) -> None:
        """Drop every row and let the running thread fold the whole log again."""
        self._follower.begin_again()
        self._follower.notify()

    def progress(self) -> list[ProjectionProgress]:
        """Say of each projection how many rows it has, how far it is, and how it stands.

        All of them follow the log together.
        """
        head, position = self._store.head(), self._database.position()
        if self._database.is_rebuilding:
            standing = "rebuilding"
        else:
            standing = "following" if self.is_following else "stopped"
        counts = self._database.counts()
        return [
            ProjectionProgress(name=name, rows=rows, position=position, head=head, standing=standing)
            for name, rows in counts.items()
        ]

    def execution_ids(self) -> Iterator[str]:
        """Yield the ids of all executions that are shown, of all projects."""
        marker: str | None = None
        while True:
            page = self.executions.list(Query(project=None, fields=("id",), marker=marker, limit=MAX_LIMIT))
            yield from (row["id"] for row in page.rows)
            marker = page.marker
            if marker is None:
                return

    @property
    def is_following(self) -> bool:
        """Whether the follower's thread is running and the world lets it work."""
        return self._follower.is_running and self._follower.failure is None

    def quarantined(self) -> list[dict[str, Any]]:
        """Return the streams that are no longer folded: stream, position, error."""
        return self._database.quarantined()

    def guard(self, check: Callable[[str], None]) -> None:
        """Have ``check`` called with the id of an execution before it, or a part of it, is shown.

        It raises if the execution must not be shown.
        """
        self._guards.append(check)

    def _check(self, execution_id: str) -> None:
        for check in self._guards:
            check(execution_id)
        error = self._database.quarantine_of(execution_id)
        if error is not None:
            raise CorruptHistory(
                f"The views have left execution {execution_id} out ({error}); what they show would be old."
                f" 'wf-es audit verify {execution_id}' examines it, 'wf-es projection rebuild' folds"
                " it again",
                stream=execution_id,
            )

    # --- looking up -----------------------------------------------------------

    def definition(self, kind: str, identifier: str, project: str | None, namespace: str = "") -> Row:
        """Return a workflow, workbook, ad-hoc action or environment by name and namespace, or by id.

        A project's own definition is preferred to a public one of the same
        name. Environments have no namespace.

        Raises:
            NotFound: The project can see no such definition.

        """
        collection = self.definitions[kind]
        named = (
            {"name": identifier}
            if kind == versions.ENVIRONMENT
            else {
                "name": identifier,
                "namespace": namespace,
            }
        )
        row = collection.first(project, **named) or collection.find(identifier, project)
        if row is None:
            raise versions.not_found(kind, identifier, namespace)
        return row

    def execution_of_task(self, task_id: str, project: str | None) -> str | None:
        """Return the id of the execution a task belongs to, as far as the rows know."""
        row = self.tasks.find(task_id, project)
        return None if row is None else row["workflow_execution_id"]

    def execution_of_action(self, action_id: str, project: str | None) -> str | None:
        """Return the id of the execution an action belongs to, as far as the rows know."""
        row = self.action_executions.find(action_id, project)
        return None if row is None else row["workflow_execution_id"]

    def find_execution(self, execution_id: str, project: str | None) -> Row:
        """Return an execution's row, having caught up with the log if need be.

        Raises:
            NotFound: The execution is unknown at the head of the log.
            CorruptHistory: Its history is in quarantine.

        """
        row = self._settled(lambda: self.executions.find(execution_id, project))
        self._check(execution_id)
        return row if row is not None else self.executions.get(execution_id, project)

    def find_task(self, task_id: str, project: str | None) -> str:
        """Return the id of a task's execution, having caught up with the log if need be.

        Raises:
            NotFound: The task is unknown at the head of the log.
            CorruptHistory: The history of its execution is in quarantine.

        """
        found = self._settled(lambda: self.execution_of_task(task_id, project))
        if found is None:
            raise NotFound(f"Task execution not found [id={task_id}]", kind="Task execution", id=task_id)
        self._check(found)
        return found

    def find_action(self, action_id: str, project: str | None) -> str:
        """Return the id of an action's execution, having caught up with the log if need be.

        A callback may arrive before any view knows its action.

        Raises:
            NotFound: The action is unknown at the head of the log.
            CorruptHistory: The history of its execution is in quarantine.

        """
        found = self._settled(lambda: self.execution_of_action(action_id, project))
        if found is None:
            message = f"ActionExecution not found [id={action_id}]"
            raise NotFound(message, kind="ActionExecution", id=action_id)
        self._check(found)
        return found

    def results_so_far(self, task_id: str) -> list[JSON]:
        """Return what the items of a task that have ended gave, in their order.

        The row of a task has this list once the task has ended.
        """
        with self._database.serving() as connection:
            results: list[JSON] = load(results_of_items(connection, task_id))
        return results

    def _settled(self, look: Callable[[], _Found | None]) -> _Found | None:
        """Look, and if there is nothing, once more at the head of the log."""
        found = look()
        if found is not None:
            return found
        if not self.wait(self._store.head()):
            raise StoreUnavailable("The views have not caught up with the log yet; try again in a moment")
        return look()
