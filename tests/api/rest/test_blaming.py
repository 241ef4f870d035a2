"""Who wrote what, over HTTP: contexts with ``blame`` and ``history``."""

from __future__ import annotations

from typing import Any

import pytest

TEXT = """
version: '2.0'
flow:
  input: [{host: web1}]
  tasks:
    first: {action: std.echo output=1, publish: {x: 1, password: s3cret}, on-success: second}
    second: {action: std.echo output=2, publish: {x: 2, pin: 1234}}
"""


@pytest.fixture
def paths(api: Any) -> list[str]:
    """The contexts of the second task and of its execution, which has ended."""
    api.upload(TEXT)
    execution = api.start("flow")
    api.wait(execution, "SUCCESS")
    return [f"/v2/tasks/{api.task(execution, 'second')['id']}/context", f"/v2/executions/{execution}/context"]


def leaves(found: Any, part: str) -> dict[str, tuple[Any, str | None, str]]:
    """Return the leaves of a part: value, task and actor by variable."""
    return {
        leaf["variable"]: (leaf["value"], leaf["task"], leaf["actor"].partition(":")[0])
        for leaf in found["blame"][part]
    }


def test_a_context_says_who_wrote_it_if_asked(api: Any, paths: list[str]) -> None:
    """Each leaf with its value, event, actor and task; the rest of the answer is the same."""
    task, execution = paths
    found, final = api.get(f"{task}?blame=true"), api.get(f"{execution}?blame=true")

    assert leaves(found, "inbound") == {"password": ("***", "first", "runner"), "x": (1, "first", "runner")}
    assert leaves(found, "workflow") == {"input.host": ("web1", None, "anonymous")}
    assert leaves(final, "variables")["x"] == (2, "second", "runner")
    for path, shown in ((task, found), (execution, final)):
        del shown["blame"]
        assert shown == api.get(path)


def test_earlier_values_are_told_if_asked(api: Any, paths: list[str]) -> None:
    """That implies who wrote the present ones."""
    for path, part in zip(paths, ("outbound", "variables"), strict=True):
        found = api.get(f"{path}?history=true")["blame"][part]
        (x,) = [leaf for leaf in found if leaf["variable"] == "x"]
        assert (x["value"], [write["value"] for write in x["earlier"]]) == (2, [1])


def test_blame_is_that_of_the_moment(api: Any, paths: list[str]) -> None:
    """Together with ``at``."""
    task, execution = paths
    number = api.get(f"{task}?blame=true")["blame"]["outbound"][-1]["event"]

    assert "pin" not in leaves(api.get(f"{execution}?blame=true&at={number - 1}"), "variables")
    assert leaves(api.get(f"{task}?blame=true&at={number - 1}"), "outbound")["x"][0] == 1
    assert leaves(api.get(f"{task}?blame=true&at={number}"), "outbound")["x"][0] == 2


def test_the_difference_is_shown_leaf_by_leaf(api: Any, paths: list[str]) -> None:
    """What a task has changed, with what was and what is."""
    assert api.get(paths[0])["difference"] == [
        {"path": ["x"], "name": "x", "change": "changed", "from": 1, "to": 2},
        {"path": ["pin"], "name": "pin", "change": "added", "to": 1234},
    ]


@pytest.mark.parametrize("name", ["blame", "history"])
def test_a_parameter_is_true_or_false(api: Any, paths: list[str], name: str) -> None:
    """Anything else is refused."""
    for path in paths:
        assert "must be true or false" in api.get(f"{path}?{name}=maybe", 400)["faultstring"]
        assert "blame" not in api.get(f"{path}?{name}=false")
