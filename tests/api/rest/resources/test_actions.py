"""Actions: what the catalogue has."""

from __future__ import annotations

from typing import Any


def test_one_action(api: Any) -> None:
    """Fields as Mistral names them, with the signature as input; also with a slash at the end."""
    action = api.get("/v2/actions/std.echo")
    assert (action["id"], action["name"], action["input"]) == ("std.echo", "std.echo", "output, delay=0")
    assert (action["is_system"], action["definition"]) == (False, "")
    assert api.get("/v2/actions/std.echo/") == action


def test_list(api: Any) -> None:
    """Sorted by name, filtered, narrowed and cut into pages."""
    some = api.get("/v2/actions?name=in:std.noop,std.fail,std.async_noop&fields=name")["actions"]
    assert [action["name"] for action in some] == ["std.async_noop", "std.fail", "std.noop"]
    assert all(set(action) == {"id", "name"} for action in some)
    page = api.get("/v2/actions?limit=2")
    assert len(page["actions"]) == 2
    assert "marker=" in page["next"]


def test_unknown(api: Any) -> None:
    """Named in Mistral's words."""
    problem = api.get("/v2/actions/none", 404)
    assert problem["faultstring"] == "Action not found [name=none, namespace=]"
