"""``wf-es action run`` as typed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.cli.conftest import FakeServer, Type


def row(state: str, output: Any = None, **fields: Any) -> dict[str, Any]:
    """Return what the server answers to a run."""
    text = None if output is None else json.dumps({"result": output})
    return {"id": None, "name": "greet", "state": state, "state_info": None, "output": text, **fields}


def test_the_result_is_printed(fake: FakeServer, wf: Type) -> None:
    """It alone, as data; the action gets what was typed."""
    fake.on("POST", "action_executions", row("SUCCESS", {"text": "hi"}), status=201)

    result = wf("action", "run", "greet", "-i", "name=Ada", "--namespace", "n", "--env", "a=1")

    assert json.loads(result.stdout) == {"text": "hi"}
    assert result.exit_code == 0
    assert fake.sent("POST", "action_executions") == [
        {
            "name": "greet",
            "input": {"name": "Ada"},
            "params": {"env": {"a": 1}},
            "workflow_namespace": "n",
        }
    ]


def test_a_run_that_is_kept_is_shown(fake: FakeServer, wf: Type) -> None:
    """It has an id by which it is found again."""
    fake.on("POST", "action_executions", row("RUNNING", id="x"), status=201)

    options = ("--save", "--wait", "--timeout", "5", "--target", "t", "--environment", "stage")
    result = wf("action", "run", "greet", *options, "-o", "json")

    assert json.loads(result.stdout)["id"] == "x"
    assert result.exit_code == 0
    (body,) = fake.sent("POST", "action_executions")
    assert body["params"] == {
        "save_result": True,
        "run_sync": True,
        "timeout": 5.0,
        "target": "t",
        "env": "stage",
    }


@pytest.mark.parametrize(
    ("answer", "words", "code"),
    [
        pytest.param(row("ERROR", "no disk"), "action greet ended in ERROR\n  no disk", 10, id="failed"),
        pytest.param(
            row("RUNNING", state_info="it goes on elsewhere"),
            "action greet is RUNNING\n  it goes on elsewhere",
            0,
            id="handed over",
        ),
    ],
)
def test_what_gave_no_result(fake: FakeServer, wf: Type, answer: Any, words: str, code: int) -> None:
    """Standard output stays empty; the reason and the exit code tell."""
    fake.on("POST", "action_executions", answer, status=201)

    result = wf("action", "run", "greet")

    assert (result.stdout, result.exit_code) == ("", code)
    assert words in result.stderr


def test_a_kept_run_that_failed_ends_with_its_state(fake: FakeServer, wf: Type) -> None:
    """A script need not read the table."""
    fake.on("POST", "action_executions", row("ERROR", "no", id="x"), status=201)
    assert wf("action", "run", "greet", "--save", "--wait").exit_code == 10
