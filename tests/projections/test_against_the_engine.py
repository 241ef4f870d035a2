"""The rows of real executions, compared with what the engine says about them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from projections import Query, Views, context_view, history_view, verify
from wf_es.definition.model import ActionSpec
from wf_es.engine import DEFAULT_PROJECT, Engine, SystemClock
from wf_es.errors import NotFound, WfEsError
from wf_es.execution import commands
from wf_es.execution.reducer import fold
from wf_es.execution.state import ExecutionState
from wf_es.store import MemoryStore, standard_codec

_SEEDS = range(8)
_TEXT = """
version: '2.0'
flow:
  tags: [nightly]
  input: [n, host: one]
  vars: {g: {from: vars}}
  output: {sum: <% $.get(sum, 0) %>, by_host: <% $.host %>}
  output-on-error: {failed: true}
  tasks:
    first:
      action: work
      tags: [t1, t2]
      wait-before: <% $.n * 30 %>
      retry: count=1 delay=30
      publish: {sum: <% task().result %>}
      on-success:
        publish:
          branch: {more: 1}
          global: {g: {first: <% $.n %>}}
          atomic: {ends: "<% global(ends) or [] %>", g: "<% global(g).set(ends, 1) %>"}
        next: [left, right, each, all]
      on-error: [repair]
    each:
      with-items: x in [1, 2, 3]
      concurrency: 2
      action: work item=<% $.x %>
      timeout: 60
      retry: {count: 2, delay: 0}
      wait-after: 45
      publish: {each: <% task().result %>}
    all:
      with-items: ['x in [1, 2]', "y in <% ['a', 'b'] %>"]
      action: work item=<% $.y %>
      keep-result: <% $.n > 0 %>
      on-error: [meet]
    left:
      action: work item=<% $.sum %>
      keep-result: false
      pause-before: <% $.n = 1 %>
      fail-on: <% task().result = 7 %>
      retry: {count: 1, delay: 30, continue-on: <% task().result = 5 %>}
      publish: {left: <% task().result %>}
      on-complete: [meet]
    right:
      action: work
      safe-rerun: true
      publish: {sum: <% $.sum + 1 %>}
      on-success:
        - meet: <% $.sum > 2 %>
        - pause msg="look at it"
    meet:
      join: all
      action: work
      publish-on-error: {meeting: failed}
    repair:
      action: work host=<% $.missing %>
      on-success: fail msg="repaired but failed"
