"""The tables of the read models, in one place and in the order readers see them.

Only portable SQL is used, so that SQLite and PostgreSQL give the same answers:

* a moment is text, ``YYYY-MM-DD HH:MM:SS.ffffff`` in UTC: it sorts as time
  sorts, keeps its microseconds and needs no conversion on the way;
* a JSON value is JSON text, written without spaces;
* a list of tags is JSON text too, of a list of strings.

What a column holds is its *kind* (``info["kind"]``); filters and readers look
at the kind only. Columns marked internal serve the fold and are never shown.
``LAYOUT`` counts the shapes these tables have had: a view database of another
layout is dropped and folded again from the log, which is all the migration
that read models need.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

LAYOUT = 11
"""Raise this whenever a table or the meaning of a column changes."""

METADATA = MetaData()
"""All tables of a view database."""


def _id(name: str = "id", *, primary_key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(name, String(255), primary_key=primary_key, nullable=nullable, info={"kind": "text"})


def _text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable, info={"kind": "text"})


def _json(name: str, *, internal: bool = False) -> Column[Any]:
    return Column(name, Text, info={"kind": "json", "internal": internal})


def _tags() -> Column[Any]:
    return Column("tags", Text, nullable=False, info={"kind": "tags"})


def _time(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, String(26), nullable=nullable, info={"kind": "time"})


def _flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False, info={"kind": "flag"})


def _number(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable, info={"kind": "number"})


BORN = "born"
"""The column that says where in the log a row began: it orders what one batch of events created."""


def _born() -> Column[Any]:
    return Column(BORN, BigInteger, nullable=False, info={"kind": "number", "internal": True})


EXECUTIONS = Table(
    "executions",
    METADATA,
    _id(primary_key=True),
    _id("workflow_id"),
    _text("workflow_name"),
    _text("workflow_namespace"),
    _text("description"),
    _tags(),
    _json("params"),
    _id("task_execution_id", nullable=True),
    _id("root_execution_id", nullable=True),
    _id("source_execution_id", nullable=True),
    _text("state"),
    _text("state_info", nullable=True),
    _json("input"),
    _json("output"),
    _time("created_at"),
    _time("updated_at"),
    _id("project_id"),
    _json("published_global"),
    _json("env"),
    _number("version"),
    _number("position"),
    _id("forked_from", nullable=True),
    _number("forked_from_event", nullable=True),
    _number("definition_version"),
    _number("definition_since_event"),
    _flag("frozen"),
    _json("vars", internal=True),
    _json("task_tags", internal=True),
    _born(),
    Index("executions_by_project", "project_id", "created_at", BORN, "id"),
    Index("executions_by_task", "task_execution_id"),
    Index("executions_by_root", "root_execution_id"),
    Index("executions_by_origin", "forked_from"),
)

TASKS = Table(
    "tasks",
    METADATA,
    _id(primary_key=True),
    _text("name"),
    _text("type"),
    _text("workflow_name"),
    _text("workflow_namespace"),
    _id("workflow_id"),
    _id("workflow_execution_id"),
    _tags(),
    _text("state"),
    _text("state_info", nullable=True),
    _id("project_id"),
    _json("runtime_context"),
    _json("result"),
    _json("published"),
    _json("published_global"),
    _flag("processed"),
    _time("created_at"),
    _time("updated_at"),
    _time("started_at", nullable=True),
    _time("finished_at", nullable=True),
    _flag("reset"),
    _json("env"),
    _json("items"),
    Column("keeps_result", Boolean, nullable=False, info={"kind": "flag", "internal": True}),
    _born(),
    Index("tasks_by_project", "project_id", "created_at", BORN, "id"),
    Index("tasks_by_execution", "workflow_execution_id", "created_at", BORN, "id"),
)

ACTION_EXECUTIONS = Table(
    "action_executions",
    METADATA,
    _id(primary_key=True),
    _text("workflow_name", nullable=True),
    _text("workflow_namespace"),
    _text("task_name", nullable=True),
    _id("task_execution_id", nullable=True),
    _id("workflow_execution_id"),
    _text("state"),
    _text("state_info", nullable=True),
    _tags(),
    _text("name"),
    _text("description"),
    _id("project_id"),
    _flag("accepted"),
    _json("input"),
    _json("output"),
    _time("created_at"),
    _time("updated_at"),
    _json("params"),
    Column("item", Integer, info={"kind": "number", "internal": True}),
    _born(),
    Index("action_executions_by_project", "project_id", "created_at", BORN, "id"),
    Index("action_executions_by_task", "task_execution_id", "created_at", BORN, "id"),
    Index("action_executions_by_execution", "workflow_execution_id"),
)

WORKFLOWS = Table(
    "workflows",
    METADATA,
    _id(primary_key=True),
    _text("name"),
    _text("namespace"),
    _text("input"),
    _json("interface"),
    _text("definition"),
    _text("checksum"),
    _tags(),
    _text("scope"),
    _id("project_id"),
    _time("created_at"),
    _time("updated_at"),
    _number("version"),
    _text("description"),
    _born(),
    Index("workflows_by_name", "name", "namespace"),
    Index("workflows_by_project", "project_id", "created_at", BORN, "id"),
)

WORKFLOW_VERSIONS = Table(
    "workflow_versions",
    METADATA,
    _id(primary_key=True),
    _json("task_tags", internal=True),
)
"""What the fold must know of every version of a workflow, by ``stream/version``."""

WORKBOOKS = Table(
    "workbooks",
    METADATA,
    _id(primary_key=True),
    _text("name"),
    _text("namespace"),
    _text("definition"),
    _tags(),
    _text("scope"),
    _id("project_id"),
    _time("created_at"),
    _time("updated_at"),
    _text("checksum"),
    _number("version"),
    _text("description"),
    _born(),
    Index("workbooks_by_name", "name", "namespace"),
    Index("workbooks_by_project", "project_id", "created_at", BORN, "id"),
)

ACTIONS = Table(
    "actions",
    METADATA,
    _id(primary_key=True),
    _text("name"),
    _flag("is_system"),
    _text("input"),
    _text("description"),
    _tags(),
    _text("definition"),
    _text("scope"),
    _id("project_id"),
    _time("created_at"),
    _time("updated_at"),
    _text("namespace"),
    _text("checksum"),
    _number("version"),
    _born(),
    Index("actions_by_name", "name", "namespace"),
    Index("actions_by_project", "project_id", "name", "id"),
)
"""Ad-hoc actions; what is installed is in the catalogue."""

ENVIRONMENTS = Table(
    "environments",
    METADATA,
    _id(primary_key=True),
    _text("name"),
    _text("description"),
    _json("variables"),
    _text("scope"),
    _id("project_id"),
    _time("created_at"),
    _time("updated_at"),
    _number("version"),
    _born(),
    Index("environments_by_name", "name"),
    Index("environments_by_project", "project_id", "created_at", BORN, "id"),
)

SUB_WORKFLOWS = Table(
    "sub_workflows",
    METADATA,
    _id(primary_key=True),
    _id("task_execution_id"),
    _id("workflow_execution_id"),
    Column("item", Integer, nullable=False, info={"kind": "number"}),
    _text("state"),
    _flag("accepted"),
    _json("output"),
    Index("sub_workflows_by_task", "task_execution_id", "item"),
    Index("sub_workflows_by_execution", "workflow_execution_id"),
)
"""What the fold must know of sub-workflows that run for items: as their parent knows them."""

ROW_TABLES = (
    EXECUTIONS,
    TASKS,
    ACTION_EXECUTIONS,
    SUB_WORKFLOWS,
    WORKFLOWS,
    WORKFLOW_VERSIONS,
    WORKBOOKS,
    ACTIONS,
    ENVIRONMENTS,
)
"""The tables that the fold writes and a rebuild empties."""

POSITION = Table(
    "view_position",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("layout", Integer, nullable=False),
)
"""One row: how far into the log these views have come, and the digest of the event there.

By the digest the views know their log again: another one has another event there, or none.
"""

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("stream", String(255), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
)
"""Streams that are no longer folded because one of their events could not be."""


def kind(column: Column[Any]) -> str:
    """Return what the column holds: text, json, tags, time, flag or number."""
    return str(column.info["kind"])


def shown(table: Table) -> dict[str, Column[Any]]:
    """Return the columns a reader may see, filter and sort by, in order."""
    return {column.name: column for column in table.columns if not column.info.get("internal")}
