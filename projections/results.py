"""The results of a task's items, put together from the rows of its actions or sub-workflows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select, true

from projections.tables import ACTION_EXECUTIONS, SUB_WORKFLOWS

_WRAPPED = '{"result":'
"""How the output of an action begins in its column."""


def wrapped(output: str) -> str:
    """Return JSON text as the output of an action has it."""
    return f"{_WRAPPED}{output}}}"


def results_of_items(connection: Connection, task_id: str) -> str:
    """Return what the items of a task have given so far, in their order, as the text of a JSON list."""
    outputs: list[str] = []
    for table, begin, end in ((ACTION_EXECUTIONS, len(_WRAPPED), -1), (SUB_WORKFLOWS, 0, None)):
        found = connection.execute(_outputs_of_items(table), {"task_id": task_id})
        outputs += (output[begin:end] for output in found.scalars())
    return f"[{','.join(outputs)}]"


@lru_cache(maxsize=2)
def _outputs_of_items(table: Table) -> Select[Any]:
    units = table.c
    return (
        select(units.output)
        .where(units.task_execution_id == bindparam("task_id"))
        .where(units.accepted == true(), units.item.is_not(None))
        .order_by(units.item)
    )
