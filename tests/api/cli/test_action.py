"""``wf-es action`` as typed; what it shares is tested with ``definitions``."""

from __future__ import annotations

from tests.api.cli.conftest import FakeServer, Type


def test_installed_and_stored_actions_are_listed_together(fake: FakeServer, wf: Type) -> None:
    """With what they take and do; an installed one has no text."""
    rows = [
        {
            "id": "std.echo",
            "name": "std.echo",
            "namespace": "",
            "input": "output",
            "description": "d",
            "tags": [],
        },
        {"id": "1", "name": "greet", "namespace": "n", "input": "name", "description": "", "tags": ["t"]},
    ]
    fake.on("GET", "actions", {"actions": rows})
    fake.on("GET", "actions/std.echo", {**rows[0], "definition": ""})

    lines = wf("action", "list").stdout.splitlines()

    assert lines[0].split() == ["NAME", "NAMESPACE", "INPUT", "DESCRIPTION", "TAGS"]
    assert [line.split()[0] for line in lines[1:]] == ["std.echo", "greet"]
    assert wf("action", "get-definition", "std.echo").stdout == "\n"
