"""How rows and states look as JSON: pure functions, tested without HTTP.

The rules a client of Mistral depends on: a field whose value is an object is
sent as JSON *text* (so a client decodes it a second time), times are
``YYYY-MM-DD HH:MM:SS`` in UTC without a fraction, a field that can be null is
there and null. The names and their order are Mistral's; fields of our own
come last.

Each resource has a tuple of field names. What only a single resource shows
(``output``, ``result``, ``published_global``) is kept out of lists unless it
is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

import msgspec

from projections import masked, secret_names
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

Row = Mapping[str, JSON]
"""One row of a view: field name to plain value, times as datetimes."""

EXECUTION = (
    "id",
    "workflow_id",
    "workflow_name",
    "workflow_namespace",
    "description",
    "tags",
    "params",
    "task_execution_id",
    "root_execution_id",
    "source_execution_id",
    "state",
    "state_info",
    "input",
    "output",
    "created_at",
    "updated_at",
    "project_id",
    "published_global",
    "forked_from",
    "forked_from_event",
    "definition_version",
    "definition_since_event",
    "frozen",
)
TASK = (
    "id",
    "name",
    "type",
    "workflow_name",
    "workflow_namespace",
    "workflow_id",
    "workflow_execution_id",
    "tags",
    "state",
    "state_info",
    "project_id",
    "runtime_context",
    "result",
    "published",
    "published_global",
    "processed",
    "created_at",
    "updated_at",
    "started_at",
    "finished_at",
    "reset",
    "env",
    "items",
)
ACTION_EXECUTION = (
    "id",
    "workflow_name",
    "workflow_namespace",
    "task_name",
    "task_execution_id",
    "state",
    "state_info",
    "tags",
    "name",
    "description",
    "project_id",
    "accepted",
    "input",
    "output",
    "created_at",
    "updated_at",
    "params",
)
WORKFLOW = (
    "id",
    "name",
    "namespace",
    "input",
    "interface",
    "definition",
    "checksum",
    "tags",
    "scope",
    "project_id",
    "created_at",
    "updated_at",
    "version",
)
ACTION = (
    "id",
    "name",
    "is_system",
    "input",
    "description",
    "tags",
    "definition",
    "scope",
    "project_id",
    "created_at",
    "updated_at",
    "namespace",
    "version",
)

WORKBOOK = (
    "id",
    "name",
    "namespace",
    "definition",
    "tags",
    "scope",
    "project_id",
    "created_at",
    "updated_at",
    "version",
)
ENVIRONMENT = (
    "id",
    "name",
    "description",
    "variables",
    "scope",
    "project_id",
    "created_at",
    "updated_at",
    "version",
)

ONLY_SINGLE = frozenset({"output", "published_global", "result"})
"""Fields that a list leaves out unless they are asked for."""

_JSON_TEXT = {
    "input",
    "output",
    "params",
    "published",
    "published_global",
    "result",
    "runtime_context",
    "env",
}
_WAITS = "Task is waiting."
"""What is said of a join that waits, as in Mistral."""

_MAY_BE_UNSET = {"output", "env"}


def json_text(value: JSON) -> str:
    """Return a value as the JSON text that travels inside a field, spaced as Mistral's is."""
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode("utf-8")


def timestamp(value: datetime | str | None) -> str | None:
    """Return a time in Mistral's form, in UTC without a fraction.

    Views give times as text that only has a fraction too much.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return value[:19] if value is not None else None


def execution(row: Row, fields: Collection[str] | None = None) -> dict[str, JSON]:
    """Represent one execution; ``fields`` narrows it down. No output yet is ``"{}"``."""

    def value(row: Row, name: str) -> JSON:
        return "{}" if name == "output" and row[name] is None else _field(row, name)

    return _represent(row, EXECUTION, fields, value)


def task(row: Row, fields: Collection[str] | None = None) -> dict[str, JSON]:
    """Represent one task execution; ``items`` is only there for one that has some.

    What a task has not published is null: the global variables, or the others if it has only set global ones.
    """

    def value(row: Row, name: str) -> JSON:
        if name == "state_info" and row[name] is None and row.get("state") == "WAITING":
            return _WAITS
        is_null = name == "published_global" or (name == "published" and row.get("published_global"))
        return None if is_null and not row[name] else _field(row, name)

    return _represent(row, TASK[:-1] if row.get("items") is None else TASK, fields, value)


def action_execution(row: Row, fields: Collection[str] | None = None) -> dict[str, JSON]:
    """Represent one action execution."""
    return _represent(row, ACTION_EXECUTION, fields, _field)


def workflow(row: Row, fields: Collection[str] | None = None, *, stored: bool = False) -> dict[str, JSON]:
    """Represent one workflow definition.

    ``interface`` is JSON text when a workflow is read, but an object in the
    answer to the upload that ``stored`` it; Mistral does so.
    """

    def value(row: Row, name: str) -> JSON:
        if name == "interface":
            return row[name] if stored else json_text(row[name])
        return _plain(row, name)

    return _represent(row, WORKFLOW, fields, value)


def action(row: Row, fields: Collection[str] | None = None) -> dict[str, JSON]:
    """Represent one action, installed or uploaded; without a description it is null."""
    return _represent(row, ACTION, fields, _described)


def workbook(row: Row, fields: Collection[str] | None = None) -> dict[str, JSON]:
    """Represent one workbook."""
    return _represent(row, WORKBOOK, fields, _plain)


def environment(row: Row, fields: Collection[str] | None = None) -> dict[str, JSON]:
    """Represent one environment; without a description it is null.

    Secrets in it are masked like those in the environment of an execution: the
    usual names, and those that its own ``__secrets`` lists.
    """

    def value(row: Row, name: str) -> JSON:
        if name == "variables":
            return json_text(masked(row[name], secret_names(row[name])))
        return _described(row, name)

    return _represent(row, ENVIRONMENT, fields, value)


def chosen(fields: Collection[str], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields that were asked for, with ``id``; refuse unknown ones."""
    unknown = [name for name in fields if name not in names]
    if unknown:
        raise InvalidRequest(f"Some fields do not exist  {unknown}, please choose from {list(names)}")
    return tuple(name for name in names if name == "id" or name in fields)


# --- one field ---------------------------------------------------------------


def _represent(
    row: Row,
    names: tuple[str, ...],
    fields: Collection[str] | None,
    value: Callable[[Row, str], JSON],
) -> dict[str, JSON]:
    wanted = names if fields is None else fields
    return {name: value(row, name) for name in names if name in wanted and name in row}


def _plain(row: Row, name: str) -> JSON:
    return timestamp(row[name]) if name.endswith("_at") else row[name]


def _described(row: Row, name: str) -> JSON:
    return row[name] or None if name == "description" else _plain(row, name)


def _field(row: Row, name: str) -> JSON:
    value = row[name]
    if name in _JSON_TEXT:
        return None if value is None and name in _MAY_BE_UNSET else json_text(value)
    return _plain(row, name)
