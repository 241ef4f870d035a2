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


def leaf(variable: str, value: object, **fields: object) -> dict[str, object]:
    """Return a leaf as the server tells who wrote it."""
    time = "2026-01-31T08:00:00.000000Z"
    known = {"event": 6, "time": time, "actor": "ann", "task": "a", "reason": None}
    return {"variable": variable, "value": value, **known, **fields}


def test_who_wrote_what_is_told_leaf_by_leaf() -> None:
    """With the event, its time, the task, the actor and the reason; earlier values below, newest first."""
    earlier = [leaf("x.y", 1, event=1, task=None), leaf("x.y", 2, event=4)]
    seen = {
        "inbound": {"x": {"y": None}},
        "published": {},
        "outbound": {},
        "blame": {
            "inbound": [leaf("x.y", None, reason="it was wrong", earlier=earlier), leaf("z", "text")],
            "outbound": [],
            "workflow": [leaf("input.i", 5, event=1, task=None)],
        },
    }

    words = [line.split() for line in context_lines(seen)]

    hour = words[1][4]
    assert words == [
        ["of", "the", "workflow:"],
        ["input.i", "5", "event", "1", hour, "start", "ann"],
        ["inbound,", "from", "the", "tasks", "before:"],
        ["x.y", "null", "event", "6", hour, "task", "'a'", "ann", "(it", "was", "wrong)"],
        ["before", "2", "event", "4", hour, "task", "'a'", "ann"],
        ["before", "1", "event", "1", hour, "start", "ann"],
        ["z", "text", "event", "6", hour, "task", "'a'", "ann"],
    ]


def test_who_wrote_what_an_execution_has() -> None:
    """The same for all branches together; nothing is said to be nothing."""
    blame = {"variables": [leaf("x", 1)], "workflow": []}
    lines = final_context_lines({"variables": {"x": 1}, "blame": blame})

    assert lines[0] == "variables, of all branches together:"
    assert lines[1].split()[:4] == ["x", "1", "event", "6"]
    empty: dict[str, object] = {"variables": {}, "blame": {"variables": [], "workflow": []}}
    assert final_context_lines(empty) == ["variables, of all branches together: none"]
