"""The blame view: plain data, with secrets masked wherever a path leads into one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from projections.blame import blame_view
from wf_es.execution.blame import FinalBlame, Leaf, TaskBlame, Write

NOON = datetime(2026, 1, 1, 12, 0, 0, 5, tzinfo=UTC)


def write(value: Any, event: int = 3, **fields: Any) -> Write:
    """Return a write by the task ``a``."""
    return Write(value=value, event=event, time=NOON, actor="ann", task="a", task_id="t", **fields)


def leaf(path: list[str], value: Any, *earlier: Any) -> Leaf:
    """Return a leaf with earlier values."""
    return Leaf(
        path=tuple(path), value=value, written=write(value), earlier=[write(item, 2) for item in earlier]
    )


def test_a_leaf_as_plain_data() -> None:
    """The value, the event with its time, actor and reason, and the task."""
    blame = FinalBlame(variables=[leaf(["x", "y"], 5)], workflow=[])

    assert blame_view(blame) == {
        "variables": [
            {
                "variable": "x.y",
                "path": ["x", "y"],
                "value": 5,
                "event": 3,
                "time": "2026-01-01T12:00:00.000005Z",
                "actor": "ann",
                "reason": None,
                "task": "a",
                "task_id": "t",
            }
        ],
        "workflow": [],
    }


def test_earlier_values_are_told_if_asked() -> None:
    """Each with the event that wrote it."""
    blame = TaskBlame(task_id="t", name="a", inbound=[leaf(["x"], 5, 4)], outbound=[], workflow=[])

    (found,) = blame_view(blame, history=True)["inbound"]

    assert [(entry["value"], entry["event"]) for entry in found["earlier"]] == [(4, 2)]
    assert "earlier" not in blame_view(blame)["inbound"][0]


def test_secrets_are_masked_in_every_value() -> None:
    """By usual names, by declared ones, and in what was there before."""
    blame = FinalBlame(
        variables=[leaf(["password"], "new", "old"), leaf(["pin"], 1234), leaf(["x", "token"], "abc")],
        workflow=[],
    )

    found = blame_view(blame, frozenset({"pin"}), history=True)["variables"]

    assert [entry["value"] for entry in found] == ["***", "***", "***"]
    assert [entry["value"] for entry in found[0]["earlier"]] == ["***"]


def test_what_lies_inside_a_secret_is_one_leaf() -> None:
    """Not even the names inside are shown."""
    inside = [leaf(["credentials", "user"], "ann"), leaf(["credentials", "key"], "abc")]

    found = blame_view(FinalBlame(variables=inside, workflow=[]))["variables"]

    assert [(entry["path"], entry["value"]) for entry in found] == [(["credentials"], "***")]
