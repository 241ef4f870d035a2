"""What crosses between executions, delivered on the real engine with a real store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from wf_es.actions import Catalogue
from wf_es.engine import Engine, SystemClock
from wf_es.errors import NotFound, StoreUnavailable
from wf_es.execution import commands
from wf_es.execution.commands import Command, CompleteAction, StartWorkflow
from wf_es.execution.events import Delivered
from wf_es.execution.state import ExecutionState
from wf_es.limits import Limits
from wf_es.runners import Courier
from wf_es.store import open_store, standard_codec

ID = "6f1c1a3e-0d53-4b52-8a5e-6f2d7f0c9b01"
TEXT = """
version: '2.0'
main:
  tasks:
    a: {workflow: mid, on-error: mend}
    mend: {action: std.async_noop}
mid:
  tasks:
    b: {workflow: leaf}
leaf:
  tasks:
    c: {action: std.async_noop}
wide:
  input: [n]
  tasks:
    a: {with-items: "x in <% range(0, $.n) %>", workflow: leaf}
self:
  tasks:
    a: {workflow: self}
lost:
  tasks:
    a: {workflow: nobody}
"""


class Process:
    """A life of a process: an engine on a file, and perhaps a courier."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the file; nothing is delivered yet."""
        self.store = open_store(f"sqlite:///{path}")
        catalogue = Catalogue.standard(plugins=())
        self.engine = Engine(self.store, standard_codec(), SystemClock(), catalogue, limits)
        self.courier = Courier(self.engine)

    def do(self, kind: type[Command], execution_id: str = ID, **fields: Any) -> None:
        """Give a command."""
        origin = self.engine.origin("ada")
        self.engine.execute(kind(execution_id=execution_id, origin=origin, **fields))

    def tree(self) -> dict[str, ExecutionState]:
        """Return the executions below the first one by the names of their workflows; the last of each."""
        found: dict[str, ExecutionState] = {}
        waiting = [ID]
        while waiting:
            state = self.engine.standing(waiting.pop())
            if state.version:
                found[state.workflow_name] = state
                waiting += state.children
        return found

    def states(self) -> dict[str, str]:
        """Return the states of the tree."""
        return {name: state.state for name, state in self.tree().items()}

    def wait(self, **states: str) -> None:
        """Wait until the executions of the tree are in these states."""
        deadline = time.monotonic() + 20
        while self.states() != states:
            assert time.monotonic() < deadline, self.states()
            time.sleep(0.005)

    def complete(self, name: str, state: str = "SUCCESS") -> None:
        """Complete the only action of an execution of the tree."""
        found = self.tree()[name]
        (action_id,) = found.unfinished
        self.do(CompleteAction, found.id, action_id=action_id, state=state)

    def end(self) -> None:
        """Stop and close."""
        self.courier.stop()
        self.engine.close()


Begin = Callable[..., Process]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Begin]:
    """Return a function that begins a process on the same file, with the workflows in it."""
    processes: list[Process] = []

    def begin(is_delivering: bool = True, limits: Limits | None = None) -> Process:
        for earlier in processes:
            earlier.end()
        made = Process(tmp_path / "log.sqlite", limits or Limits())
        processes.append(made)
        if len(processes) == 1:
            made.engine.definitions.create(TEXT, origin=made.engine.origin("ada"))
        if is_delivering:
            made.courier.start()
        return made

    yield begin
    for begun in processes:
        begun.end()


def test_a_tree_runs_from_the_top_to_the_bottom_and_back(process: Begin) -> None:
    """Starts go down; the result comes up."""
    made = process()
    made.do(StartWorkflow, workflow_name="main")
    made.wait(main="RUNNING", mid="RUNNING", leaf="RUNNING")

    made.complete("leaf")

    made.wait(main="SUCCESS", mid="SUCCESS", leaf="SUCCESS")


