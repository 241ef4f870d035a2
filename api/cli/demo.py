"""``wf-es demo``: the main job, end to end, for real and checked.

Every command that is shown is run as it is shown, in this process, against a
server of our own in another one. After each step the outcome is compared with
what should have come out; the demo ends well only if all of it did.
"""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from api.cli.client import Client
from api.cli.demo_service import SumService
from api.cli.exits import Exit
from api.cli.groups import example
from api.cli.server_process import ServerProcess
from wf_es.errors import WfEsError

EXAMPLES = ("sum", "deploy", "approval", "loop")
"""The example workflows that are loaded, by file name without its ending."""

_WIDTH = 78
_DEPLOYED = "shop-1.4.0.tar.gz on web2"


class Mismatch(Exception):
    """Something came out differently than it should have."""


@click.command(epilog=example("wf-es demo", "wf-es demo --directory ./wf-es-demo"))
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the log here, to look around afterwards; otherwise it is deleted.",
)
def demo(directory: Path | None) -> None:
    """See it work: delegate, fail, look, repair, go on.

    It starts a server of its own on a free loopback port with a new SQLite
    file, needs nothing and asks nothing, and takes about ten seconds. The exit
    code is 0 only if everything came out as it should.
    """
    began = time.monotonic()
    with _place(directory) as place, _ended_by_signal():
        try:
            with SumService() as service:
                Demonstration(place, service).run()
        except (Mismatch, WfEsError) as error:
            kept = _keep(place / "server.log", directory)
            click.secho(f"\nThe demo failed: {error}", err=True, bold=True)
            click.echo(f"The server's log is in {kept}", err=True)
            click.get_current_context().exit(Exit.BUG)
    click.echo(f"\nAll of this really happened and was checked, in {time.monotonic() - began:.1f} s.")
    _tell_next(directory)


def example_file(name: str) -> Path:
    """Return an example workflow, in a checkout as in an installed package."""
    return Path(str(files("api.cli") / "examples" / f"{name}.yaml"))


class Demonstration:
    """The steps, in order; each one tells, runs and checks."""

    def __init__(self, place: Path, service: SumService) -> None:
        """Take where to keep things, and who adds."""
        self.log = place / "server.log"
        self._server = ServerProcess(f"sqlite:///{place / 'demo.db'}", self.log)
        self._service = service
        self._number = 0

    def run(self) -> None:
        """Go through all steps."""
        self._step("Start a server", "Its only truth is a log of events, here in a new SQLite file.")
        _show(f"wf-es serve --port 0 --db-url {self._server.db_url}")
        with self._server, Client(self._server.url) as client:
            click.echo(f"listens on {self._server.url}")
            self._client = client
            self._load()
            self._delegate()
            failed = self._fail()
            self._look(failed)
            self._repair(failed)
            self._read(failed)

    def _load(self) -> None:
        self._step("Load the examples", "Workflows are YAML in the language of Mistral v2.")
        paths = [str(example_file(name)) for name in EXAMPLES]
        self._command(Exit.DONE, "workflow", "create", *paths, "--columns", "name,input")
        stored = {row["name"] for row in self._client.rows("workflows")}
        _check("stored workflows", sorted(stored), sorted(EXAMPLES))

    def _delegate(self) -> None:
        self._step(
            "Delegate work to another system",
            "A small web service gets 1 + 2, answers at once, computes, and calls back with the sum.",
            "Between the two nothing waits in memory: it could take months.",
        )
        self._command(
            Exit.DONE, "execution", "start", "sum", "--input", f"service={self._service.url}", "--watch"
        )
        self._service.finish()
        record = self._newest("sum")
        _check("state of the sum", record["state"], "SUCCESS")
        _check("output of the sum", record["output"], {"sum": 3})
        _check("jobs that the service took", [job["query"] for job in self._service.taken], ["a=1&b=2"])
        _check("answers to the call back", self._service.delivered, [200])

    def _fail(self) -> str:
        self._step(
            "Let an execution fail",
            "In production nothing in this workflow says to which host it should deploy.",
        )
        self._command(
            Exit.EXECUTION_ERROR, "execution", "start", "deploy", "--input", "stage=production", "--wait"
        )
        record = self._newest("deploy")
        _check("state of the deployment", record["state"], "ERROR")
        _check(
            "states of its tasks",
            self._task_states(record["id"]),
            {"build": "SUCCESS", "test": "SUCCESS", "accept": "SUCCESS", "deploy": "ERROR"},
        )
        return str(record["id"])

    def _look(self, failed: str) -> None:
        self._step("Look at what the failed task knew", "Its context as it was, and who wrote what.")
        self._command(Exit.DONE, "task", "context", "@latest/deploy")
        task = next(row for row in self._client.rows(f"executions/{failed}/tasks") if row["name"] == "deploy")
        seen = self._client.get(f"tasks/{task['id']}/context")
        _check("the artifact in its context", seen["inbound"].get("artifact"), "shop-1.4.0.tar.gz")
        _check("a host in its context", "host" in seen["inbound"], False)
        self._step(
            "Ask what is missing, before trying again",
            "All of it at once: also what the task after the failed one will need.",
        )
        self._command(Exit.REFUSED, "execution", "requirements", "@latest", "--task", "deploy")
        report = self._client.post(
            f"executions/{failed}/resume-requirements", {"tasks": [{"task": "deploy", "action": "rerun"}]}
        )
        missing = sorted({item["variable"] for item in report["missing"]})
        _check("missing variables", missing, ["channel", "host"])

    def _repair(self, failed: str) -> None:
        self._step(
            "Resume it with a changed context",
            "From the failed task, in place: what has been done is not done again.",
        )
        before = self._client.events(failed)[-1]["number"]
        values = ("--set", "host=web2", "--set", "channel=ops", "--reason", "production is web2")
        self._command(Exit.DONE, "execution", "resume", "@latest", "--task", "deploy", *values)
        self._command(Exit.DONE, "execution", "watch", "@latest", "--after", str(before))
        record = self._client.record("executions", failed)
        _check("state after the resume", record["state"], "SUCCESS")
        wanted = {"deployed": _DEPLOYED, "announced": f"told ops: {_DEPLOYED}"}
        _check("output after the resume", record["output"], wanted)

    def _read(self, failed: str) -> None:
        self._step("Read the whole story", "Nothing was overwritten: failure, repair, who and why.")
        self._command(Exit.DONE, "execution", "events", "@latest", "--columns", "number,time,summary")
        events = self._client.events(failed)
        _check("event numbers", [event["number"] for event in events], list(range(1, len(events) + 1)))
        kinds = [event["type"].partition("@")[0] for event in events]
        _check("ends in the history", kinds.count("WorkflowCompleted"), 2)
        _check("tasks that were begun", kinds.count("TaskScheduled"), 5)

    def _step(self, title: str, *explanation: str) -> None:
        self._number += 1
        head = f"{self._number}. {title} "
        click.secho(f"\n{head:\u2500<{_WIDTH}}", bold=True)
        for line in explanation:
            click.echo(f"   {line}")
        click.echo()

    def _command(self, expected: Exit, *arguments: str) -> None:
        """Show a command, run it, and compare its exit code."""
        _show(shlex.join(["wf-es", *arguments]))
        root = click.get_current_context().find_root().command
        try:
            # One story in one place, also where the two streams go different ways.
            with redirect_stderr(sys.stdout):
                code = root.main([*arguments, "--url", self._server.url], "wf-es", standalone_mode=False)
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        except click.Abort:
            code = Exit.INTERRUPTED
        if code == Exit.INTERRUPTED:
            raise KeyboardInterrupt  # it was meant for the demo
        _check(f"exit code of 'wf-es {' '.join(arguments[:2])}'", code or Exit.DONE, int(expected))

    def _newest(self, workflow: str) -> dict[str, Any]:
        rows = self._client.rows("executions", workflow_name=workflow)
        _check(f"executions of {workflow}", len(rows), 1)
        return self._client.record("executions", rows[0]["id"])

    def _task_states(self, execution_id: str) -> dict[str, str]:
        rows = self._client.rows(f"executions/{execution_id}/tasks")
        return {row["name"]: row["state"] for row in rows}


