"""Playing a case: one execution in a simulated world, until nothing more happens.

1. The workflow is started.
2. Whatever an event brings about (an action to be run, a timer) is entered
   into the agenda with its moment.
3. The next entry is taken, the clock moves to its moment, and what follows
   from it is decided by the core; and so on until the agenda is empty.
4. Commands without a moment come then, one by one, each with all that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import msgspec

from wf_es.actions import Catalogue
from wf_es.envelope import JSON, Recorded
from wf_es.errors import NotFound, WfEsError
from wf_es.execution import commands
from wf_es.execution.commands import StartWorkflow
from wf_es.execution.events import (
    ActionScheduled,
    TaskCompleted,
    TaskScheduled,
    TaskStarted,
    TimerSet,
)
from wf_es.execution.lifecycle import WAITING
from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution
from wf_es.simulation import Library, Post, Step
from wf_es.testing.agenda import Agenda, Rank
from wf_es.testing.commanding import Found, commanded
from wf_es.testing.giving import End, Giver, NothingGivenError
from wf_es.testing.model import Case, Order, Suite
from wf_es.testing.stage import Stage

MOST_ENTRIES = 100_000
"""After so many things a case is taken for one that never ends."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of an action or workflow: by which task, of what, with what, after how many seconds."""

    path: str
    action: str
    input: Mapping[str, JSON]
    at: float


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a case.

    ``state`` is the execution in the end (None if it was not even started),
    ``runs`` are all runs of tasks by execution path ("" is the outermost),
    in the order in which they began, as they ended. ``duration`` is in
    seconds of the simulated clock; ``trouble`` is why the case could not be
    played to its end.
    """

    state: ExecutionState | None
    runs: Mapping[str, tuple[TaskExecution, ...]]
    calls: tuple[Call, ...]
    duration: float
    trouble: str | None = None


class _TroubleError(Exception):
    """The case cannot be played any further."""


def play(case: Case, suite: Suite, library: Library, catalogue: Catalogue) -> Played:
    """Play a case and return what came of it."""
    return _Player(case, suite, library, catalogue).play()


class _Player:
    """One case while it is played."""

    def __init__(self, case: Case, suite: Suite, library: Library, catalogue: Catalogue) -> None:
        self._case = case
        self._suite = suite
        self._library = library
        self._giver = Giver((case.given, suite.given), catalogue, library.limits)
        self._agenda = Agenda()
        self._post = Post()
        self._world = Stage(library, self._stands_in, self._observe, seed=suite.seed, beginning=suite.clock)
        self._began = self._last = self._world.now
        self._root: str | None = None
        self._paths: dict[str, str] = {}
        self._above: dict[str, str] = {}
        self._begun: dict[str, dict[str, str]] = {}
        self._calls: list[Call] = []

    def play(self) -> Played:
        """Play the case to its end, or to where it cannot go on."""
        trouble = None
        try:
            self._start()
            self._settle()
            self._enter_commands()
            self._until_rest()
            for order in self._case.commands:
                if order.at is None:
                    self._obey(order)
                    self._settle()
                    self._until_rest()
        except (_TroubleError, NothingGivenError) as error:
            trouble = str(error)
        return Played(
            state=None if self._root is None else self._world.states[self._root],
            runs={path: tuple(map(self._task, begun)) for path, begun in self._begun.items()},
            calls=tuple(self._calls),
            duration=(self._last - self._began).total_seconds(),
            trouble=trouble,
        )

    def _task(self, task_id: str) -> TaskExecution:
        execution_id = self._begun[self._above[task_id]][task_id]
        return self._world.states[execution_id].tasks[task_id]

    def _seconds(self) -> float:
        return (self._world.now - self._began).total_seconds()

    # -- the beginning ----------------------------------------------------------

    def _start(self) -> None:
        params = {**self._case.params}
        if self._case.env is not None:
            params["env"] = self._case.env
        try:
            step = self._world.start(self._workflow(), input=dict(self._case.input), params=params)
        except NotFound as error:
            raise _TroubleError(error.message) from error
        if step.refusal is not None:
            raise _TroubleError(f"the workflow could not be started: {step.refusal}")

    def _workflow(self) -> str:
        if self._case.workflow is not None:
            return self._case.workflow
        names = list(self._library.workflows)
        if len(names) != 1:
            raise _TroubleError(f"say with 'workflow' which one is meant: {', '.join(names)}")
        return names[0]

    def _enter_commands(self) -> None:
        for order in self._case.commands:
            if order.at is not None:
                moment = self._began + timedelta(seconds=order.at)
                self._agenda.enter(moment, Rank.COMMAND, lambda order=order: self._obey(order))

    # -- what happens -----------------------------------------------------------

    def _until_rest(self) -> None:
        for _ in range(MOST_ENTRIES):
            entry = self._agenda.take()
            if entry is None:
                return
            moment, happen = entry
            self._world.now = max(self._world.now, moment)
            happen()
            self._settle()
        raise _TroubleError(f"it was stopped after {MOST_ENTRIES} things that happened: it may never end")

    def _settle(self) -> None:
        """Deliver what crosses between executions, and begin items that were deferred."""
        for _ in range(MOST_ENTRIES):
            if self._post.waiting:
                self._post.deliver(self._world, next(iter(self._post.waiting)))
            elif not self._world.continue_items():
                return
        raise _TroubleError("executions start each other without end")

    def _observe(self, step: Step) -> None:
        """Enter what the events of a step bring about."""
        self._post.note(step)
        if step.events:
            self._last = self._world.now
            self._root = self._root or step.after.id
        for recorded in step.events:
            react = _REACTIONS.get(type(recorded.data))
            if react is not None:
                react(self, step.after, recorded)

    def _on_task_scheduled(self, state: ExecutionState, recorded: Recorded) -> None:
        event: TaskScheduled = recorded.data  # type: ignore[assignment]
        above = "" if state.task_execution_id is None else self._paths[state.task_execution_id]
        self._above[event.task_id] = above
        self._paths[event.task_id] = f"{above}/{event.name}" if above else event.name
        if event.state != WAITING:
            self._note_begun(state, event.task_id)

    def _on_task_begun(self, state: ExecutionState, recorded: Recorded) -> None:
        event: TaskStarted | TaskCompleted = recorded.data  # type: ignore[assignment]
        self._note_begun(state, event.task_id)

    def _note_begun(self, state: ExecutionState, task_id: str) -> None:
        self._begun.setdefault(self._above[task_id], {}).setdefault(task_id, state.id)

    def _on_action(self, state: ExecutionState, recorded: Recorded) -> None:
        event: ActionScheduled = recorded.data  # type: ignore[assignment]
        action, path = state.actions[event.action_id], self._paths[event.task_id]
        self._call(path, action.name, action.input)
        moment = self._world.now
        self._agenda.enter(moment, Rank.RESULT, lambda: self._run(state.id, action, path))

    def _call(self, path: str, name: str, given: Mapping[str, JSON]) -> None:
        self._calls.append(Call(path=path, action=name, input=given, at=self._seconds()))

    def _run(self, execution_id: str, action: ActionExecution, path: str) -> None:
        """Let an action run: it ends at once or later, or never."""
        if action.id not in self._world.states[execution_id].unfinished:
            return
        end = self._giver.end_of(action, path)
        if end.state is None:
            return
        moment = self._world.now + timedelta(seconds=end.after)
        self._agenda.enter(moment, Rank.RESULT, lambda: self._complete(execution_id, action.id, end))

    def _stands_in(self, command: StartWorkflow) -> bool:
        """Enter how a sub-workflow ends, if a result is given for its task."""
        path = self._paths[str(command.task_execution_id)]
        self._call(path, command.workflow_name, command.input)
        end = self._giver.end_of_workflow(path, command.workflow_name, command.input)
        if end is not None and end.state is not None:
            moment = self._world.now + timedelta(seconds=end.after)
            happen = partial(self._world.end, command.execution_id, end)
            self._agenda.enter(moment, Rank.RESULT, happen)
        return end is not None

    def _complete(self, execution_id: str, action_id: str, end: End) -> None:
        if action_id in self._world.states[execution_id].unfinished:
            self._world.give(
                commands.CompleteAction,
                execution_id,
                action_id=action_id,
                state=end.state,
                output=end.output,
                started_by="simulation",
            )

    def _on_timer(self, state: ExecutionState, recorded: Recorded) -> None:
        event: TimerSet = recorded.data  # type: ignore[assignment]
        self._agenda.enter(event.due, Rank.TIMER, lambda: self._fire(state.id, event.timer_id))

    def _fire(self, execution_id: str, timer_id: str) -> None:
        state = self._world.states[execution_id]
        timer = state.timers.get(timer_id)
        if timer is not None:
            self._world.fire(state, timer)

    # -- commands ---------------------------------------------------------------

    def _obey(self, order: Order) -> None:
        try:
            execution_id, kind, fields = commanded(order, str(self._root), self._latest)
            refusal: WfEsError | None = self._world.give(kind, execution_id, **fields).refusal
        except NotFound as error:
            refusal = error
        if refusal is not None:
            moment = f"{self._seconds():g} s"
            raise _TroubleError(f"the command '{order.command}' at {moment} was refused: {refusal}")

    def _latest(self, path: str) -> Found:
        for begun in self._begun.values():
            for task_id, execution_id in reversed(begun.items()):
                if self._paths[task_id] == path:
                    return Found(execution_id, task_id)
        raise NotFound(f"the task '{path}' has not run", kind="task", id=path)


_REACTIONS: dict[type, Callable[[_Player, ExecutionState, Recorded], None]] = {
    TaskScheduled: _Player._on_task_scheduled,
    TaskStarted: _Player._on_task_begun,
    TaskCompleted: _Player._on_task_begun,
    ActionScheduled: _Player._on_action,
    TimerSet: _Player._on_timer,
}