def test_an_event_tells_what_brought_it_about_in_another_execution(process: Begin) -> None:
    """The same person, the same request, and the event there."""
    made = process()
    made.do(StartWorkflow, workflow_name="main")
    made.wait(main="RUNNING", mid="RUNNING", leaf="RUNNING")
    tree = made.tree()

    first = made.engine.history(tree["mid"].id)[0]

    scheduled = tree["main"].children[tree["mid"].id].scheduled
    assert first.cause == f"{ID}/{scheduled}"
    assert first.actor == "ada"
    assert first.command == made.engine.history(ID)[0].command


def test_a_refused_start_fails_the_task(process: Begin) -> None:
    """The text says which workflow there is not."""
    made = process()
    made.do(StartWorkflow, workflow_name="lost")
    made.wait(lost="ERROR")

    assert "Failed to start sub-workflow 'nobody'" in (made.tree()["lost"].state_info or "")


def test_a_workflow_that_calls_itself_for_ever_ends(process: Begin) -> None:
    """At the depth limit; the error goes all the way up, and others are not held up."""
    made = process(limits=Limits(depth=6))
    made.do(StartWorkflow, workflow_name="self")
    deadline = time.monotonic() + 20
    while made.engine.state(ID).state != "ERROR":
        assert time.monotonic() < deadline
        time.sleep(0.005)

    depth, state = 0, made.engine.state(ID)
    while state.children:
        (child_id,) = state.children
        child = made.engine.standing(child_id)
        if not child.version:
            break
        depth, state = depth + 1, child
    assert depth == 5


def test_a_deep_and_a_wide_tree_are_cancelled_quickly(process: Begin) -> None:
    """All of it within two seconds, of a hundred sub-workflows."""
    made = process()
    made.do(StartWorkflow, workflow_name="wide", input={"n": 100})
    deadline = time.monotonic() + 20
    while not all(made.engine.standing(child).version for child in made.engine.state(ID).children):
        assert time.monotonic() < deadline
        time.sleep(0.01)

    begin = time.process_time()
    made.do(commands.StopWorkflow, state="CANCELLED", message="enough")
    while made.engine.state(ID).open:
        assert time.monotonic() < deadline
        time.sleep(0.005)

    assert time.process_time() - begin < 2
    assert {child.state for child in made.engine.state(ID).children.values()} == {"CANCELLED"}


def cut_off(process: Begin) -> Process:
    """Return a process without a courier on a tree that runs: what it commits crosses nowhere."""
    made = process()
    made.do(StartWorkflow, workflow_name="main")
    made.wait(main="RUNNING", mid="RUNNING", leaf="RUNNING")
    return process(is_delivering=False)


def test_a_pause_that_was_not_delivered_is_found_at_the_next_start(process: Begin) -> None:
    """The order reaches all that are below."""
    cut_off(process).do(commands.PauseWorkflow)

    process().wait(main="PAUSED", mid="PAUSED", leaf="PAUSED")


def test_a_pause_from_below_that_was_not_delivered_is_found(process: Begin) -> None:
    """The report reaches all that are above."""
    made = cut_off(process)
    made.do(commands.PauseWorkflow, made.tree()["leaf"].id)

    process().wait(main="PAUSED", mid="PAUSED", leaf="PAUSED")


def test_a_cancel_that_was_not_delivered_is_found(process: Begin) -> None:
    """Although the execution itself has ended."""
    cut_off(process).do(commands.StopWorkflow, state="CANCELLED")

    process().wait(main="CANCELLED", mid="CANCELLED", leaf="CANCELLED")


def test_an_end_that_was_not_delivered_is_found(process: Begin) -> None:
    """The parent shows that it waits for it."""
    cut_off(process).complete("leaf")

    process().wait(main="SUCCESS", mid="SUCCESS", leaf="SUCCESS")


def test_a_second_run_that_was_not_delivered_is_found(process: Begin) -> None:
    """Nobody waits for it, so the sub-workflow remembers until it is recorded that it was heard of."""
    made = cut_off(process)
    made.complete("leaf", "ERROR")
    process().wait(main="RUNNING", mid="ERROR", leaf="ERROR")
    made = process(is_delivering=False)
    leaf = made.tree()["leaf"]
    made.do(commands.RerunTask, leaf.id, task_id=leaf.latest["c"])
    made.complete("leaf")
    assert leaf.id in made.store.unfinished()

    made = process()

    made.wait(main="RUNNING", mid="SUCCESS", leaf="SUCCESS")
    _wait_until(lambda: isinstance(made.engine.history(leaf.id)[-1].data, Delivered))
    assert leaf.id not in made.store.unfinished()


