"""One plus two, computed by another system that calls back: the first promise of the project.

The unmodified ``mistral`` command of python-mistralclient drives the server
with nothing set but its address; the other system is a small web service that
answers at once, computes later and posts its result.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.acceptance.services import Service
from tests.conftest import ServerFactory
from tests.serving import RunningServer

WORKFLOW = """\
version: '2.0'
my_workflow:
  tasks:
    one_plus_two:
      action: {action} url={url}/sum
      input:
        params: {{a: 1, b: 2}}
"""
SECONDS = 30.0


class AddingService(Service):
    """Adds ``a`` and ``b``, later; posts the sum to the callback address unless told not to."""

    def __init__(self) -> None:
        """Call back at once, to the address as it was given."""
        self.suffix: str | None = ""
        self.headers: dict[str, str] = {}
        self.answers: list[int] = []
        self.asked = threading.Event()
        self.may_compute = threading.Event()
        self.may_compute.set()
        super().__init__()

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> tuple[int, object]:
        """Take the job and begin to compute; the answer says only that it was taken."""
        self.headers = headers
        self.asked.set()
        if self.suffix is not None:
            threading.Thread(target=self._compute, args=(query, headers), daemon=True).start()
        return 200, "accepted"

    def _compute(self, query: dict[str, str], headers: dict[str, str]) -> None:
        self.may_compute.wait(SECONDS)
        total = int(query["a"]) + int(query["b"])
        url = headers["Mistral-Callback-URL"] + (self.suffix or "").format(
            headers["Mistral-Action-Execution-Id"]
        )
        answer = httpx.post(url, json={"state": "SUCCESS", "output": total}, timeout=SECONDS)
        self.answers.append(answer.status_code)


@pytest.fixture
def service() -> Iterator[AddingService]:
    """Run the small web service for one test."""
    adding = AddingService()
    yield adding
    adding.may_compute.set()
    adding.close()


class Mistral:
    """The ``mistral`` command, with only the address of the server set."""

    def __init__(self, server: RunningServer) -> None:
        """Remember the address."""
        self._environment = {**os.environ, "OS_MISTRAL_URL": server.api, "PYTHONWARNINGS": "ignore"}

    def __call__(self, *arguments: str) -> object:
        """Run a command and return what it shows."""
        command = [str(Path(sys.executable).parent / "mistral"), *arguments]
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, f"mistral {' '.join(arguments)}: {done.stderr}{done.stdout}"
        return json.loads(done.stdout) if "json" in arguments else done.stdout

    def show(self, *arguments: str) -> dict[str, str]:
        """Run a command that shows one thing and return its fields."""
        shown = self(*arguments, "-f", "json")
        assert isinstance(shown, dict)
        return shown

    def start(self, folder: Path, action: str, url: str) -> str:
        """Create the workflow, start it, and return the id of the execution."""
        file = folder / "my_workflow.yaml"
        file.write_text(WORKFLOW.format(action=action, url=url))
        self("workflow-create", str(file))
        return self.show("execution-create", "my_workflow")["ID"]

    def wait(self, execution: str) -> dict[str, str]:
        """Return the execution once it is no longer running."""
        deadline = time.monotonic() + SECONDS
        while (shown := self.show("execution-get", execution))["State"] == "RUNNING":
            assert time.monotonic() < deadline, f"still running: {shown}"
        return shown

    def result(self, execution: str) -> object:
        """Return the result of the execution's only task."""
        tasks = self("task-list", execution, "-f", "json")
        assert isinstance(tasks, list)
        assert [(task["Name"], task["State"]) for task in tasks] == [("one_plus_two", "SUCCESS")]
        return json.loads(str(self("task-get-result", tasks[0]["ID"])))


def _wait_until_delegated(server: RunningServer, execution: str) -> None:
    """Return when the log says that the other system took the work over.

    Killed before that, the server cannot know whether its request arrived; an
    action that is unsafe to repeat then ends in ERROR.
    """
    deadline = time.monotonic() + SECONDS
    while "ActionDelegated" not in httpx.get(f"{server.api}/executions/{execution}/events").text:
        assert time.monotonic() < deadline, "the work was not taken over"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "suffix", ["", "/v2/action-executions/{}"], ids=["the URL as it is", "with the id appended"]
)
@pytest.mark.parametrize("action", ["std.mistral_http", "mistral_http"])
def test_the_service_calls_back(
    action: str, suffix: str, tmp_path: Path, server: ServerFactory, service: AddingService
) -> None:
    """The result that the service posts is the result of the task."""
    mistral = Mistral(server())
    service.suffix = suffix

    execution = mistral.start(tmp_path, action, service.url)

    assert mistral.wait(execution)["State"] == "SUCCESS"
    assert mistral.result(execution) == 3
    assert service.answers == [200]
    assert service.headers["Mistral-Workflow-Name"] == "my_workflow"
    assert service.headers["Mistral-Workflow-Execution-Id"] == execution


def test_a_person_gives_the_result(tmp_path: Path, server: ServerFactory, service: AddingService) -> None:
    """Nobody calls back, somebody updates the action execution by hand."""
    mistral = Mistral(server())
    service.suffix = None
    execution = mistral.start(tmp_path, "std.mistral_http", service.url)
    assert service.asked.wait(SECONDS)

    mistral(
        "action-execution-update",
        service.headers["Mistral-Action-Execution-Id"],
        "--state",
        "SUCCESS",
        "--output",
        "3",
    )

    assert mistral.wait(execution)["State"] == "SUCCESS"
    assert mistral.result(execution) == 3


def test_the_server_is_killed_while_waiting(
    tmp_path: Path, server: ServerFactory, service: AddingService
) -> None:
    """SIGKILL while the service computes, a new start on the same file, then the result."""
    running = server(tmp_path / "wf.sqlite")
    mistral = Mistral(running)
    service.may_compute.clear()
    execution = mistral.start(tmp_path, "std.mistral_http", service.url)
    assert service.asked.wait(SECONDS)
    _wait_until_delegated(running, execution)

    running.kill()
    running.start()
    assert mistral.show("execution-get", execution)["State"] == "RUNNING"
    service.may_compute.set()

    assert mistral.wait(execution)["State"] == "SUCCESS"
    assert mistral.result(execution) == 3
    assert service.answers == [200]
