"""An audit is gathered page by page, whoever does the examining."""

from __future__ import annotations

import json

from tests.api.cli.conftest import FakeServer, Type

PAGES = [
    {"after": 2, "head": 5, "rows": 2, "streams": 1, "events": 4, "findings": []},
    {"after": 5, "head": 9, "rows": 3, "streams": 1, "events": 1, "findings": []},
]


def test_a_server_is_asked_page_by_page(fake: FakeServer, wf: Type) -> None:
    """Up to where the log stood at the beginning."""
    fake.on("GET", "audit", *PAGES)
    result = wf("audit", "verify", "-o", "json")
    assert fake.queries("audit") == [{"after": "0"}, {"after": "2", "upto": "5"}]
    assert json.loads(result.stdout) == {"ok": True, "position": 5, "streams": 2, "events": 5, "findings": []}


def test_events_that_belong_nowhere_are_a_difference(fake: FakeServer, wf: Type) -> None:
    """More rows than the streams have events."""
    fake.on("GET", "audit", PAGES[0], {**PAGES[1], "rows": 4})
    result = wf("audit", "verify", "-o", "json")
    assert result.exit_code == 14
    assert "6 events are stored, but 5" in result.stdout


def test_a_family_is_examined_whole(fake: FakeServer, wf: Type) -> None:
    """An execution with its sub-workflows and theirs, each once."""
    one, two, three = (f"aaaa0000-0000-4000-8000-00000000000{n}" for n in range(3))
    for stream, children in ((one, [two, three]), (two, [three]), (three, [])):
        seen = {"stream": stream, "events": 1, "children": children, "findings": []}
        fake.on("GET", f"executions/{stream}/audit", seen)
    result = wf("audit", "verify", one, "-o", "json")
    assert json.loads(result.stdout)["streams"] == 3
