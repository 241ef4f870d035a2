"""Versions of definitions as plain data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from projections import version_difference_view, version_view
from wf_es.definition import environments
from wf_es.definition.differences import Part
from wf_es.definition.versions import Content
from wf_es.engine import DefinitionVersion, VersionDifference


def version(kind: str = "workflow", **fields: Any) -> DefinitionVersion:
    """Return a version."""
    given: dict[str, Any] = {
        "id": "i",
        "kind": kind,
        "name": "w",
        "namespace": "n",
        "version": 2,
        "change": "updated",
        "content": Content(text="text", hash="h", checksum="c", tags=("t",), description="d"),
        "time": datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC),
        "actor": "ann",
    }
    return DefinitionVersion(**(given | fields))


def environment(**variables: Any) -> DefinitionVersion:
    """Return a version of an environment."""
    return version("environment", content=environments.content(variables))


def test_a_version_of_a_text() -> None:
    """What it says is only there if it is asked for."""
    view = version_view(version(withdrawn=datetime(2026, 2, 3, tzinfo=UTC)))

    assert view == {
        "id": "i",
        "name": "w",
        "namespace": "n",
        "version": 2,
        "change": "updated",
        "created_at": "2026-01-02 03:04:05",
        "actor": "ann",
        "withdrawn_at": "2026-02-03 00:00:00",
        "description": "d",
        "tags": ["t"],
        "scope": "private",
        "checksum": "c",
        "hash": "h",
    }
    assert version_view(version(), whole=True) == view | {"withdrawn_at": None, "definition": "text"}


def test_a_version_of_an_environment_hides_its_secrets() -> None:
    """No checksum either, from which a short secret could be found out."""
    view = version_view(environment(host="h", password="p4ss"), whole=True)

    assert view["variables"] == {"host": "h", "password": "***"}
    assert view.keys().isdisjoint({"checksum", "hash", "namespace", "tags", "definition"})


def test_a_difference() -> None:
    """Both sides without their texts, the parts, and the text line by line."""
    part = Part(kind="task", name="a", change="changed", keys=("action",))
    view = version_difference_view(
        VersionDifference(before=version(version=1), after=version(), parts=(part,), text="--- ...")
    )

    assert (view["from"]["version"], view["to"]["version"], view["same"]) == (1, 2, False)
    assert view["changes"] == [{"kind": "task", "name": "a", "change": "changed", "keys": ["action"]}]
    assert view["diff"] == "--- ..."
    assert "definition" not in view["to"]
    assert json.loads(json.dumps(view)) == view


def test_secrets_that_differ_are_named_and_not_shown() -> None:
    """The lines are those of the masked variables."""
    before, after = environment(pin=1, __secrets=["pin"]), environment(pin=2, __secrets=["pin"], x=1)
    raw = VersionDifference(
        before=before,
        after=after,
        parts=(Part(kind="variable", name="pin", change="changed"),),
        text='-  "pin": 1\n+  "pin": 2\n',
    )

    view = version_difference_view(raw)

    assert '+  "x": 1' in view["diff"]
    assert 'pin": 2' not in view["diff"]
    assert view["changes"][0]["name"] == "pin"
    assert view["same"] is False
