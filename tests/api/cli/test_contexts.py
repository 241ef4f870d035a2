"""Contexts as people read them."""

from __future__ import annotations

from api.cli.contexts import context_lines, final_context_lines

CLASH = {
    "variable": "cfg.host",
    "path": ["cfg", "host"],
    "won": {"event": 9, "task": "right", "value": "web2"},
    "lost": [
        {"event": 7, "task": "left", "value": "web1"},
        {"event": 8, "task": None, "value": None},
    ],
}


def test_clashes_stand_where_they_came_in() -> None:
    """One line for each value that lost; a value from outside has no task."""
    lines = context_lines({"inbound": {"cfg": {"host": "web2"}}, "clashes": [CLASH]})

    assert lines == [
        "inbound, from the tasks before:",
        '  cfg  {"host": "web2"}',
        "clashes, of branches that had written a variable equally often; the later one wins:",
        "  cfg.host  web2 by task 'right' (event 9) won over web1 by task 'left' (event 7)",
        "  cfg.host  web2 by task 'right' (event 9) won over null (event 8)",
    ]


def test_what_an_execution_ends_with() -> None:
    """The variables of all branches with their events, what all see, and clashes."""
    seen = {
        "variables": {"x": 1},
        "workflow": {"input": {"i": 0}, "vars": {}, "global": {"g": 2}},
        "origins": {"x": 9},
        "clashes": [CLASH],
    }

    assert final_context_lines(seen)[:7] == [
        "input of the workflow:",
        "  i  0",
        "global variables:",
        "  g  2",
        "variables, of all branches together:",
        "  x  1  (event 9)",
        "clashes, of branches that had written a variable equally often; the later one wins:",
    ]
    assert final_context_lines({"variables": {}}) == ["variables, of all branches together: none"]
