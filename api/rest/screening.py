"""Secrets in rows are masked before they are shown.

Which names are secrets is decided by :mod:`projections.masking`: the usual
ones, and those that the environment of the execution declares. Tasks and
action executions do not carry that environment, so it is looked up for all
executions of a page at once. An action that runs by itself carries its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from projections import Query, Row, masked, secret_names
from projections.queries import MAX_LIMIT
from projections.trees import Forest

Declared = Mapping[str, frozenset[str]]
"""The names that executions declare as secrets, by the executions' ids."""


def screened(row: Mapping[str, object], declared: frozenset[str]) -> Row:
    """Return a row with the secrets inside its values masked."""
    return {
        name: masked(value, declared) if isinstance(value, dict | list | str) else value
        for name, value in row.items()
    }


def screened_rows(views: Forest, rows: Sequence[Row], key: str) -> list[Row]:
    """Return rows with their secrets masked.

    Args:
        views: Where the executions' environments are looked up.
        rows: The rows of a page.
        key: The field that holds the id of a row's execution.
    """
    declared = declared_secrets(views, {str(row[key]) for row in rows if row.get(key)})
    return [screened(row, declared.get(str(row.get(key)), frozenset())) for row in rows]


def declared_secrets(views: Forest, execution_ids: Iterable[str]) -> Declared:
    """Return which names the given executions declare as secrets."""
    ids = sorted(execution_ids)
    if not ids:
        return {}
    found = views.executions.list(
        Query(project=None, filters={"id": [("in", ids)]}, fields=("id", "env"), limit=MAX_LIMIT)
    )
    declared = {row["id"]: secret_names(row["env"]) for row in found.rows}
    alone = [identifier for identifier in ids if identifier not in declared]
    return declared | _declared_by_themselves(views, alone)


def _declared_by_themselves(views: Forest, run_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the same for actions that run outside of any workflow; their rows have the environment."""
    if not run_ids:
        return {}
    key = "workflow_execution_id"
    wanted = Query(project=None, filters={key: [("in", run_ids)]}, fields=(key, "params"), limit=MAX_LIMIT)
    rows = views.action_executions.list(wanted).rows
    return {row[key]: secret_names(row["params"].get("env") or {}) for row in rows}
