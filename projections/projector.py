"""The projector: batches of the log become rows, in one transaction each.

Rows and position move together, so a crash loses nothing and doubles nothing.
The position moves first and only if it stands where this projector believes
it to stand; if another process folded the batch meanwhile, nothing is written
and the projector goes on from where that process is.

An event that cannot be folded must stop neither the batch nor anybody else:
the batch is halved until that event stands alone, and its stream is put in
quarantine. The stream's rows stay as they were before that event, its later
events are passed over, and a rebuild gives it another chance.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from projections import action_executions, definitions, executions, policies, subworkflows, tasks
from projections.database import Database, advance
from projections.encoding import moment
from projections.tables import POSITION, QUARANTINE
from projections.worksheet import Fact, Fold, Worksheet
from wf_es.envelope import Recorded
from wf_es.execution.events import EXECUTION_EVENTS, ActionScheduled, ExecutionDeleted, WorkflowStarted
from wf_es.ports import Codec, EventStore, Sealed

_LOG = logging.getLogger(__name__)

FOLD: Fold = {
    **executions.FOLD,
    **tasks.FOLD,
    **policies.FOLD,
    **action_executions.FOLD,
    **subworkflows.FOLD,
    **definitions.FOLD,
}
"""Every event and what it does to the rows."""

_OF_AN_EXECUTION = frozenset(EXECUTION_EVENTS)
_WORLD_FAILS = (OperationalError, InterfaceError, TimeoutError, OSError, MemoryError)


class Projector:
    """Folds events into the tables; used by one thread at a time."""

    def __init__(self, database: Database, codec: Codec) -> None:
        """Begin where the database is."""
        self._database = database
        self._codec = codec
        self.position = 0
        self._digest = ""
        self._quarantined: set[str] = set()
        self.reload()

    def reload(self) -> None:
        """Take over what another process (or a rebuild) wrote."""
        with self._database.reading() as connection:
            row = connection.execute(select(POSITION.c.position, POSITION.c.digest)).one()
            self.position, self._digest = row.position, row.digest
            self._quarantined = set(connection.execute(select(QUARANTINE.c.stream)).scalars())

    def find_anew(self) -> None:
        """Begin again in a new database if somebody took the file away."""
        if self._database.is_lost():
            _LOG.warning("the file of the views is gone; they are built again from the log")
            self._database.begin_anew()
            self.reload()

    def is_of(self, store: EventStore) -> bool:
        """Whether the rows were folded from this log: it still has the last event that was."""
        if self.position == 0:
            return True
        last = store.read(self.position - 1, 1)
        return bool(last) and last[0].position == self.position and last[0].digest == self._digest

    def begin_again(self) -> None:
        """Drop every row; readers are told to come again until all is folded anew."""
        self._database.is_rebuilding = True
        self._database.empty()
        self.reload()

    def open_to_readers(self) -> None:
        """Let clients read: everything there is has been folded."""
        self._database.is_rebuilding = False

    def project(self, batch: Sequence[Sealed]) -> None:
        """Fold events that follow the position, in order, without a gap.

        Raises:
            OperationalError: The database cannot be written at the moment;
                nothing was changed, and trying again later is right.

        """
        try:
            self._fold(batch)
        except _WORLD_FAILS:
            raise
        except Exception as error:  # noqa: BLE001  (any failure concerns one stream only)
            if len(batch) == 1:
                self._quarantine(batch[0], error)
                return
            half = len(batch) // 2
            self.project(batch[:half])
            if self.position == batch[half - 1].position:
                self.project(batch[half:])

    def _fold(self, batch: Sequence[Sealed]) -> None:
        facts = [self._open(sealed) for sealed in batch if sealed.stream not in self._quarantined]
        with self._database.writing() as connection:
            moved = advance(connection, self.position, batch[-1].position, batch[-1].digest)
            if moved:
                _write(connection, facts)
        self._moved_to(batch[-1] if moved else None)

    def _open(self, sealed: Sealed) -> Fact:
        recorded = self._codec.open(sealed)
        return Fact(sealed.position, recorded, moment(recorded.time))

    def _quarantine(self, sealed: Sealed, error: Exception) -> None:
        _LOG.error(
            "the views leave stream %s out from event %d (position %d) on: %s",
            sealed.stream,
            sealed.version,
            sealed.position,
            type(error).__name__,
        )
        with self._database.writing() as connection:
            moved = advance(connection, self.position, sealed.position, sealed.digest)
            if moved:
                row = {"stream": sealed.stream, "position": sealed.position, "error": _describe(error)}
                connection.execute(insert(QUARANTINE), [row])
        if moved:
            self._quarantined.add(sealed.stream)
        self._moved_to(sealed if moved else None)

    def _moved_to(self, last: Sealed | None) -> None:
        if last is None:
            self.reload()
        else:
            self.position, self._digest = last.position, last.digest


def _describe(error: Exception) -> str:
    """Return what is kept of an error: never the values it may quote."""
    name = type(error).__name__
    code = getattr(error, "code", None)
    return f"{name}: {error}" if code == "corrupt-history" else name


def _write(connection: Connection, facts: Sequence[Fact]) -> None:
    sheets = Worksheet()
    sheets.fetch(connection, (fact.event for fact in facts))
    for fact in facts:
        _apply(sheets, fact)
    sheets.write(connection)


def _apply(sheets: Worksheet, fact: Fact) -> None:
    """Fold one event; an execution that was deleted is of no interest any more."""
    event = fact.event
    kind = type(event.data)
    if kind not in _OF_AN_EXECUTION or kind is WorkflowStarted:
        FOLD[kind](sheets, fact, event.data)
        return
    if sheets.executions.find(event.stream) is None:
        if _is_by_itself(sheets, event):
            FOLD[kind](sheets, fact, event.data)
        return
    FOLD[kind](sheets, fact, event.data)
    if sheets.executions.find(event.stream) is not None:
        sheets.executions.update(
            event.stream, version=event.version, position=fact.position, updated_at=fact.time
        )


def _is_by_itself(sheets: Worksheet, event: Recorded) -> bool:
    """Whether an event is about an action outside of any workflow, and that is still known."""
    data = event.data
    if isinstance(data, ActionScheduled):
        return data.direct is not None
    if isinstance(data, ExecutionDeleted):
        return True
    row = sheets.actions.find(getattr(data, "action_id", ""))
    return row is not None and row["task_execution_id"] is None
