"""The five use cases of a resume, in every state, for every shape of workflow: a table.

1. after a pause, of a person or of a transition;
2. a task failed and its cause was removed: run it again, with a changed context;
3. a task failed and its work was done by hand: go on behind it;
4. several branches failed: one call says for each what to do;
5. from an earlier task that has succeeded, if exactly that is asked for.

Each cell brings an execution into its state, resumes it, and reads what was
recorded; then everything that runs succeeds, and so does the execution.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from typing import Any, NamedTuple, TypeVar

import pytest

from tests.wf_es.execution.families import Family
from wf_es.envelope import Event, Recorded
from wf_es.errors import IllegalState, RequirementsMissing
from wf_es.execution import commands, events
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution

Said = TypeVar("Said", bound=Event)

MAIN = """
main:
  output: {l: <% $.get(l) %>, r: <% $.get(r) %>}
  tasks:
    a: {action: std.async_noop, publish: {n: 1}, on-success: [left, right]}
    left: {WORK, publish: {l: <% task().result %>}, on-success: z ON_ERROR}
    right: {WORK, publish: {r: <% task().result %>}, on-success: z ON_ERROR}
    z: {JOIN action: std.async_noop}
    w: {action: std.async_noop}
    mend: {action: std.async_noop}
"""
SUB = """
sub:
  input: [n]
  output: {v: <% $.v %>}
  tasks:
    s: {action: std.async_noop, publish: {n: 2}, on-success: t}
    t: {action: std.async_noop, publish: {v: <% task().result %>}}
"""
MID = """
mid:
  input: [n]
  output: {v: <% $.v %>}
  tasks:
    inner: {workflow: sub, input: {n: <% $.n %>}, publish: {v: <% task().result.v %>}}
