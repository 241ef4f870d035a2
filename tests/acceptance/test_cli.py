"""The command line against a real server: every command once, as a person would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ServerFactory
from tests.serving import RunningServer

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
WF_ES = str(Path(sys.executable).parent / "wf-es")

Done = subprocess.CompletedProcess[str]
Type = Callable[..., Done]


@pytest.fixture(scope="module")
def running(server: ServerFactory) -> RunningServer:
    """A server for all tests of this file."""
    return server()


@pytest.fixture
def wf(running: RunningServer, tmp_path: Path) -> Type:
    """Type a command in a shell of its own; its exit code must be the one expected."""

    def type_in(*arguments: str, exits: int = 0) -> Done:
        done = subprocess.run(
            [WF_ES, *arguments],
            cwd=tmp_path,
            env={**os.environ, "WF_ES_URL": running.url},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == exits, f"{arguments}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return type_in


def _rows(done: Done) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def test_a_failed_execution_is_recovered(wf: Type) -> None:
    """Start, fail, look, ask, resume with other data, read the story."""
    _store(wf, "deploy")
    failed = wf("execution", "start", "deploy", "-i", "stage=production", "--wait", exits=10)
    assert "wf-es execution resume" in failed.stderr

    context = json.loads(wf("task", "context", "@latest/deploy", "-o", "json").stdout)
    assert context["inbound"]["artifact"] == "shop-1.4.0.tar.gz"
    asked = wf("execution", "requirements", "@latest", "--task", "deploy", exits=3)
    assert "task 'deploy'" in asked.stdout
    assert "task 'announce'" in asked.stdout
    wf("execution", "resume", "@latest", "--task", "deploy", "--set", "host=web2", exits=3)
    assert len(_rows(wf("task", "list", "@latest", "-o", "json"))) == 4

    values = ("--set", "host=web2", "--set", "channel=ops", "--reason", "web2 it is")
    wf("execution", "resume", "@latest", "--task", "deploy", *values, "--dry-run")
    wf("execution", "resume", "@latest", "--task", "deploy", *values)
    watched = wf("execution", "watch", "@latest")

    assert json.loads(watched.stdout) == {
        "deployed": "shop-1.4.0.tar.gz on web2",
        "announced": "told ops: shop-1.4.0.tar.gz on web2",
    }
    events = [json.loads(line) for line in wf("execution", "events", "@latest", "--raw").stdout.splitlines()]
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    assert "web2 it is" in {event["reason"] for event in events}


def test_work_done_by_hand_is_gone_on_from(wf: Type) -> None:
    """``continue`` publishes what the task should have published."""
    _store(wf, "deploy")
    wf("execution", "start", "deploy", "-i", "stage=production", "--wait", exits=10)

    values = ("--publish", "deployed=by hand", "--publish", "channel=ops")
    wf("execution", "resume", "@latest", "--task", "deploy", "--action", "continue", *values)

    output = json.loads(wf("execution", "watch", "@latest").stdout)
    assert output == {"deployed": "by hand", "announced": "told ops: by hand"}


def test_a_person_answers(wf: Type) -> None:
    """A waiting action is found, completed, and its answer decides how it goes on."""
    _store(wf, "approval")
    wf("execution", "start", "approval")
    waiting = wf("action-execution", "list", "@latest", "--state", "RUNNING", "-o", "json")
    assert [row["task_name"] for row in _rows(waiting)] == ["ask"]

    answer = json.dumps({"approved": True, "by": "ada"})
    wf("action-execution", "complete", "@latest/ask", "--output", answer)
    output = json.loads(wf("execution", "watch", "@latest").stdout)
    wf("action-execution", "complete", "@latest/ask", "--output", answer)
    wf("action-execution", "complete", "@latest/ask", "--output", "no", exits=5)

    assert output == {"applied": "raise the quota of team blue to 20", "by": "ada"}


def test_pause_resume_cancel_delete(wf: Type, tmp_path: Path) -> None:
    """The life of an execution in an operator's hands."""
    text = "version: '2.0'\nwaits:\n  tasks:\n    a:\n      action: std.async_noop\n"
    started = _start(wf, tmp_path, text, "waits")

    assert json.loads(wf("execution", "pause", started, "-o", "json").stdout)["state"] == "PAUSED"
    wf("execution", "watch", started, exits=12)
    wf("execution", "resume", started)
    assert json.loads(wf("execution", "get", started[:8], "-o", "json").stdout)["state"] == "RUNNING"
    wf("execution", "watch", started, "--timeout", "0.2", exits=6)
    wf("execution", "cancel", started, exits=2)
    wf("execution", "cancel", started, "--yes", "--reason", "not needed")
    wf("execution", "watch", started, exits=11)
    wf("execution", "delete", started, "--yes")
    wf("execution", "get", started, exits=4)


