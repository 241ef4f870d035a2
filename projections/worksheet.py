"""The rows that one batch of events touches: changed in memory, written once.

A batch of 500 events touches the same rows again and again. So the rows are
fetched first (one query per table), folded in memory, and written at the end:
one statement for all new rows of a table and one for all changed rows that
had the same columns changed. That keeps the cost of an event small and the
number of statements independent of the size of the batch.

Rows hold what the database holds (JSON as text, moments as text), and only
those columns that the fold needs; see ``encoding``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, Update, bindparam, delete, insert, select, update

from projections.results import results_of_items
from projections.tables import (
    ACTION_EXECUTIONS,
    ACTIONS,
    ENVIRONMENTS,
    EXECUTIONS,
    SUB_WORKFLOWS,
    TASKS,
    WORKBOOKS,
    WORKFLOW_VERSIONS,
    WORKFLOWS,
)
from wf_es.definition.versions import DEFINITION_EVENTS
from wf_es.envelope import Event, Recorded
from wf_es.errors import CorruptHistory
from wf_es.execution.events import (
    ActionScheduled,
    DefinitionChosen,
    ExecutionForked,
    RetryScheduled,
    TaskCompleted,
    TaskContinued,
    TaskRerun,
    TaskScheduled,
    TaskSkipped,
    WorkflowStarted,
)

Row = dict[str, Any]
"""Column values by name, as the database holds them."""


class Fact(NamedTuple):
    """An event together with its place in the log and its time as text."""

    position: int
    event: Recorded
    time: str


class Sheet:
    """The touched rows of one table."""

    def __init__(self, table: Table, *columns: str) -> None:
        """Name the table and the columns (beside ``id``) that the fold reads."""
        self._table = table
        self._read = select(*(table.c[name] for name in ("id", *columns)))
        self._rows: dict[str, Row] = {}
        self._new: dict[str, Row] = {}
        self._changed: dict[str, Row] = {}
        self._removed: list[tuple[str, str]] = []

    def fetch(self, connection: Connection, values: Collection[str | None], column: str = "id") -> None:
        """Read the rows whose ``column`` has one of these values."""
        if not values:
            return
        found = connection.execute(self._read.where(self._table.c[column].in_(list(values))))
        for row in found.mappings():
            self._rows.setdefault(row["id"], dict(row))

    def find(self, identifier: str) -> Row | None:
        """Return a row, or None if there is none."""
        return self._rows.get(identifier)

    def values(self, column: str) -> set[Any]:
        """Return what the rows in memory have in a column."""
        return {row[column] for row in self._rows.values()}

    def where(self, column: str, value: str) -> list[Row]:
        """Return the rows in memory that have this value in a column."""
        return [row for row in self._rows.values() if row[column] == value]

    def insert(self, row: Row) -> None:
        """Add a row with a value for every column; CorruptHistory if it is there already."""
        if row["id"] in self._rows:
            raise CorruptHistory(f"{self._table.name} already has a row {row['id']}")
        self._rows[row["id"]] = self._new[row["id"]] = row

    def update(self, identifier: str, **changes: Any) -> None:
        """Change columns of a row that is there."""
        self._rows[identifier].update(changes)
        if identifier not in self._new:
            self._changed.setdefault(identifier, {}).update(changes)

    def remove(self, column: str, value: str) -> None:
        """Remove every row that has this value in a column, here and in the database."""
        for row in self.where(column, value):
            for rows in (self._rows, self._new, self._changed):
                rows.pop(row["id"], None)
        self._removed.append((column, value))

    def write(self, connection: Connection) -> None:
        """Bring the database to the state of the sheet; what is written once is not written again."""
        for column, value in self._removed:
            connection.execute(delete(self._table).where(self._table.c[column] == value))
        if self._new:
            connection.execute(insert(self._table), list(self._new.values()))
        for columns, rows in self._groups().items():
            connection.execute(_update_statement(self._table, columns), rows)
        for written in (self._removed, self._new, self._changed):
            written.clear()

    def _groups(self) -> dict[frozenset[str], list[Row]]:
        groups: dict[frozenset[str], list[Row]] = {}
        for identifier, changes in self._changed.items():
            groups.setdefault(frozenset(changes), []).append({"_id": identifier, **changes})
        return groups


@lru_cache(maxsize=256)
def _update_statement(table: Table, columns: frozenset[str]) -> Update:
    return (
        update(table)
        .where(table.c.id == bindparam("_id"))
        .values({name: bindparam(name) for name in sorted(columns)})
    )


class Worksheet:
    """The sheets of all tables that the fold writes."""

    def __init__(self) -> None:
        """Begin with empty sheets."""
        self.executions = Sheet(
            EXECUTIONS,
            "workflow_id",
            "workflow_name",
            "workflow_namespace",
            "project_id",
            "params",
            "env",
            "published_global",
            "vars",
            "task_tags",
        )
        self.tasks = Sheet(
            TASKS,
            "name",
            "workflow_execution_id",
            "tags",
            "state",
            "runtime_context",
            "started_at",
            "items",
            "keeps_result",
        )
        self.actions = Sheet(ACTION_EXECUTIONS, "task_execution_id", "workflow_execution_id", "item", "state")
        self.children = Sheet(
            SUB_WORKFLOWS, "task_execution_id", "workflow_execution_id", "item", "state", "accepted"
        )
        self.definitions = {
            "workflow": Sheet(WORKFLOWS, "name"),
            "workbook": Sheet(WORKBOOKS, "name"),
            "action": Sheet(ACTIONS, "name"),
            "environment": Sheet(ENVIRONMENTS, "name"),
        }
        self.versions = Sheet(WORKFLOW_VERSIONS, "task_tags")
        self._connection: Connection | None = None

    def fetch(self, connection: Connection, events: Iterable[Recorded]) -> None:
        """Read every row that folding these events may need."""
        self._connection = connection
        touched = _Touched()
        for event in events:
            touched.note(event)
        self.executions.fetch(connection, touched.streams - touched.new)
        for sheet in self.definitions.values():
            sheet.fetch(connection, touched.definitions)
        self.versions.fetch(connection, touched.versions)
        self.actions.fetch(connection, touched.actions - touched.new)
        self.actions.fetch(connection, touched.whole_tasks - touched.new, "task_execution_id")
        self.children.fetch(connection, touched.children)
        self.children.fetch(connection, touched.whole_tasks - touched.new, "task_execution_id")
        tasks = touched.tasks | self.actions.values("task_execution_id")
        self.tasks.fetch(connection, tasks - touched.new)

    def write(self, connection: Connection) -> None:
        """Write all sheets."""
        definitions = self.definitions.values()
        for sheet in (self.executions, self.tasks, self.actions, self.children, *definitions, self.versions):
            sheet.write(connection)

    def results(self, task_id: str) -> str:
        """Return what the items of a task gave, in their order, as the text of a JSON list.

        There may be thousands, so the rows of actions or sub-workflows are
        written first and only their texts are read.
        """
        if self._connection is None:
            return "[]"
        for sheet in (self.actions, self.children):
            sheet.write(self._connection)
        return results_of_items(self._connection, task_id)


class _Touched:
    """The ids that a batch is about; ``new`` ones come into being in it."""

    def __init__(self) -> None:
        self.new: set[str | None] = {None}
        self.streams: set[str] = set()
        self.definitions: set[str] = set()
        self.versions: set[str] = set()
        self.tasks: set[str | None] = set()
        self.whole_tasks: set[str] = set()
        self.actions: set[str | None] = set()
        self.children: set[str | None] = set()

    def note(self, event: Recorded) -> None:
        """Take the ids of one event."""
        data = event.data
        if isinstance(data, DEFINITION_EVENTS):
            self.definitions.add(event.stream)
            return
        self.streams.add(event.stream)
        self.tasks.add(getattr(data, "task_id", None))
        self.actions.add(getattr(data, "action_id", None))
        self.children.add(getattr(data, "execution_id", None))
        if isinstance(data, TaskScheduled):
            self.new.add(data.task_id)
        elif isinstance(data, ActionScheduled):
            self.new.add(data.action_id)
        elif isinstance(data, WorkflowStarted):
            self.new.add(event.stream)
            self.versions.add(version_key(data.definition.stream, data.definition.version))
        elif isinstance(data, ExecutionForked | DefinitionChosen):
            pins = [] if data.definition is None else [data.definition]
            self.versions.update(version_key(pin.stream, pin.version) for pin in pins)
        elif _concerns_all_actions(data):
            self.whole_tasks.add(getattr(data, "task_id", ""))


def _concerns_all_actions(data: Event) -> bool:
    if isinstance(data, TaskCompleted):
        return not data.keep_result
    return isinstance(data, TaskRerun | TaskContinued | TaskSkipped | RetryScheduled)


def version_key(stream: str, version: int) -> str:
    """Return the id under which a version of a workflow is kept."""
    return f"{stream}/{version}"


Fold = Mapping[type[Event], Callable[[Worksheet, Fact, Any], None]]
"""What each event does to the rows: event type to the function that does it."""
