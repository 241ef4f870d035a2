"""An export can be given to somebody: secrets are left out, everything else stays, and it can be read."""

from __future__ import annotations

from projections.exporting import without_secrets

EVENT = {
    "prev": "a" * 64,
    "actor": "ann",
    "command": "token-like-word",
    "reason": "call https://u:pw@host?api_key=abc",
    "data": {
        "type": "ItemsEvaluated@1",
        "task_id": "t",
        "values": {"password": ["a", "b"], "host": ["h1", {"token": "x"}]},
        "input": {"password": "hunter2", "own": 1, "plain": [1, None]},
    },
}


def test_secrets_are_masked_and_nothing_else() -> None:
    """By the usual names, and by those that the environment declares; lists stay as long as they are."""
    made = without_secrets(EVENT, {"__secrets": ["own"]})
    assert made["data"]["values"] == {"password": ["***", "***"], "host": ["h1", {"token": "***"}]}
    assert made["data"]["input"] == {"password": "***", "own": "***", "plain": [1, None]}
    assert made["reason"] == "call https://u:***@host?api_key=***"
    assert {name: made[name] for name in ("prev", "actor", "command")} == {
        name: EVENT[name] for name in ("prev", "actor", "command")
    }


def test_an_event_without_secrets_stays_as_it_is() -> None:
    """So its text need not be marked as another one."""
    plain = {"prev": "", "data": {"type": "X@1", "values": {"host": [1]}, "output": "text"}}
    assert without_secrets(plain, {}) == plain
