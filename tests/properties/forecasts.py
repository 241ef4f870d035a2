"""What a resume was told beforehand, compared with what came of it.

A :class:`Trial` asks what a resume needs, forces it, and lets everything end.
Then each failure on something unset must have been told, and nobody may have
got past an expression that was said to fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from tests.properties.disturbance import Run
from tests.properties.generator import Data
from wf_es.envelope import Recorded
from wf_es.errors import EvaluationError, UnsetVariable
from wf_es.execution import commands
from wf_es.execution.commands import ItemResumption, TaskResumption
from wf_es.execution.context import replaced_by
from wf_es.execution.events import (
    ActionScheduled,
    ItemsEvaluated,
    SubWorkflowCompleted,
    SubWorkflowScheduled,
    TaskCompleted,
    TransitionsTaken,
    WorkflowCompleted,
)
from wf_es.execution.lifecycle import COMPLETED, SUCCESS
from wf_es.execution.lineage import locate, step_name
from wf_es.execution.requirements import Requirements, Use
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.execution.units import items_without_success

_PATIENCE = 120
"""So many things may happen after a resume before nobody looks any more."""

_UNSET = re.compile(r"expression=(?P<text>.*?), error=variable '(?P<name>[^']+)' is not set", re.DOTALL)
_NO_ANSWER = re.compile(r"expression=(?P<text><% task\((?P<name>\w+)\)\.result %>), error=there is no f")

_NO_KEY = re.compile(r"expression=(?P<text>[^=]*?(?:env\(\)|\.conf)[^=]*?), error=(?:there is no |the name )")
"""What fails below something whose value is known beforehand."""

_BEGINNING = {"action", "input", "target", "safe-rerun", "workflow", "pause-before", "wait-before", "timeout"}
_PUBLISHING = {"publish", "keep-result"}


class Failure(NamedTuple):
    """Somebody failed on something unset: which task (by path), what, in which expression."""

    task: str
    name: str
    expression: str


class Trial:
    """One resume of a run's outermost execution: what was told, and what came of it."""

    def __init__(self, run: Run, wishes: tuple[TaskResumption, ...], env: Data) -> None:
        """Ask what the resume needs, as the execution stands."""
        self.run = run
        self._env = env
        self.wishes = wishes
        self.report = self._ask()
        self._paths = self._members()
        self._heads = {execution: len(log) for execution, log in run.world.logs.items()}

    @property
    def is_possible(self) -> bool:
        """Whether it can be forced."""
        return not self.report.refused and (bool(self.wishes) or self.run.state.state == "PAUSED")

    @property
    def is_free(self) -> bool:
        """Whether nothing was told that stands against it, or might."""
        return self.report.resumable and not self.report.undetermined and not self.report.unknown

    def carry_out(self) -> None:
        """Force the resume, and let everything go on; what a request itself has to evaluate may refuse it."""
        try:
            self.run.world.resume(
                self.run.id, tasks=self.wishes, env=self._env, force=True, allow_succeeded=bool(self.wishes)
            )
        except EvaluationError as refusal:
            names = {item.variable for item in self.report.missing}
            names |= {item.variable for item in self.report.undetermined if item.variable}
            if isinstance(refusal, UnsetVariable) and refusal.variable not in names:
                raise AssertionError(f"nobody was told of this: {refusal}") from refusal
            return
        for _ in range(_PATIENCE):
            if self.run.is_waiting:
                self.run.go_on()
            elif self.run.state.state == "PAUSED":
                self.run.give(commands.ResumeWorkflow)
            else:
                break

    def check(self) -> int:
        """Every failure was told, and what was said to fail did; return how many failed."""
        failures = set(self._failures())
        for failure in failures:
            assert self._is_told(failure), f"nobody was told of {failure}"
        assert not (failures and self.is_free)
        for missing in self.report.missing:
            passed = next(self._passed(missing.needed_by), None)
            assert passed is None, f"{missing} was said to be missing, and yet there is {passed}"
        if any("/" not in item.task for item in self.report.left_failed) and not self._has_been_ended():
            assert self.run.state.state != SUCCESS, f"{self.report.left_failed} were said to be left"
        return len(failures)

    def _has_been_ended(self) -> bool:
        """Whether ``succeed`` has ended the execution, whatever had failed."""
        log = self.run.world.logs[self.run.id][self._heads[self.run.id] :]
        taken = (
            transition for recorded in log for transition in getattr(recorded.data, "transitions", None) or ()
        )
        return any(transition.command and transition.target == "succeed" for transition in taken)

    def _is_told(self, failure: Failure) -> bool:
        """Whether the report has a failure, or says that names in the expression or the call are computed."""
        told = [(item.variable, item.needed_by) for item in self.report.undetermined]
        told += [(item.variable, item.needed_by) for item in self.report.missing]
        for variable, use in told:
            if variable is None and use.key == "workflow" and failure.task.startswith(f"{use.task}/"):
                return True
            is_there = (use.task, use.expression) == (failure.task, failure.expression)
            is_below = not failure.name and variable is not None and "." in variable
            if is_there and (is_below or variable in (None, failure.name)):
                return True
        return False

    def _ask(self) -> Requirements:
        has_wishes = bool(self.wishes)
        return self.run.world.requirements(
            self.run.id, tasks=self.wishes, env=self._env, allow_succeeded=has_wishes
        )

    def _members(self) -> dict[str, str]:
        """Return the executions that are resumed, with what the paths of their tasks begin with."""
        paths = {self.run.id: ""}
        states = self.run.world.states
        owner = {task_id: state.id for state in states.values() for task_id in state.tasks}
        for wish in self.wishes:
            place = locate(self.run.state, wish.task, states.__getitem__, owner.get)
            names = place.path.split("/")
            for depth, member in enumerate(place.members, 1):
                paths[member] = "/".join([*names[:depth], ""])
        return paths | self._under_way(paths)

    def _under_way(self, paths: dict[str, str]) -> dict[str, str]:
        """Return the sub-workflows that are awaited, with what the paths of their tasks begin with."""
        states, found = self.run.world.states, dict[str, str]()
        outstanding = {item.id for item in self.report.outstanding}
        awaited = {name for name in outstanding & states.keys() if not states[name].is_completed}
        for member, path in _growing(paths := dict(paths)):
            for child in states[member].children.values():
                if child.id in awaited and child.id not in paths:
                    step = step_name(states[member].tasks[child.task_id], child.index)
                    found[child.id] = paths[child.id] = f"{path}{step}/"
        return found

    # -- what came of it ------------------------------------------------------------------

    def _events(self) -> Iterator[tuple[str, str, Recorded]]:
        """Yield what was recorded since: the path of the execution, the task it is about, and the event."""
        paths = dict(self._paths)
        for execution_id, path in _growing(paths):
            state, log = self.run.world.states.get(execution_id), self.run.world.logs.get(execution_id, [])
            for recorded in log[self._heads.get(execution_id, 0) :] if state is not None else ():
                task = state.tasks.get(getattr(recorded.data, "task_id", None) or "") if state else None
                if task is not None and task.superseded:
                    continue
                name = "" if task is None else task.name
                if (
                    isinstance(recorded.data, SubWorkflowCompleted)
                    and recorded.data.execution_id not in paths
                ):
                    continue
                if isinstance(recorded.data, SubWorkflowScheduled):
                    paths[recorded.data.execution_id] = f"{path}{name}/"
                yield path, name, recorded

    def _failures(self) -> Iterator[Failure]:
        for path, task, recorded in self._events():
            data = recorded.data
            info = _reason(data)
            if isinstance(data, SubWorkflowCompleted):
                task = f"{task}/"
            for found in _UNSET.finditer(info):
                yield Failure(f"{path}{task}", found["name"], found["text"])
            for found in _NO_KEY.finditer(info):
                yield Failure(f"{path}{task}", "", found["text"])
            for found in _NO_ANSWER.finditer(info):
                yield Failure(f"{path}{task}", f"task('{found['name']}')", found["text"])

    def _passed(self, use: Use) -> Iterator[Recorded]:
        """Yield the events that tell that somebody got past an expression."""
        for path, task, recorded in self._events():
            is_there = f"{path}{task}" == use.task and _gets_past(recorded.data, use.key)
            if is_there and not self._was_given(recorded.data, use.key) and self._ended_so(recorded, use.key):
                yield recorded

    def _ended_so(self, recorded: Recorded, key: str) -> bool:
        """Whether the run that an event is about has ended in what a clause is for."""
        clause = key.partition(".")[0]
        outcomes = {"on-error": ("ERROR",), "on-success": (SUCCESS, "SKIPPED")}.get(clause)
        task = self.run.world.states[recorded.stream].tasks.get(getattr(recorded.data, "task_id", None) or "")
        return outcomes is None or task is None or task.state in outcomes

    def _was_given(self, event: object, key: str) -> bool:
        """Whether a request gave an input, so that its expression was not evaluated for an action."""
        if not isinstance(event, ActionScheduled | SubWorkflowScheduled) or key.partition(".")[0] != "input":
            return False
        states = self.run.world.states.values()
        task = next(state.tasks[event.task_id] for state in states if event.task_id in state.tasks)
        own = task.item_patches.get(str(event.index), {})
        return key.split(".")[1] in replaced_by([task.input_patch or {}, own])