def test_lists_and_forms(wf: Type, tmp_path: Path) -> None:
    """Tables, JSON and YAML of the same rows."""
    _start(wf, tmp_path, "version: '2.0'\nlisted:\n  tasks:\n    a:\n      action: std.noop\n", "listed")
    wf("execution", "watch", "@latest")

    table = wf("execution", "list", "--workflow", "listed", "--columns", "workflow_name,state").stdout
    data = _rows(wf("execution", "list", "--workflow", "listed", "-o", "json"))
    yaml = wf("execution", "get", "@latest", "-o", "yaml").stdout

    assert table.splitlines() == ["WORKFLOW_NAME  STATE", "listed         SUCCESS"]
    assert [row["workflow_name"] for row in data] == ["listed"]
    assert "workflow_name: listed\n" in yaml
    assert wf("workflow", "get-definition", "listed").stdout.startswith("version: '2.0'\nlisted:")
    assert wf("task", "get", "@latest/a").stdout.startswith("id ")
    assert wf("action-execution", "get", "@latest/a").stdout.startswith("id ")


def test_refusals_have_codes(wf: Type, tmp_path: Path) -> None:
    """Invalid definition 3, unknown 4, taken name 5, missing input 3, not allowed 7."""
    bad, good = tmp_path / "bad.yaml", tmp_path / "good.yaml"
    bad.write_text("version: '2.0'\nw:\n  tasks:\n    a:\n      on-sucess: b\n")
    good.write_text("version: '2.0'\ntaken:\n  input: [x]\n  tasks: {a: {action: std.async_noop}}\n")

    refused = wf("workflow", "create", str(bad), exits=3)
    assert f"{bad}:5:7: error[E104]" in refused.stderr
    wf("execution", "start", "unheard", exits=4)
    wf("workflow", "create", str(good))
    wf("workflow", "create", str(good), exits=5)
    wf("execution", "start", "taken", exits=3)
    wf("execution", "start", "taken", "-i", "x=1")
    wf("execution", "delete", "@latest", "--yes", exits=7)
    wf("workflow", "delete", "taken", "--yes")


def test_the_same_id_starts_nothing_twice(wf: Type, tmp_path: Path) -> None:
    """A client-chosen id makes a repeated command harmless."""
    identifier = "12345678-0000-4000-8000-000000000001"
    text = "version: '2.0'\nonce:\n  tasks:\n    a:\n      action: std.noop\n"

    _start(wf, tmp_path, text, "once", "--id", identifier)
    wf("execution", "start", "once", "--id", identifier, "--wait")

    assert len(_rows(wf("execution", "list", "--workflow", "once", "-o", "json"))) == 1


def test_the_demo_works() -> None:
    """All of it, in under a minute, with nothing asked."""
    done = subprocess.run(
        [WF_ES, "demo"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "told ops: shop-1.4.0.tar.gz on web2" in done.stdout
    assert "Try next:" in done.stdout


def test_the_demo_can_be_interrupted(tmp_path: Path) -> None:
    """Ctrl-C ends its server and leaves no file."""
    process = subprocess.Popen(
        [WF_ES, "demo"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    address = next(line.split()[-1] for line in process.stdout if line.startswith("listens on"))
    process.send_signal(signal.SIGINT)
    with process.stdout:
        process.stdout.read()

    assert process.wait(30) == 130
    assert list(tmp_path.iterdir()) == []
    away = subprocess.run(
        [WF_ES, "execution", "list", "--url", address], capture_output=True, timeout=30, check=False
    )
    assert away.returncode == 6


def _start(wf: Type, folder: Path, text: str, name: str, *more: str) -> str:
    """Store a workflow and start it; return the execution's id."""
    file = folder / f"{name}.yaml"
    file.write_text(text)
    wf("workflow", "create", str(file))
    record = json.loads(wf("execution", "start", name, *more, "-o", "json").stdout)
    return str(record["id"])


def _store(wf: Type, name: str) -> None:
    """Store an example, whether or not another test did so before."""
    stored = {row["name"] for row in _rows(wf("workflow", "list", "-o", "json"))}
    wf("workflow", "update" if name in stored else "create", str(EXAMPLES / f"{name}.yaml"))
