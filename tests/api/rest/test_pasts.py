"""Reading at a moment over HTTP: every read of one execution takes ``?at=``."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

TWO = """
version: '2.0'
outer:
  input: [{password: s3cret}]
  tasks:
    first: {action: std.async_noop, publish: {pin: <% task().result %>}, on-success: inner}
    inner: {workflow: below}
below:
  tasks:
    deep: {action: std.async_noop}
"""
NUMBERS = "x-wf-event"


@pytest.fixture
def story(api: Any) -> dict[str, Any]:
    """An execution whose first task has ended; its sub-workflow waits."""
    api.upload(TWO)
    execution = api.start("outer")
    action = api.action(execution, "first")
    api.call("PUT", f"/v2/action_executions/{action['id']}", 200, {"state": "SUCCESS", "output": "1234"})
    task = api.task(execution, "inner")
    while not (below := api.get(f"/v2/tasks/{task['id']}/workflow_executions")["executions"]):
        pass
    deep = api.action(below[0]["id"], "deep")
    return {
        "id": execution,
        "first": api.task(execution, "first")["id"],
        "action": action["id"],
        "inner": task["id"],
        "below": below[0]["id"],
        "deep": deep["id"],
    }


def paths(story: dict[str, Any]) -> list[str]:
    """Return every read of one execution that is there from the start."""
    execution, first = f"/v2/executions/{story['id']}", f"/v2/tasks/{story['first']}"
    return [
        execution,
        f"{execution}/tasks",
        f"{execution}/executions",
        f"{execution}/report",
        f"{execution}/context",
        f"{execution}/events",
        first,
        f"{first}/context",
        f"{first}/executions",
        f"{first}/workflow_executions",
        f"{first}/action_executions",
        f"{first}/action_executions/{story['action']}",
        f"/v2/action_executions/{story['action']}",
        f"/v2/action-executions/{story['action']}",
    ]


def events(api: Any, story: dict[str, Any]) -> list[Any]:
    """Return what happened, as it is told now."""
    found: list[Any] = api.get(f"/v2/executions/{story['id']}/events")["events"]
    return found


def number_of(api: Any, story: dict[str, Any], kind: str, nth: int = 0) -> int:
    """Return the number of the first event of a type, or of a later one."""
    return int([event["number"] for event in events(api, story) if event["type"] == kind][nth])


def test_the_head_is_the_present(api: Any, story: dict[str, Any]) -> None:
    """Every read says the same of the last event as of now, but for what goes on below meanwhile."""
    head = len(events(api, story))

    for path in paths(story):
        if path.endswith(("/executions", "/report")):
            continue
        assert api.get(f"{path}?at={head}") == api.get(path), path


def test_a_task_is_as_it_was(api: Any, story: dict[str, Any]) -> None:
    """Its state, its context, and the actions that it had."""
    task, before = f"/v2/tasks/{story['first']}", number_of(api, story, "TaskCompleted") - 1

    assert [api.get(f"{task}?at={at}")["state"] for at in (before, before + 1)] == ["RUNNING", "SUCCESS"]
    assert [api.get(f"{task}/context?at={at}")["published"] for at in (before, before + 1)] == [
        {},
        {"pin": "1234"},
    ]
    scheduled = number_of(api, story, "ActionScheduled")
    found = [
        api.get(f"{task}/action_executions?at={at}")["action_executions"] for at in (scheduled - 1, scheduled)
    ]
    assert [[action["id"] for action in actions] for actions in found] == [[], [story["action"]]]


def test_an_execution_is_as_it_was(api: Any, story: dict[str, Any]) -> None:
    """With the tasks that there were, and what had happened."""
    path, second = f"/v2/executions/{story['id']}", number_of(api, story, "TaskScheduled", 1)

    names = [
        [task["name"] for task in api.get(f"{path}/tasks?at={at}")["tasks"]] for at in (second - 1, second)
    ]
    assert names == [["first"], ["first", "inner"]]
    assert [event["number"] for event in api.get(f"{path}/events?at=3")["events"]] == [1, 2, 3]
    assert api.get(f"{path}/events?at=3&after=3")["events"] == []
    assert [event["number"] for event in api.get(f"{path}/events?at=4&task=first&limit=1")["events"]] == [2]
    assert "at=4" in api.get(f"{path}/events?at=4&limit=1")["next"]
    assert api.get(f"{path}/resume-requirements?at=3&task=first")["position"] == 3
    assert api.call("POST", f"{path}/resume-requirements?at=3", 200, {"tasks": []})["position"] == 3


def test_lists_of_a_moment_have_filters_and_pages(api: Any, story: dict[str, Any]) -> None:
    """As those of the present; the link to the next page keeps the moment."""
    path, head = f"/v2/executions/{story['id']}/tasks", len(events(api, story))

    first = api.get(f"{path}?at={head}&limit=1&sort_keys=name")
    assert [task["name"] for task in first["tasks"]] == ["first"]
    assert f"at={head}" in first["next"]
    second = api.get(first["next"].partition("//")[2].partition("/")[2].join(("/", "")))
    assert [task["name"] for task in second["tasks"]] == ["inner"]
    chosen = api.get(f"{path}?at={head}&state=RUNNING&fields=name")
    assert chosen == {"tasks": [{"id": story["inner"], "name": "inner"}]}


def test_what_is_below_is_shown_at_the_same_position_of_the_log(api: Any, story: dict[str, Any]) -> None:
    """A sub-workflow is not there before it began, and stands as it stood."""
    path, inner = f"/v2/executions/{story['id']}", f"/v2/tasks/{story['inner']}"
    begun = number_of(api, story, "SubWorkflowScheduled")
    api.call("PUT", f"/v2/action_executions/{story['deep']}", 200, {"state": "ERROR", "output": "broken"})
    api.wait(story["id"], "ERROR")
    head = len(events(api, story))

    def states(at: int) -> list[tuple[str, str]]:
        found = api.get(f"{path}/executions?at={at}")["executions"]
        return [(row["workflow_name"], row["state"]) for row in found]

    assert states(begun) == [("outer", "RUNNING")]
    assert states(head) == [("outer", "ERROR"), ("below", "ERROR")]
    assert states(head) == [
        (row["workflow_name"], row["state"]) for row in api.get(f"{path}/executions")["executions"]
    ]
    for name in ("executions", "workflow_executions"):
        assert api.get(f"{inner}/{name}?at={begun}")["executions"] == []
        assert [row["state"] for row in api.get(f"{inner}/{name}?at={head}")["executions"]] == ["ERROR"]
    counts = api.get(f"{path}/report?at={head}&statistics_only=true")["statistics"]
    assert counts == api.get(f"{path}/report?statistics_only=true")["statistics"]
    assert counts["error_tasks_count"] == 2
    flat = api.get(f"{path}/report?at={begun}&max_depth=0")["root_workflow_execution"]["task_executions"]
    assert [task["workflow_executions"] for task in flat] == [[], []]


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("0", "There is no event 0: the first event of an execution is 1"),
        ("-3", "There is no event -3"),
        ("9999", "Event 9999 has not happened yet: the last one of this execution is "),
        ("soon", "'at' cannot be read from 'soon'"),
        ("", "'at' cannot be read from ''"),
        ("1.5", "'at' cannot be read from '1.5'"),
        ("1971-01-01T00:00:00Z", "The execution had not begun at 1971-01-01T00:00:00+00:00"),
    ],
)
def test_what_is_no_moment_is_refused(api: Any, story: dict[str, Any], at: str, message: str) -> None:
    """By every read, with a message that says what to give."""
    reads = [*paths(story), f"/v2/executions/{story['id']}/resume-requirements"]
    for path in reads:
        assert api.get(f"{path}?at={at}", 400)["faultstring"].startswith(message), path
    assert "given more than once" in api.get(f"{reads[0]}?at=1&at=2", 400)["faultstring"]


def test_a_moment_belongs_to_one_execution(api: Any, story: dict[str, Any]) -> None:
    """Lists over many executions do not know it, and an event stream has none."""
    for path in ("/v2/executions", "/v2/tasks", "/v2/action_executions"):
        assert api.get(f"{path}?at=1", 400)["faultstring"] == 'Unknown argument: "at"'
    path = f"/v2/executions/{story['id']}/events?at=1"
    refused = api.get(path, 400, headers={"Accept": "text/event-stream"})
    assert refused["faultstring"] == "A stream has every event: leave 'at' out, or ask for pages."
    both = api.get(f"{path}&to=1", 400)
    assert both["faultstring"] == "'at' and 'to' both say which event is the last one; give one of them."


def test_what_is_not_there_is_not_found(api: Any, story: dict[str, Any]) -> None:
    """What came later is named as such; what never was is answered as always."""
    for path in (f"/v2/tasks/{story['inner']}", f"/v2/tasks/{story['inner']}/context"):
        assert "it came into being later" in api.get(f"{path}?at=1", 404)["faultstring"]
    assert (
        "it came into being later"
        in api.get(f"/v2/action_executions/{story['action']}?at=1", 404)["faultstring"]
    )
    unknown = "11111111-1111-4111-8111-111111111111"
    for path in (f"/v2/executions/{unknown}", f"/v2/tasks/{unknown}", f"/v2/action_executions/{unknown}"):
        assert api.get(f"{path}?at=1", 404) == api.get(path, 404)
    other = f"/v2/tasks/{story['inner']}/action_executions/{story['action']}"
    api.get(f"{other}?at={len(events(api, story))}", 404)


def test_an_event_number_that_exists_is_immutable(api: Any, story: dict[str, Any]) -> None:
    """Such an answer may be kept for ever, and is not sent twice."""
    for path in paths(story):
        result = api.http.simulate_get(f"{path}?at=3")
        assert result.status_code == 200
        assert result.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert result.headers[NUMBERS] == "3"
        known = {"If-None-Match": result.headers["etag"]}
        again = api.http.simulate_get(f"{path}?at=3", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == result.headers["etag"]
        other = api.http.simulate_get(f"{path}?at=3", headers={"If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, result.content)


def test_a_time_is_resolved_and_not_kept(api: Any, story: dict[str, Any]) -> None:
    """The header says which event it means; more may be recorded later, so nothing is kept."""
    path, told = f"/v2/executions/{story['id']}", events(api, story)
    second = told[1]["time"]
    expected = max(event["number"] for event in told if event["time"] <= second)

    for at, number in ((second, expected), ("2999-12-31T23:59:59Z", len(told))):
        result = api.http.simulate_get(f"{path}?at={quote(at)}")
        assert result.headers[NUMBERS] == str(number)
        assert result.headers["cache-control"] == "no-store"
        assert "etag" not in result.headers
        assert result.json == api.get(f"{path}?at={number}")


def test_requirements_of_a_moment_are_not_kept(api: Any, story: dict[str, Any]) -> None:
    """They also depend on what is installed today."""
    result = api.http.simulate_get(f"/v2/executions/{story['id']}/resume-requirements?at=3")

    assert result.headers["cache-control"] == "no-store"


def test_secrets_of_today_are_masked_in_the_past(api: Any, story: dict[str, Any]) -> None:
    """What is declared secret later is hidden everywhere, before it was declared too."""
    head = len(events(api, story))
    path = f"/v2/executions/{story['id']}"
    task = f"/v2/tasks/{story['first']}"
    assert "s3cret" not in api.http.simulate_get(f"{path}?at=1").text
    reads = (f"{task}/context?", f"{task}?", f"{path}/tasks?", f"{path}/events?")

    def shown(read: str) -> str:
        return str(api.http.simulate_get(f"{read}at={head}").text).replace("\\", "").replace(" ", "")

    assert all('"pin":"1234"' in shown(read) for read in reads)
    api.call("PUT", path, 200, {"state": "PAUSED"})
    api.call("PUT", path, 200, {"state": "RUNNING", "params": '{"env": {"__secrets": ["pin"]}}'})
    assert all('"pin":"***"' in shown(read) for read in reads)


def test_an_action_outside_of_workflows_has_moments_too(api: Any) -> None:
    """They are those of its own run."""
    run = api.call(
        "POST", "/v2/action_executions", 201, {"name": "std.async_noop", "params": {"save_result": True}}
    )
    path = f"/v2/action_executions/{run['id']}"
    api.call("PUT", path, 200, {"state": "SUCCESS", "output": 7})

    assert [api.get(f"{path}?at={at}")["state"] for at in (1, 2)] == ["RUNNING", "RUNNING"]
    assert api.get(path)["state"] == "SUCCESS"
    api.get(f"{path}?at=99", 400)


CHANGED = """
version: '2.0'
changed:
  tasks:
    a: {action: std.noop, tags: [old], on-success: b}
    b: {action: std.fail, tags: [old]}