"""
ITEMS = 'with-items: "i in [1, 2]"'


class Shape(NamedTuple):
    """What the branches are: their work, and where in it the tasks are that a cell is about."""

    work: str
    left: str
    right: str
    earlier: str
    more: str = ""
    join: bool = False

    def text(self, is_handled: bool) -> str:
        """Return the workflows; with errors that are handled an execution succeeds nevertheless."""
        handler = "z" if self.join else "mend"
        main = MAIN.replace("WORK", self.work).replace("JOIN", "join: all," if self.join else "")
        main = main.replace("ON_ERROR", f", on-error: {handler}" if is_handled else "")
        if self.join or not is_handled:
            main = main.replace("    mend: {action: std.async_noop}\n", "")
        return main + self.more


SHAPES = {
    "tasks": Shape("action: std.async_noop", "left", "right", "a"),
    "a join": Shape("action: std.async_noop", "left", "right", "a", join=True),
    "sub-workflows": Shape("workflow: sub, input: {n: <% $.n %>}", "left/t", "right/t", "left/s", SUB),
    "nested sub-workflows": Shape(
        "workflow: mid, input: {n: <% $.n %>}", "left/inner/t", "right/inner/t", "left/inner/s", MID + SUB
    ),
    "items": Shape(f"{ITEMS}, action: std.async_noop", "left", "right", "a"),
    "items of a join": Shape(f"{ITEMS}, action: std.async_noop", "left", "right", "a", join=True),
    "items that are sub-workflows": Shape(
        f"{ITEMS}, workflow: sub, input: {{n: <% $.n %>}}", "left[1]/t", "right[1]/t", "left[1]/s", SUB
    ),
}
ALL = {"a", "left", "right", "w", "z"}
STATES = {"paused": "PAUSED", "failed": "ERROR", "cancelled": "CANCELLED", "succeeded": "SUCCESS"}
CELLS = [pytest.param(shape, state, id=f"{shape}, {state}") for shape, state in product(SHAPES, STATES)]


class Cell:
    """An execution of a shape in a state: its left branch has failed, and perhaps its right one, too."""

    def __init__(self, shape: str, state: str, failed: tuple[str, ...] = ("left",)) -> None:
        """Bring it there."""
        self.shape = SHAPES[shape]
        self.state = STATES[state]
        self.family = Family(self.shape.text(state == "succeeded"))
        self.main = self.family.start().id
        self.family.complete("main", "a")
        self._fail(failed)
        if state == "paused":
            self.family.give("main", commands.PauseWorkflow)
        elif state == "cancelled":
            self.succeed(but={"w"})
            self.family.give("main", commands.StopWorkflow, state="CANCELLED", message="enough")
        else:
            self.succeed()
        assert self.root.state == self.state
        self.marks = {name: len(log) for name, log in self.family.world.logs.items()}

    def _fail(self, branches: tuple[str, ...]) -> None:
        """Let the tasks of the branches fail; of several items only one."""
        for branch in ("left", "right"):
            path = getattr(self.shape, branch)
            if path.endswith("/t"):
                state, first = self.at(f"{path[:-1]}s")
                self._end(state, first.units[0], "SUCCESS")
            if branch in branches:
                state, task = self.at(path)
                self._end(state, task.units[1 if task.items is not None else 0], "ERROR")
                if task.items is not None:
                    self._end(state, task.units[0], "SUCCESS", "kept")

    def _end(self, state: ExecutionState, action_id: str, how: str, output: Any = "ok") -> None:
        given = {"action_id": action_id, "state": how, "output": output}
        step = self.family.world.give(commands.CompleteAction, state.id, **given)
        assert step.refusal is None
        self.family.deliver()

    def succeed(self, but: Collection[str] = (), limit: int = 100) -> None:
        """Let everything that runs succeed, but for some tasks."""
        for _ in range(limit):
            running = self.family.world.unfinished()
            found = next((pair for pair in running if _name(*pair) not in but), None)
            if found is None:
                return
            self._end(found[0], found[1].id, "SUCCESS")
        raise AssertionError("it does not end")

    @property
    def root(self) -> ExecutionState:
        """The execution that is resumed."""
        return self.family.world.states[self.main]

    def at(self, path: str) -> tuple[ExecutionState, TaskExecution]:
        """Return a task by its path, and its execution."""
        state = self.root
        *steps, last = path.split("/")
        for step in steps:
            name, _, index = step.rstrip("]").partition("[")
            task = state.tasks[state.latest[name]]
            state = self.family.world.states[task.units[int(index or 0)]]
        return state, state.tasks[state.latest[last]]

    def way(self, path: str) -> list[str]:
        """Return the executions from the root down to that of a task."""
        members = [self.main]
        for depth in range(1, path.count("/") + 1):
            above = "/".join([*path.split("/")[:depth], "x"])
            members.append(self._execution(above))
        return members

    def _execution(self, path: str) -> str:
        state = self.root
        for step in path.split("/")[:-1]:
            name, _, index = step.rstrip("]").partition("[")
            state = self.family.world.states[state.tasks[state.latest[name]].units[int(index or 0)]]
        return state.id

    def items(self, path: str) -> dict[str, Any]:
        """Return the wish for the failed item alone, if the task has items."""
        _, task = self.at(path)
        return {} if task.items is None else {"items": [1]}

    def new(self, execution_id: str) -> list[Recorded]:
        """Return what was recorded of an execution since it stood still."""
        return self.family.world.logs[execution_id][self.marks.get(execution_id, 0) :]

    def one(self, execution_id: str, kind: type[Event]) -> Recorded:
        """Return the only new event of its kind."""
        found = [recorded for recorded in self.new(execution_id) if isinstance(recorded.data, kind)]
        assert len(found) == 1, [type(recorded.data).__name__ for recorded in self.new(execution_id)]
        return found[0]

    def said(self, execution_id: str, kind: type[Said]) -> Said:
        """Return what the only new event of its kind says."""
        data = self.one(execution_id, kind).data
        assert isinstance(data, kind)
        return data

    def check_goes_on(self, *paths: str) -> None:
        """Check that all executions above the tasks run again, by one request, and say with which tasks."""
        requests = set()
        for path in paths:
            for depth, member in enumerate(self.way(path)):
                resumed = self.said(member, events.WorkflowResumed)
                step = path.split("/")[depth].partition("[")[0]
                state = self.family.world.states[member]
                assert state.tasks[state.latest[step]].id in resumed.tasks
                requests.add(self.one(member, events.WorkflowResumed).command)
        assert len(requests) == 1
        assert self.root.state == "RUNNING"

    def check_ends_well(self) -> list[str]:
        """Let all of it succeed; return the runs that count in the root."""
        self.succeed()
        assert set(" ".join(self.family.states().values()).split()) == {"SUCCESS"}
        counting = [task for task in self.root.tasks.values() if not task.superseded]
        assert {task.state for task in counting} == {"SUCCESS"}
        return sorted(task.name for task in counting)


def _name(state: ExecutionState, action: ActionExecution) -> str:
    return state.tasks[action.task_id].name


# -- 1: after a pause --------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "state"), CELLS)
def test_after_a_pause(shape: str, state: str) -> None:
    """A paused execution goes on with all below it; one that has ended needs a task to go on from."""
    cell = Cell(shape, state, failed=() if state == "paused" else ("left",))
    if state != "paused":
        with pytest.raises(IllegalState, match="name the tasks to resume from"):
            cell.family.resume()
        assert not any(map(cell.new, cell.family.world.states))
        return
    cell.family.resume()
    assert cell.said(cell.main, events.WorkflowResumed).tasks == []
    for member in cell.family.world.states:
        resumed = cell.said(member, events.WorkflowResumed)
        assert (resumed.order > 0) == (member != cell.main)
    assert set(cell.check_ends_well()) == ALL


@pytest.mark.parametrize("shape", SHAPES)
def test_after_a_pause_that_a_transition_ordered(shape: str) -> None:
    """What stood behind the pause begins when the execution goes on."""
    text = SHAPES[shape].text(False).replace("on-success: [left, right]", "on-success: [pause, left, right]")
    family = Family(text)
    main = family.start().id
    family.complete("main", "a")
    assert family.states() == {"main": "PAUSED"}
    told = family.resume()
    assert told[:2] == ["main WorkflowResumed", "main BacklogTaken a"]
    assert {task.name for task in family.world.states[main].tasks.values()} == ALL - {"z"}


# -- 2: the task once more ----------------------------------------------------------------


@pytest.mark.parametrize(("shape", "state"), CELLS)
def test_a_failed_task_runs_again_with_changed_data(shape: str, state: str) -> None:
    """The override lands in the event of the rerun, and everything above goes on with it."""
    cell = Cell(shape, state)
    path = cell.shape.left
    wish = {"task": path, "context": {"v": {"w": 2}}, "input": {}, **cell.items(path)}

    cell.family.resume(wish, env={"e": 1})

    execution, task = cell.at(path)
    rerun = cell.said(execution.id, events.TaskRerun)
    assert (rerun.task_id, rerun.context) == (task.id, {"v": {"w": 2}})
    assert rerun.items == ([1] if task.items is not None else None)
    assert task.inbound["v"].value == {"w": 2}
    assert all(cell.family.world.states[member].env == {"e": 1} for member in cell.way(path))
    cell.check_goes_on(path)
    assert set(cell.check_ends_well()) == ALL


# -- 3: what was done by hand --------------------------------------------------------------


@pytest.mark.parametrize(("shape", "state"), CELLS)
def test_what_was_done_by_hand_is_not_done_again(shape: str, state: str) -> None:
    """The task counts as done with what it should have given, and what follows it begins."""
    cell = Cell(shape, state)
    path = cell.shape.left
    execution, task = cell.at(path)
    calls = len(task.actions)

    cell.family.resume({"task": path, "action": "continue", "published": {"l": 7}, "result": "mine"})

    done = cell.said(execution.id, events.TaskContinued)
    assert (done.published["l"], done.result) == (7, "mine")
    execution, task = cell.at(path)
    assert (task.state, task.result, len(task.actions)) == ("SUCCESS", "mine", calls)
    cell.check_goes_on(path)
    assert set(cell.check_ends_well()) == ALL


# -- 4: several branches -------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "state"), CELLS)
def test_for_each_branch_what_to_do(shape: str, state: str) -> None:
    """One runs again, the other one is done; what meets behind them runs once."""
    cell = Cell(shape, state, failed=("left", "right"))
    left, right = cell.shape.left, cell.shape.right

    cell.family.resume(
        {"task": right, "action": "continue", "result": "mine"}, {"task": left, **cell.items(left)}
    )

    assert cell.said(cell.at(left)[0].id, events.TaskRerun).task_id == cell.at(left)[1].id
    assert cell.said(cell.at(right)[0].id, events.TaskContinued).task_id == cell.at(right)[1].id
    cell.check_goes_on(left, right)
    assert cell.check_ends_well() == sorted([*ALL, *([] if cell.shape.join else ["z"])])


# -- 5: from an earlier task ----------------------------------------------------------------


@pytest.mark.parametrize(("shape", "state"), CELLS)
def test_from_an_earlier_task_if_exactly_that_is_asked(shape: str, state: str) -> None:
    """Otherwise it is refused with the reason; what it had led to counts no more and runs again."""
    cell = Cell(shape, state)
    path = cell.shape.earlier
    with pytest.raises(RequirementsMissing, match=r"already succeeded \(ask with allow_succeeded"):
        cell.family.resume({"task": path})
    assert not any(map(cell.new, cell.family.world.states))

    cell.family.resume({"task": path}, allow_succeeded=True)

    execution, task = cell.at(path)
    rerun = cell.said(execution.id, events.TaskRerun)
    assert rerun.task_id == task.id
    gone = {execution.tasks[run].name for run in rerun.supersedes}
    assert gone >= ({"left", "right"} if path == "a" else {"t"})
    cell.check_goes_on(path)
    assert set(cell.check_ends_well()) == ALL