def test_a_deletion_that_was_not_delivered_is_found(process: Begin) -> None:
    """And then there is nothing left to be done."""
    made = cut_off(process)
    tree = made.tree()
    made.do(commands.DeleteExecution, force=True)

    made = process()

    _wait_until(lambda: all(made.engine.standing(state.id).deleted for state in tree.values()))
    _wait_until(lambda: not list(made.store.unfinished()))


def test_every_start_is_found_again(process: Begin) -> None:
    """A process that starts executions and delivers nothing leaves all of it to the next one."""
    made = process(is_delivering=False)
    made.do(StartWorkflow, workflow_name="main")
    assert made.states() == {"main": "RUNNING"}

    made = process()

    made.wait(main="RUNNING", mid="RUNNING", leaf="RUNNING")


def test_an_outage_of_the_store_is_survived(process: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be committed is delivered later."""
    made = process()
    submit, outages = made.engine.submit, [3]

    def failing(command: Command) -> Future[Any]:
        if isinstance(command, StartWorkflow) and command.parent is not None and outages[0]:
            outages[0] -= 1
            future: Future[Any] = Future()
            future.set_exception(StoreUnavailable("the disk is full"))
            return future
        return submit(command)

    monkeypatch.setattr(made.engine, "submit", failing)
    made.do(StartWorkflow, workflow_name="main")

    made.wait(main="RUNNING", mid="RUNNING", leaf="RUNNING")
    assert outages == [0]


def test_a_bug_in_one_execution_stops_no_other(process: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged, the parent of a start is told, and the rest goes on."""
    made = process()
    standing = made.engine.standing
    broken: set[str] = set()

    def failing(execution_id: str) -> ExecutionState:
        if execution_id in broken:
            raise ZeroDivisionError
        return standing(execution_id)

    monkeypatch.setattr(made.engine, "standing", failing)
    other = "6f1c1a3e-0d53-4b52-8a5e-6f2d7f0c9b02"
    broken.add(other)
    made.do(StartWorkflow, other, workflow_name="main")
    made.do(StartWorkflow, workflow_name="main")

    made.wait(main="RUNNING", mid="RUNNING", leaf="RUNNING")


def test_stopping_delivers_what_is_noted(process: Begin) -> None:
    """And then nothing more; stopping again does nothing."""
    made = process()
    made.do(StartWorkflow, workflow_name="main")

    assert made.courier.stop(10)
    assert made.courier.stop()

    assert made.states() == {"main": "RUNNING", "mid": "RUNNING", "leaf": "RUNNING"}


def test_beyond_a_limit_executions_are_looked_at_as_a_whole(
    process: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So memory stays bounded, and nothing is lost."""
    monkeypatch.setattr("wf_es.runners.courier._NOTED", 3)
    made = process()

    made.do(StartWorkflow, workflow_name="wide", input={"n": 40})

    def started() -> bool:
        children = made.engine.state(ID).children
        return len(children) == 40 and all(made.engine.standing(child).version for child in children)

    _wait_until(started)


def test_the_start_of_a_known_id_is_harmless(process: Begin) -> None:
    """Whatever is delivered twice changes nothing; an id of somebody else is refused."""
    made = process()
    made.do(StartWorkflow, workflow_name="main")
    made.wait(main="RUNNING", mid="RUNNING", leaf="RUNNING")
    before = made.engine.head()

    made.do(StartWorkflow, made.tree()["mid"].id, workflow_name="mid")

    assert made.engine.head() == before
    with pytest.raises(NotFound):
        made.do(commands.PauseWorkflow, "6f1c1a3e-0d53-4b52-8a5e-6f2d7f0c9b99")


def _wait_until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)
