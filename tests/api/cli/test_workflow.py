"""``wf-es workflow`` as typed; most of it is tested with ``definitions`` and ``validation``."""

from __future__ import annotations

from tests.api.cli.conftest import FakeServer, Type


def test_a_table_shows_what_a_workflow_takes(fake: FakeServer, wf: Type) -> None:
    """Its inputs stand beside its name, and which version it is."""
    row = {
        "id": "1",
        "name": "w",
        "namespace": "n",
        "input": "a, b=1",
        "tags": ["t"],
        "updated_at": "now",
    } | {"version": 3}
    fake.on("GET", "workflows", {"workflows": [row]})

    head, line = wf("workflow", "list").stdout.splitlines()

    assert head.split() == ["ID", "NAME", "NAMESPACE", "VERSION", "INPUT", "TAGS", "UPDATED_AT"]
    assert line.split() == ["1", "w", "n", "3", "a,", "b=1", '["t"]', "now"]
