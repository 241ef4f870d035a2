"""Time travel over generated executions: every moment is what it was, however it is asked for.

An execution and its sub-workflows live in a simulated world under random
commands. What happened is then written to a store, event by event, and the
views follow. ``MOMENT_SEEDS`` says how many seeds are tried, ``MOMENT_SEED``
tries one alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import msgspec
import pytest

from api.rest.gateway import PROJECT, Gateway
from api.rest.pasts import past_of
from api.rest.streams import Announcer
from projections import Query, Views, final_context_view
from tests.properties import generator
from tests.properties.disturbance import Run
from wf_es.actions import Catalogue
from wf_es.engine import Engine, SystemClock
from wf_es.envelope import Recorded
from wf_es.execution.blame import Chronicle, Leaf
from wf_es.execution.context import plain
from wf_es.execution.leaves import leaves, value_at
from wf_es.execution.reducer import evolve, fold, initial
from wf_es.execution.scope import final_context
from wf_es.execution.state import ExecutionState
from wf_es.ports import Batch
from wf_es.simulation import Step
from wf_es.store import MemoryStore, standard_codec

SEEDS = int(os.environ.get("MOMENT_SEEDS", "200"))
ONLY = os.environ.get("MOMENT_SEED")
BLOCKS = 10
LOOKS = 4
"""Moments of each seed at which all that can be read is compared."""

MOST = 600
"""Event numbers of each seed at which the state is compared; few stories have more."""

CODEC = standard_codec()

blocks = pytest.mark.parametrize("block", range(BLOCKS))


class Told(Run):
    """A run that remembers in which order its events came about, over all executions."""

    def __init__(self, seed: int) -> None:
        """Begin with generated definitions."""
        self.text = generator.text(Random(seed))
        self.story: list[Recorded] = []
        super().__init__(generator.read(self.text), Random(seed))

    def _check(self, step: Step) -> None:
        self.story += [msgspec.structs.replace(recorded, project=PROJECT) for recorded in step.events]
        self._steps += 1
        self.post.note(step)


class Kept:
    """A store that takes a story event by event, with an engine and views on it."""

    def __init__(self, text: str, pool: ThreadPoolExecutor) -> None:
        """Begin with definitions only."""
        self.store = MemoryStore()
        catalogue = Catalogue.standard(plugins=())
        self.engine = Engine(self.store, CODEC, SystemClock(), generator.ACTIONS)
        self.engine.definitions.create(text, origin=self.engine.origin("ann", ""))
        self.views = Views("sqlite://", self.store, CODEC)
        self.gateway = Gateway(
            engine=self.engine, views=self.views, catalogue=catalogue, announcer=Announcer(), pool=pool
        )
        self._digests: dict[str, str] = {}

    def take(self, recorded: Recorded) -> None:
        """Append one event as it is."""
        previous = self._digests.get(recorded.stream) or CODEC.genesis(recorded.stream)
        sealed = CODEC.seal(recorded, previous)
        self._digests[recorded.stream] = sealed.digest
        self.store.append([Batch(stream=recorded.stream, events=(sealed,))])

    def close(self) -> None:
        """Stop everything."""
        self.views.close()
        self.engine.close()


def everything(rows: Any, execution_ids: list[str]) -> dict[str, list[Any]]:
    """Return all rows of executions as they are listed, by the name of the list."""
    keys = {
        "executions": "id",
        "tasks": "workflow_execution_id",
        "action_executions": "workflow_execution_id",
    }
    found = {}
    for name, key in keys.items():
        query = Query(project=None, filters={key: [("in", execution_ids)]})
        found[name] = [
            {field: value for field, value in row.items() if field not in ("env", "position")}
            for row in getattr(rows, name).list(query).rows
        ]
    return found


def seeds(block: int) -> Iterator[int]:
    """Yield the seeds of one block."""
    if ONLY is None:
        yield from range(block * SEEDS // BLOCKS, (block + 1) * SEEDS // BLOCKS)
    elif block == 0:
        yield int(ONLY)


def holds(name: str, block: int, check: Callable[[int, Told, Kept], None]) -> None:
    """Check each seed of a block; say how to repeat a failure."""
    for seed in seeds(block):
        told = Told(seed)
        told.live()
        with ThreadPoolExecutor(1) as pool:
            kept = Kept(told.text, pool)
            try:
                check(seed, told, kept)
            except Exception as error:
                again = f"MOMENT_SEED={seed} python -m pytest {os.path.relpath(__file__)} -k {name}"
                raise AssertionError(f"seed {seed}: {error}\nrepeat it: {again}") from error
            finally:
                kept.close()


@blocks
def test_the_state_at_every_event_is_a_replay_of_what_came_before(block: int) -> None:
    """For every execution of a family and every event number, in a random order.

    Of stories with more events than ``MOST`` so many are asked for.
    """

    def check(seed: int, told: Told, kept: Kept) -> None:
        states: dict[tuple[str, int], ExecutionState] = {}
        for recorded in told.story:
            kept.take(recorded)
            stream, number = recorded.stream, recorded.version
            states[stream, number] = evolve(states.get((stream, number - 1)) or initial(stream), recorded)
        asked = list(states)
        asked = Random(seed).sample(asked, min(MOST, len(asked)))
        for execution_id, number in asked:
            assert kept.engine.moment(execution_id, number).state == states[execution_id, number]

    holds("every_event", block, check)


@blocks
def test_blame_names_the_event_that_wrote_each_leaf(block: int) -> None:
    """For every task at random moments: the leaves of its context, each written by an event that has it."""

    def check(seed: int, told: Told, kept: Kept) -> None:
        del kept
        events = [recorded for recorded in told.story if recorded.stream == told.id]
        for number in Random(seed).sample(range(1, len(events) + 1), min(LOOKS, len(events))):
            chronicle = Chronicle(told.id, events[:number])
            state = chronicle.state
            assert state == fold(told.id, events[:number])
            for task in state.tasks.values():
                blame = chronicle.task(task.id)
                check_leaves(events, plain(task.inbound), blame.inbound)
                check_leaves(events, plain(task.outbound), blame.outbound)
            check_leaves(events, plain(final_context(state)), chronicle.execution().variables)
            layers = {"global": state.published_global, "vars": state.vars, "input": state.input}
            shown = [leaf for leaf in chronicle.execution().workflow if leaf.path[1:]]
            assert [(leaf.path, leaf.value) for leaf in shown] == [
                found for layer, values in layers.items() if values for found in leaves(values, (layer,))
            ]
            assert all(leaf.value == leaf.written.value for leaf in shown)

    holds("blame_names", block, check)


def check_leaves(events: list[Recorded], context: dict[str, Any], blame: list[Leaf]) -> None:
    """Check that blame has each leaf of a context, with its value and an event that wrote that value."""
    assert [(leaf.path, leaf.value) for leaf in blame] == list(leaves(context))
    for leaf in blame:
        data: Any = events[leaf.written.event - 1].data
        assert leaf.written.value == leaf.value
        written = [getattr(data, name, {}) for name in ("published", "context", "input", "vars")]
        written += [getattr(data, name, {}) for name in ("published_global", "published_atomic")]
        assert leaf.value in [value_at(values, leaf.path) for values in written]
        numbers = [write.event for write in leaf.earlier]
        assert numbers == sorted(numbers)
        assert all(number < leaf.written.event for number in numbers)


@blocks
def test_what_is_read_at_a_moment_is_what_was_read_then(block: int) -> None:
    """Executions with their sub-workflows, tasks, actions and contexts."""

    def check(seed: int, told: Told, kept: Kept) -> None:
        root = [index for index, recorded in enumerate(told.story) if recorded.stream == told.id]
        looks = set(Random(seed).sample(root, min(LOOKS, len(root))))
        seen = {}
        for index, recorded in enumerate(told.story):
            kept.take(recorded)
            if index in looks:
                kept.views.catch_up()
                begun = sorted({earlier.stream for earlier in told.story[: index + 1]})
                state = kept.engine.state(told.id)
                seen[recorded.version] = everything(kept.views, begun), begun, final_context_view(state)
        for number, (rows, begun, context) in seen.items():
            past = past_of(kept.gateway, told.id, str(number), levels=-1)
            assert everything(past, begun) == rows
            assert past.context(told.id, {}) == context

    holds("read_then", block, check)
