"""What differs between two moments of an execution, or between two executions, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.rest.conftest import until

NOBODY = "6b1edbd0-0000-4000-8000-0fc2a32e94cd"


def ended(api: Any, result: Any, **body: Any) -> str:
    """Return an execution whose first task has given a result, and that has ended."""
    identifier = str(api.start(**body))
    action = api.action(identifier)
    api.call("PUT", f"/v2/action_executions/{action['id']}", 200, {"state": "SUCCESS", "output": result})
    api.wait(identifier, "SUCCESS")
    return identifier


def test_two_moments(api: Any) -> None:
    """From the beginning until now."""
    identifier = ended(api, 7)

    found = api.get(f"/v2/executions/{identifier}/diff?from=3")

    assert (found["from"]["number"], found["from"]["state"], found["to"]["state"]) == (
        3,
        "RUNNING",
        "SUCCESS",
    )
    assert found["execution"] == [
        {"path": ["state"], "name": "state", "change": "changed", "from": "RUNNING", "to": "SUCCESS"}
    ]
    assert [(task["task"], task["change"]) for task in found["tasks"]] == [("a", "changed"), ("b", "added")]
    assert found["context"] == found["output"]
    assert found["output"] == [{"path": ["r"], "name": "r", "change": "added", "to": 7}]


def test_a_moment_may_be_a_time(api: Any) -> None:
    """As everywhere."""
    identifier = ended(api, 7)
    begun = api.get(f"/v2/executions/{identifier}/events?limit=1")["events"][0]["time"]

    found = api.get(f"/v2/executions/{identifier}/diff?from={begun}&to=2999-01-01T00:00:00Z")

    assert found["from"]["state"] == "RUNNING"
    assert found["to"]["state"] == "SUCCESS"


def test_two_executions(api: Any) -> None:
    """Task by task, by name and run; secrets that differ do so behind masks."""
    one = ended(api, {"v": 1, "token": "t0p-one"})
    two = ended(api, {"v": 2, "token": "t0p-two"}, input={"x": 9})

    found = api.get(f"/v2/executions/{one}/diff?with={two}")

    assert (found["from"]["execution_id"], found["to"]["execution_id"]) == (one, two)
    assert [change["name"] for change in found["execution"]] == ["input.x"]
    (task,) = found["tasks"]
    changes = {change["name"]: (change["from"], change["to"]) for change in task["changes"]}
    assert changes["published.r.v"] == (1, 2)
    assert changes["published.r.token"] == ("***", "***")
    assert found["unchanged_tasks"] == 1
    assert "t0p" not in str(found)
    assert api.get(f"/v2/executions/{one}/diff?with={one}")["same"] is True


def test_two_executions_at_moments_of_each(api: Any) -> None:
    """From is a moment of the one, to is one of the other."""
    one, two = ended(api, 1), ended(api, 1)

    assert api.get(f"/v2/executions/{one}/diff?with={two}&from=3&to=3")["same"] is True
    assert api.get(f"/v2/executions/{one}/diff?with={two}&from=3")["same"] is False


def test_what_is_a_secret_today_was_one_then(api: Any) -> None:
    """Also where the environment of that moment did not say so yet."""
    one, two = str(api.start(params={"env": {"k": "hunter2"}})), str(api.start())
    path = f"/v2/executions/{one}/diff?with={two}&from=1&to=1"
    assert "hunter2" in str(api.get(path))

    api.call("PUT", f"/v2/executions/{one}", 200, {"state": "PAUSED"})
    api.call("PUT", f"/v2/executions/{one}", 200, {"params": {"env": {"__secrets": ["k"]}}})

    (change,) = api.get(path)["execution"]
    assert change == {"path": ["env", "k"], "name": "env.k", "change": "removed", "from": "***"}


def test_only_so_many_changes(api: Any) -> None:
    """The others are counted."""
    identifier = ended(api, list(range(20)))

    found = api.get(f"/v2/executions/{identifier}/diff?from=3&limit=1")

    assert found["omitted"] > 1
    assert len(found["execution"]) == 1
    assert found["output"] == []


FAMILY = """
version: '2.0'
top:
  input: [token: none]
  tasks:
    both: {with-items: 'i in <% [1, 2] %>', workflow: below, input: {token: <% $.token %>, i: <% $.i %>}}