"""


def test_tasks_keep_the_tags_of_the_definition_they_began_with(api: Any) -> None:
    """Also when another version of it goes on."""
    api.upload(CHANGED)
    execution = api.start("changed")
    api.wait(execution, "ERROR")
    newer = CHANGED.replace("old", "new").replace(
        "std.fail, tags: [new]", "std.noop, tags: [new], on-success: c"
    )
    api.call("PUT", "/v2/workflows", 200, f"{newer}    c: {{action: std.noop, tags: [new]}}\n")
    wish = {"tasks": [{"task": "b", "action": "continue"}], "definition": "latest"}
    api.call("POST", f"/v2/executions/{execution}/resume", 200, wish)
    api.wait(execution, "SUCCESS")
    head = len(api.get(f"/v2/executions/{execution}/events")["events"])

    tags = {"a": ["old"], "b": ["old"], "c": ["new"]}
    for at in ("", f"?at={head}"):
        tasks = api.get(f"/v2/executions/{execution}/tasks{at}")["tasks"]
        assert {task["name"]: task["tags"] for task in tasks} == tags
        for task in tasks:
            actions = api.get(f"/v2/tasks/{task['id']}/action_executions{at}")["action_executions"]
            assert all(action["tags"] == task["tags"] for action in actions)


def test_a_fork_has_the_past_that_it_copied_and_its_own(api: Any, story: dict[str, Any]) -> None:
    """Its event numbers go on where those of its source ended."""
    number = number_of(api, story, "TaskCompleted")
    made = api.call("POST", f"/v2/executions/{story['id']}/fork", 201, {"at": number})
    fork = made["id"]
    told = api.get(f"/v2/executions/{fork}/events")["events"]

    for path in ("", "/tasks", "/context", "/context?history=true"):
        joined = f"{path}{'&' if '?' in path else '?'}at={len(told)}"
        assert api.get(f"/v2/executions/{fork}{joined}") == api.get(f"/v2/executions/{fork}{path}"), path
    before = api.get(f"/v2/executions/{fork}/tasks?at={number}")["tasks"]
    assert [(task["name"], task["state"]) for task in before] == [("first", "SUCCESS")]
    blame = api.get(f"/v2/tasks/{before[0]['id']}/context?blame=true&at={number}")["blame"]
    assert [(leaf["variable"], leaf["event"]) for leaf in blame["outbound"]] == [("pin", number)]


def test_a_deleted_execution_has_no_past(api: Any, story: dict[str, Any]) -> None:
    """It is gone for whoever asks."""
    api.call("DELETE", f"/v2/executions/{story['id']}?force=true", 204)

    for path in paths(story):
        api.get(f"{path}?at=1", 404)
