"""``wf-es execution tree``: what stands where, and what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from api.cli.tree import leave_out_successes, lines
from tests.api.cli.conftest import FakeServer, Type

ID = "aaaa0000-0000-4000-8000-000000000001"


def entry(name: str, state: str = "SUCCESS", info: str | None = None, **below: Any) -> dict[str, Any]:
    """Return an entry of a report."""
    times = {"created_at": "2030-01-01 00:00:00", "updated_at": "2030-01-01 00:00:00"}
    return {"id": f"id-{name}", "name": name, "state": state, "state_info": info, **times, **below}


def run(name: str, *tasks: dict[str, Any], state: str = "SUCCESS", info: str | None = None) -> dict[str, Any]:
    """Return an execution."""
    return entry(name, state, info, task_executions=list(tasks))


def task(name: str, *runs: dict[str, Any], state: str = "SUCCESS", info: str | None = None) -> dict[str, Any]:
    """Return a task."""
    return entry(name, state, info, workflow_executions=list(runs), action_executions=[], retry_count=0)


def report() -> dict[str, Any]:
    """Return a report of three levels in which a task failed."""
    failed = run(
        "release", task("push", state="ERROR", info="no host"), state="ERROR", info="push\n\n  no host"
    )
    fine = run("release", task("push"))
    deploy = task("deploy", fine, failed, state="ERROR", info="one failed")
    return {
        "statistics": {"total_tasks_count": 4},
        "root_workflow_execution": run("nightly", task("prepare"), deploy, state="ERROR", info="deploy"),
    }


@pytest.fixture
def reported(fake: FakeServer) -> FakeServer:
    """A server with a report."""
    fake.on("GET", f"executions/{ID}/report", report())
    fake.on("GET", "executions", {"executions": [{"id": ID}]})
    return fake


WHOLE = """\
workflow nightly      ERROR    id-nightly  deploy
  task prepare        SUCCESS  id-prepare
  task deploy         ERROR    id-deploy   one failed
    workflow release  SUCCESS  id-release
      task push       SUCCESS  id-push
    workflow release  ERROR    id-release  push
      task push       ERROR    id-push     no host
"""
EXECUTIONS = """\
workflow nightly            ERROR    id-nightly  deploy
  deploy: workflow release  SUCCESS  id-release
  deploy: workflow release  ERROR    id-release  push
"""
ERRORS = """\
workflow nightly            ERROR  id-nightly  deploy
  deploy: workflow release  ERROR  id-release  push
"""
SHOWN = {
    "everything": ((), WHOLE),
    "only executions": (("--executions",), EXECUTIONS),
    "what went wrong": (("--executions", "--errors"), ERRORS),
}


@pytest.mark.parametrize(("options", "shown"), SHOWN.values(), ids=list(SHOWN))
def test_the_tree(reported: FakeServer, wf: Type, options: tuple[str, ...], shown: str) -> None:
    """Each level is indented below what has started it; the first line of a reason is enough."""
    result = wf("execution", "tree", "@latest", *options)

    assert (result.exit_code, result.stdout) == (0, shown)


def test_what_the_server_is_asked(reported: FakeServer, wf: Type) -> None:
    """It leaves out itself what is not wanted; without a wish it is asked for everything."""
    wf("execution", "tree", ID)
    wf("execution", "tree", ID, "--depth", "1", "--errors")

    asked = reported.queries(f"executions/{ID}/report")
    assert asked == [{}, {"max_depth": "1", "errors_only": "true"}]


@pytest.mark.parametrize(("form", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_machines_get_the_whole_report(reported: FakeServer, wf: Type, form: str, read: Any) -> None:
    """With the statistics and all actions."""
    assert read(wf("execution", "tree", ID, "-o", form).stdout) == report()


def test_of_many_items_the_first_are_shown_and_the_others_counted() -> None:
    """Fifty, and how many of the rest stand how; of errors those count that are left."""
    many = [run("item", state="ERROR" if number % 10 == 0 else "SUCCESS") for number in range(1_000)]
    top = run("list", task("each", *many))

    found = list(lines(top))
    assert len(found) == 1 + 1 + 50 + 1
    assert found[-1].name == "    ... and 950 more: 95 ERROR, 855 SUCCESS"
    leave_out_successes(top)
    found = list(lines(top))
    assert {line.state for line in found[2:-1]} == {"ERROR"}
    assert found[-1].name == "    ... and 50 more: 50 ERROR"


def test_a_deep_tree() -> None:
    """As deep as an operator may allow; nothing recurses."""
    top = run("w")
    for _ in range(2_000):
        top = run("w", task("t", top))

    assert len(list(lines(top))) == 4_001


def test_a_later_version_is_said(fake: FakeServer, wf: Type) -> None:
    """Of whichever execution runs one; the first version goes without saying."""
    below = {**run("low"), "definition_version": 2}
    top = {**run("top", task("a", below)), "definition_version": 1}
    fake.on("GET", f"executions/{ID}/report", {"root_workflow_execution": top})

    found = wf("execution", "tree", ID).stdout.splitlines()

    names = ["workflow top", "task a", "workflow low (version 2)"]
    assert [line.partition("  SUCCESS")[0].strip() for line in found] == names