def _growing(paths: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield all entries, also those that come in meanwhile."""
    seen: set[str] = set()
    while fresh := [entry for entry in paths.items() if entry[0] not in seen]:
        seen.update(execution_id for execution_id, _ in fresh)
        yield from fresh


def _reason(event: object) -> str:
    """Return why a task, or a workflow at its start or end, has failed by itself; empty if it has not."""
    if isinstance(event, WorkflowCompleted):
        info = event.state_info or ""
        return info if info.startswith("Failed to evaluate") else ""
    if isinstance(event, SubWorkflowCompleted):
        return "" if event.event else event.state_info or ""
    return event.state_info or "" if isinstance(event, TaskCompleted) and event.forced else ""


def _gets_past(event: object, key: str) -> bool:
    kind, is_publish = key.split(".")[0], ".publish" in key
    if kind in _BEGINNING:
        return isinstance(event, ActionScheduled | SubWorkflowScheduled)
    if kind == "with-items":
        return isinstance(event, ItemsEvaluated)
    if kind == "output":
        return isinstance(event, WorkflowCompleted) and event.state == SUCCESS
    if isinstance(event, TransitionsTaken):
        return kind.startswith("on-") and not is_publish
    if not isinstance(event, TaskCompleted) or event.state != SUCCESS or event.forced:
        return False
    # An execution that has ended records what a task publishes, and no more.
    return is_publish or kind in _PUBLISHING or event.transitions is not None


def random_wishes(run: Run, random: Random) -> tuple[TaskResumption, ...]:
    """Return what to resume from: one to three tasks that have ended, with changed data or not.

    They may also be those of sub-workflows.
    """
    states = run.world.states.values() if random.random() < 0.4 else [run.state]
    ended = {
        task.id: (state, task) for state in states for task in state.tasks.values() if task.state in COMPLETED
    }
    chosen = random.sample(sorted(ended), min(len(ended), random.choice([1, 1, 1, 2, 3])))
    return tuple(_wish(*ended[task_id], random) for task_id in chosen)


def _wish(state: ExecutionState, task: TaskExecution, random: Random) -> TaskResumption:
    patches: list[Data] = [
        {},
        {},
        {"nowhere": 1},
        {f"v{random.randint(0, 5)}": 1},
        {f"v{random.randint(0, 5)}": None},
        random.choice([{"conf": {"a": None}}, {"conf": {"c": 1}}, {"conf": {"a": {"b": None}}}, {"conf": 5}]),
    ]
    context: Data = random.choice(patches)
    if random.random() < 0.7:
        has_choice = task.items is not None and random.random() < 0.6
        items: Any = _items(state, task, random) if has_choice else "all"
        return TaskResumption(task=task.id, context=context, input=_input(random), items=items)
    own: Data = {f"v{random.randint(0, 5)}": 1}
    published: Data = random.choice([{}, {"n": 1, "nowhere": 2}, own, {"n": None}])
    if random.random() < 0.5:
        return TaskResumption(task=task.id, action="continue", context=context, published=published)
    return TaskResumption(task=task.id, action="continue", context=context, published=published, result=7)


def _input(random: Random) -> Data:
    """Return a patch on the input of a task or an item: mostly none."""
    patches: list[Data] = [{"x": 5}, {"x": None}, {"x": {"part": 1}}, {"item": 1, "x": 1}, {"p": 1}]
    return random.choice(patches) if random.random() < 0.3 else {}


def _items(state: ExecutionState, task: TaskExecution, random: Random) -> Any:
    """Return which items run again, those without success among them, with patches of their own or not."""
    if random.random() < 0.3:
        return "failed"
    left = set(items_without_success(state, task) or ())
    count = task.items.count if task.items is not None else 0
    chosen = [index for index in range(count) if index in left or random.random() < 0.5]
    given = {index: _input(random) for index in chosen}
    return [ItemResumption(index=index, input=patch) if patch else index for index, patch in given.items()]