def _check(what: str, found: Any, wanted: Any) -> None:
    """Compare what came out with what should have."""
    if found != wanted:
        raise Mismatch(f"{what}: expected {wanted!r}, found {found!r}")


def _show(command: str) -> None:
    """Show a command as one would type it."""
    click.secho(f"$ {command}", fg="cyan")


def _keep(log: Path, directory: Path | None) -> Path:
    """Save the log from a directory that is about to be deleted."""
    if directory is not None or not log.exists():
        return log
    with tempfile.NamedTemporaryFile(prefix="wf-es-demo-", suffix=".log", delete=False) as kept:
        shutil.copyfile(log, kept.name)
    return Path(kept.name)


@contextmanager
def _place(directory: Path | None) -> Iterator[Path]:
    """Yield a directory for the log: the one given, or one that is deleted."""
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="wf-es-demo-") as temporary:
            yield Path(temporary)
        return
    directory.mkdir(parents=True, exist_ok=True)
    if (directory / "demo.db").exists():
        raise click.UsageError(f"{directory} holds the log of an earlier demo; name another directory")
    yield directory.resolve()


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that everything is cleaned up on the way out."""

    def leave(_number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + signal.SIGTERM)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell_next(directory: Path | None) -> None:
    """Name the commands to try next."""
    folder = example_file("approval").parent
    where = f" --db-url sqlite:///{directory.resolve() / 'demo.db'}" if directory else ""
    click.secho("\nTry next:", bold=True)
    commands = [
        (f"wf-es serve{where}", "a server of your own"),
        (f"wf-es workflow create {folder}/approval.yaml", "in another terminal"),
        ("wf-es execution start approval --watch", "waits for a person"),
        ('wf-es action-execution complete @latest/ask --output \'{"approved": true, "by": "me"}\'', ""),
        (f"wf-es run {folder}/loop.yaml --input limit=5", "without any server"),
        ("wf-es --help", ""),
    ]
    if directory:
        del commands[1]
    for command, remark in commands:
        click.echo(f"  {command}" + (f"   # {remark}" if remark else ""))
