"""Folds uploads of workflows, workbooks, ad-hoc actions and environments into rows.

A row shows the newest version of a definition; deleting it removes the row and
creating it again brings the row back under the same id. Each kind has a table
of its own; what only one kind shows is read from its text here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from projections import workflows
from projections.encoding import dump, load
from projections.workflows import Upload
from projections.worksheet import Fact, Fold, Row, Sheet, Worksheet
from wf_es.definition import action_from
from wf_es.definition.model import InputParameter
from wf_es.definition.versions import DefinitionCreated, DefinitionDeleted, DefinitionKept, DefinitionUpdated


def _created(sheets: Worksheet, fact: Fact, data: DefinitionCreated) -> None:
    if data.kind not in _COLUMNS:
        return
    row = {
        "id": fact.event.stream,
        "name": data.name,
        "project_id": fact.event.project,
        "created_at": fact.time,
        "born": fact.position,
        **_content(fact, data.kind, data.name, data),
    }
    if data.kind != "environment":
        row["namespace"] = data.namespace
    sheets.definitions[data.kind].insert(row)
    _keep_version(sheets, fact, data.kind, data.name, data)


def _updated(sheets: Worksheet, fact: Fact, data: DefinitionUpdated) -> None:
    found = _find(sheets, fact)
    if found is not None:
        kind, sheet, row = found
        sheet.update(fact.event.stream, **_content(fact, kind, row["name"], data))
        _keep_version(sheets, fact, kind, row["name"], data)


def _deleted(sheets: Worksheet, fact: Fact, data: DefinitionDeleted) -> None:
    del data
    found = _find(sheets, fact)
    if found is not None:
        found[1].remove("id", fact.event.stream)


def _find(sheets: Worksheet, fact: Fact) -> tuple[str, Sheet, Row] | None:
    """Return the kind of a definition, where its row is, and the row."""
    for kind, sheet in sheets.definitions.items():
        row = sheet.find(fact.event.stream)
        if row is not None:
            return kind, sheet, row
    return None


def _content(fact: Fact, kind: str, name: str, data: Upload) -> dict[str, Any]:
    return {
        "scope": data.scope,
        "updated_at": fact.time,
        "version": fact.event.version,
        "description": data.description,
        **_COLUMNS[kind](name, data),
    }


def _keep_version(sheets: Worksheet, fact: Fact, kind: str, name: str, data: Upload) -> None:
    if kind == "workflow":
        sheets.versions.insert(workflows.version(fact, name, data))


# --- what each kind shows ------------------------------------------------------


def _text(_: str, data: Upload) -> dict[str, Any]:
    return {"definition": data.text, "checksum": data.checksum, "tags": dump(data.tags)}


def _of_workflow(name: str, data: Upload) -> dict[str, Any]:
    return _text(name, data) | workflows.columns(name, data)


def _of_action(name: str, data: Upload) -> dict[str, Any]:
    given = action_from(data.text, name).spec.input
    return _text(name, data) | {"is_system": False, "input": ", ".join(map(_signature, given))}


def _of_environment(_: str, data: Upload) -> dict[str, Any]:
    return {"variables": dump(load(data.text))}


_COLUMNS: Mapping[str, Callable[[str, Upload], dict[str, Any]]] = {
    "workflow": _of_workflow,
    "workbook": _text,
    "action": _of_action,
    "environment": _of_environment,
}
"""The columns that not all kinds have, by kind."""


def _signature(parameter: InputParameter) -> str:
    """Return an input as installed actions show theirs: ``name``, or ``name="default"``."""
    if parameter.required:
        return parameter.name
    return f"{parameter.name}={dump(parameter.default)}"


def _unseen(sheets: Worksheet, fact: Fact, data: DefinitionKept) -> None:
    """Make no row: what is merely kept is found by those who have pinned it."""
    del sheets, fact, data


FOLD: Fold = {
    DefinitionCreated: _created,
    DefinitionUpdated: _updated,
    DefinitionDeleted: _deleted,
    DefinitionKept: _unseen,
}
"""What each event about a definition does to the rows."""
