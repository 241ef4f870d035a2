"""The report of a resume, in words."""

from __future__ import annotations

from api.cli.requirements import requirement_lines

REPORT = {
    "resumable": False,
    "will_run": ["deploy", "announce"],
    "repeats": [{"task": "deploy", "action": "std.http"}],
    "missing": [
        {
            "variable": "host",
            "needed_by": {
                "task": "deploy",
                "key": "input.output",
                "expression": "<% $.host %>",
                "line": 8,
                "column": 15,
            },
        },
        {"variable": "channel", "needed_by": {}},
    ],
    "undetermined": [],
    "outstanding": [{"name": "ask"}],
    "refused": [{"task": "build", "why": "already succeeded"}],
    "position": 57,
}


def test_every_part_of_the_report_is_told() -> None:
    """Empty parts are left out, and each missing variable has its place."""
    assert requirement_lines(REPORT) == [
        "will run: deploy, announce",
        "runs again what has already had an effect: deploy (std.http)",
        "missing:",
        "  VARIABLE  NEEDED BY      IN            EXPRESSION    PLACE",
        "  host      task 'deploy'  input.output  <% $.host %>  line 8:15",
        "  channel",
        "still under way: ask",
        "refused: build (already succeeded)",
    ]


def test_an_unknown_entry_is_shown_as_data() -> None:
    """Nothing that the server says is swallowed."""
    assert requirement_lines({"outstanding": [{"x": 1}]}) == ['still under way: {"x": 1}']