"""
_ACTIONS = {
    "work": ActionSpec(name="work", inputs={}, any_input=True, is_async=True, idempotent=True),
}


class World:
    """An engine, views that follow it, and somebody who does random things."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        store, codec = MemoryStore(), standard_codec()
        self.engine = Engine(store, codec, SystemClock(), _ACTIONS)
        self.views = Views("sqlite://", store, codec)
        self.engine.listen(self.views.notify)
        self.views.start()
        self.engine.definitions.create(_TEXT, origin=self.engine.origin("ann"))
        self.engine.definitions.environments.create(
            "e", {"é": [1e20, None]}, origin=self.engine.origin("ann")
        )
        self.ids = [f"bbbbbbbb-0000-5000-8000-00000000000{number}" for number in range(3)]
        self.position = 0

    def close(self) -> None:
        """Stop everything."""
        self.views.close()
        self.engine.close()

    def do(self, make: Callable[..., commands.Command], execution_id: str, **fields: Any) -> bool:
        """Execute a command; False if it was refused."""
        origin = self.engine.origin("ann", DEFAULT_PROJECT)
        command = make(execution_id=execution_id, origin=origin, seed=self.random.randrange(1000), **fields)
        try:
            receipt = self.engine.execute(command, 10.0)
        except WfEsError:
            return False
        self.position = max(self.position, receipt.position)
        return True

    def start(self) -> None:
        """Start all executions."""
        for number, execution_id in enumerate(self.ids):
            given = {"n": number, **({"host": "two"} if number else {})}
            params = {"env": {"region": "north", "__secrets": ["sum"]}}
            assert self.do(
                commands.StartWorkflow, execution_id, workflow_name="flow", input=given, params=params
            )

    def act(self) -> None:
        """Do one random thing to one execution; most often complete an action."""
        execution_id = self.random.choice(self.ids)
        try:
            state = self.engine.state(execution_id)
        except NotFound:
            return
        self.random.choices(
            [self._complete, self._fire, self._resume, self._steer, self._delete],
            weights=[60, 15, 20, 9, 1],
        )[0](state)

    def _complete(self, state: ExecutionState) -> None:
        waiting = sorted(state.unfinished) if self.random.random() < 0.8 else sorted(state.actions)
        if not waiting:
            return
        action_id = self.random.choice(waiting)
        if self.random.random() < 0.15:
            for kind in (commands.DelegateAction, commands.PauseAction, commands.ResumeAction):
                self.do(kind, state.id, action_id=action_id)
        outcome = self.random.choice(["SUCCESS"] * 6 + ["ERROR"] * 2 + ["CANCELLED"])
        output = self.random.choice([1, 5, 7, {"deep": [None, "é"]}])
        self.do(commands.CompleteAction, state.id, action_id=action_id, state=outcome, output=output)

    def _fire(self, state: ExecutionState) -> None:
        if state.timers:
            self.do(commands.FireTimer, state.id, timer_id=self.random.choice(sorted(state.timers)))

    def _resume(self, state: ExecutionState) -> None:
        candidates = sorted(state.failed) or sorted(state.tasks) or [""]
        task_id = self.random.choice(candidates)
        wish = commands.TaskResumption(
            task=task_id,
            action="rerun" if self.random.random() < 0.5 else "continue",
            context={"sum": 9, "missing": "here"},
            published={"more": self.random.randrange(9)},
        )
        choices: list[tuple[Callable[..., commands.Command], dict[str, Any]]] = [
            (commands.ResumeWorkflow, {"env": {"region": None, "e": 1}}),
            (commands.ResumeFrom, {"tasks": (wish,), "force": True}),
            (commands.RerunTask, {"task_id": task_id}),
            (commands.RerunTask, {"task_id": task_id, "reset": False}),
            (commands.SkipTask, {"task_id": task_id}),
        ]
        make, fields = self.random.choice(choices)
        self.do(make, state.id, **fields)

    def _steer(self, state: ExecutionState) -> None:
        choices: list[tuple[Callable[..., commands.Command], dict[str, Any]]] = [
            (commands.PauseWorkflow, {}),
            (commands.PauseWorkflow, {"message": "by hand"}),
            (commands.StopWorkflow, {"state": "ERROR", "message": "enough"}),
            (commands.StopWorkflow, {"state": "CANCELLED"}),
            (commands.UpdateExecution, {"description": "changed", "env": {"region": "south"}}),
        ]
        make, fields = self.random.choice(choices)
        self.do(make, state.id, **fields)

    def _delete(self, state: ExecutionState) -> None:
        self.do(commands.DeleteExecution, state.id, force=True)

    def check(self) -> None:
        """Compare the rows of every execution with its state."""
        assert self.views.wait(self.engine.head(), 10.0)
        for execution_id in self.ids:
            try:
                state = self.engine.state(execution_id)
            except NotFound:
                assert self.views.executions.find(execution_id, None) is None
                continue
            assert verify(state, self.views) == []

    def rows(self) -> list[Any]:
        """Return all rows that readers can see."""
        views = self.views
        collections = (
            views.executions,
            views.tasks,
            views.action_executions,
            views.workflows,
            views.environments,
        )
        return [collection.list(Query(project=DEFAULT_PROJECT)).rows for collection in collections]


@pytest.fixture(params=_SEEDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A running engine with its views."""
    world = World(request.param)
    yield world
    world.close()


def test_rows_say_what_the_engine_says(world: World) -> None:
    """Whatever is done to executions, their rows agree with their states, also when rebuilt."""
    world.start()
    for _ in range(60):
        world.act()
        world.check()
    assert world.views.quarantined() == []
    before = world.rows()
    world.views.rebuild()
    assert world.rows() == before


def test_views_of_one_execution_cover_whatever_happens(world: World) -> None:
    """History and context can be shown for every event and task of a real execution."""
    world.start()
    for _ in range(40):
        world.act()
    for execution_id in world.ids:
        try:
            events = world.engine.history(execution_id)
        except NotFound:
            continue
        views = history_view(events)
        assert [view["version"] for view in views] == list(range(1, len(events) + 1))
        assert all(view["summary"] for view in views)
        state = fold(execution_id, events)
        for task_id in state.tasks:
            assert context_view(state, task_id)["inbound"].get("sum", "***") in ("***", None)
