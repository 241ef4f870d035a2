"""``wf-es projection`` as typed; its comparison is tested with ``wf-es audit``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.api.cli.conftest import FakeServer, Type
from tests.damage import waiting_executions


def listed(position: int, standing: str) -> dict[str, Any]:
    """Return what a server says of its projections."""
    one = {"name": "executions", "rows": 1, "position": position, "head": 9, "lag": 9 - position}
    return {"projections": [{**one, "standing": standing}], "quarantined": 0}


def test_a_servers_projections_are_listed(fake: FakeServer, wf: Type) -> None:
    """As a table or as data."""
    fake.on("GET", "projections", listed(7, "following"))
    assert wf("projection", "list").stdout.splitlines()[1].split() == [
        "executions",
        "1",
        "7",
        "9",
        "2",
        "following",
    ]
    assert json.loads(wf("projection", "list", "-o", "json").stdout) == listed(7, "following")["projections"]


def test_a_server_is_waited_for(fake: FakeServer, wf: Type) -> None:
    """Until it has folded what the log had at the beginning."""
    fake.on("POST", "projections/rebuild", listed(0, "rebuilding"))
    fake.on("GET", "projections", *(listed(n, "rebuilding") for n in (0, 5, 9)), listed(9, "following"))
    result = wf("projection", "rebuild")
    assert (result.exit_code, len(fake.queries("projections"))) == (0, 4)
    assert "up to position 9" in result.stderr


def test_a_server_that_cannot_follow_is_not_waited_for(fake: FakeServer, wf: Type) -> None:
    """It says where to look."""
    fake.on("POST", "projections/rebuild", listed(0, "rebuilding"))
    fake.on("GET", "projections", listed(0, "stopped"))
    result = wf("projection", "rebuild")
    assert result.exit_code == 6
    assert "the server's log says why" in result.stderr


def test_a_file_needs_no_server(offline: Type, tmp_path: Path) -> None:
    """Listing and rebuilding work on the files."""
    log = waiting_executions(tmp_path / "log.sqlite", 2)
    url = ("--db-url", f"sqlite:///{log}")
    assert offline("projection", "rebuild", *url).exit_code == 0
    rows = json.loads(offline("projection", "list", *url, "-o", "json").stdout)
    assert {row["name"]: row["rows"] for row in rows}["tasks"] == 4