below:
  input: [token, i]
  tasks:
    ask: {action: std.async_noop, publish: {r: <% task().result %>}}
"""


def children(api: Any, identifier: str) -> list[str]:
    """Return the sub-workflows of an execution, once both ask."""
    task = api.task(identifier, "both")
    path = f"/v2/tasks/{task['id']}/workflow_executions"
    found = until(lambda: (rows := api.get(path)["executions"])[1:] and rows)
    return [row["id"] for row in sorted(found, key=lambda row: row["input"])]


def answer(api: Any, identifier: str, result: Any) -> None:
    """Give the task of a sub-workflow its result."""
    path = f"/v2/action_executions/{api.action(identifier, 'ask')['id']}"
    api.call("PUT", path, 200, {"state": "SUCCESS", "output": result})
    api.wait(identifier, "SUCCESS")


def test_sub_workflows_of_one_execution(api: Any) -> None:
    """As they were when the log had reached the same place."""
    api.upload(FAMILY)
    identifier = api.start("top")
    first, second = children(api, identifier)
    answer(api, second, 7)
    number = until(
        lambda: api.get(f"/v2/executions/{identifier}/events?type=SubWorkflowCompleted")["events"]
    )[0]["version"]
    answer(api, first, 8)
    api.wait(identifier, "SUCCESS")

    found = api.get(f"/v2/executions/{identifier}/diff?from={number}&deep=true")

    (below,) = found["below"]
    assert (below["path"], below["change"], below["from"]["execution_id"]) == ("both[0]", "changed", first)
    assert [(task["task"], task["changes"][0]["to"]) for task in below["tasks"]] == [("ask", "SUCCESS")]
    assert (found["unchanged_below"], found["not_compared"]) == (1, 0)
    assert "below" not in api.get(f"/v2/executions/{identifier}/diff?from={number}")


def test_sub_workflows_of_two_executions(api: Any) -> None:
    """By task and item; secrets stay behind masks there, too."""
    api.upload(FAMILY)
    ids = [api.start("top", input={"token": token}) for token in ("t0p-one", "t0p-two")]
    for identifier, result in zip(ids, (1, 2), strict=True):
        answer(api, children(api, identifier)[1], result)

    found = api.get(f"/v2/executions/{ids[0]}/diff?with={ids[1]}&deep=1")

    assert [below["path"] for below in found["below"]] == ["both[0]", "both[1]"]
    assert [change["name"] for change in found["below"][0]["execution"]] == ["input.token"]
    assert {"published.r", "result"} == {
        change["name"] for change in found["below"][1]["tasks"][0]["changes"]
    }
    assert "t0p" not in str(found)
    same = api.get(f"/v2/executions/{ids[0]}/diff?with={ids[0]}&deep=true")
    assert (same["same"], same["below"], same["unchanged_below"]) == (True, [], 2)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Say what to compare"),
        ("to=3", "Say what to compare"),
        ("from=soon", "'from' cannot be read"),
        ("from=1&to=999", "Event 999 has not happened yet"),
        ("from=1&colour=red", "Unknown argument"),
        ("with=", "Say what to compare"),
        ("from=1&limit=0", "Limit must be positive"),
        ("from=1&deep=very", '"deep" must be true or false'),
    ],
)
def test_what_cannot_be_compared(api: Any, query: str, words: str) -> None:
    """The answer says what can."""
    assert words in api.get(f"/v2/executions/{api.start()}/diff?{query}", 400)["faultstring"]


def test_unknown_executions(api: Any) -> None:
    """Neither side may be missing."""
    api.get(f"/v2/executions/{NOBODY}/diff?from=1", 404)
    api.get(f"/v2/executions/{api.start()}/diff?with={NOBODY}", 404)
