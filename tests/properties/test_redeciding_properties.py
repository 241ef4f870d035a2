"""Whatever happens to any workflow can be decided again from its log alone, and what was forged is found.

The seeds and how to repeat them are those of the other properties: see
``test_execution_properties``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import msgspec
import pytest

from tests.properties import generator
from tests.properties.disturbance import Run, chunked
from tests.properties.exported import exported
from tests.properties.test_execution_properties import ONLY, Check, blocks, holds
from wf_es.envelope import Event
from wf_es.errors import ConflictError, RequestError
from wf_es.execution import events as log
from wf_es.exports.document import History
from wf_es.exports.lookups import Lookups
from wf_es.exports.redeciding import Redecided, redecide
from wf_es.simulation import Library, World
from wf_es.store import standard_codec

CODEC = standard_codec()
COPY = "a copy: its values may name what the original was called"

FORGERIES: dict[type[Event], Callable[[Any], dict[str, Any]]] = {
    log.TaskScheduled: lambda data: {"name": f"{data.name}x"},
    log.TaskCompleted: lambda data: {"published": {**data.published, "forged": 1}},
    log.ActionScheduled: lambda data: {"input": {**data.input, "forged": 1}},
    log.TimerSet: lambda data: {"due": data.due.replace(year=data.due.year + 1)},
    log.TransitionsTaken: lambda data: {"handled": not data.handled},
    log.RetryScheduled: lambda data: {"attempt": data.attempt + 1},
    log.SubWorkflowScheduled: lambda data: {"input": {"forged": 1}},
    log.TaskDelayed: lambda _: {"policy": "forged"},
}
"""Events that only ever follow from others, and what may be forged in each."""


def redecided(world: World) -> dict[str, Redecided]:
    """Return what becomes of the decisions of each execution."""
    document = exported(world, CODEC)
    lookups = Lookups(document.definitions, generator.ACTIONS)
    return {history.stream: redecide(history, CODEC, lookups) for history in document.histories}


class Counting(Run):
    """A run that counts, by execution, the decisions that had events."""

    def __init__(self, library: Library, random: Random) -> None:
        """Start the workflow."""
        self.decisions: dict[str, int] = {}
        super().__init__(library, random)

    def _check(self, step: Any) -> None:
        super()._check(step)
        if step.events:
            self.decisions[step.after.id] = self.decisions.get(step.after.id, 0) + 1


def some(one_of: int, check: Check) -> Check:
    """Check one of so many seeds, and whichever is tried alone."""

    def checked(seed: int, library: Library) -> None:
        if ONLY is not None or seed % one_of == 0:
            check(seed, library)

    return checked


@blocks
def test_every_decision_is_made_again(block: int) -> None:
    """From its events, without one exception; and there are no fewer of them than were made."""

    def check(seed: int, library: Library) -> None:
        run = Counting(library, Random(seed))
        run.live()
        for execution, found in redecided(run.world).items():
            assert found.unlike is None, f"another decision in {execution}: {found.unlike}"
            assert not found.folded, f"not decided again in {execution}: {found.folded}"
            assert found.decided >= run.decisions[execution], "decisions were taken together"

    holds("every_decision", block, simple=False, check=some(10, check))


@pytest.mark.parametrize("seed", [5013, 5975, 7172])
def test_resumes_below_that_leave_little_in_the_log(seed: int) -> None:
    """A parent whose sub-workflow had not ended, or that deferred items in the same request."""
    with chunked(seed):
        run = Run(generator.library(Random(seed)), Random(seed))
        run.live()
        for execution, found in redecided(run.world).items():
            assert (found.unlike, found.folded) == (None, []), f"in {execution}"


@blocks
def test_every_decision_of_a_fork_is_made_again(block: int) -> None:
    """Copies may name their original; what a fork decides itself is made again."""

    def check(seed: int, library: Library) -> None:
        run = Run(library, Random(seed))
        run.live()
        for _ in range(3):
            fork(run)
        for execution, found in redecided(run.world).items():
            assert found.unlike is None, f"another decision in {execution}: {found.unlike}"
            assert {one.why for one in found.folded} <= {COPY}
            assert "ExecutionForked" not in {one.kind for one in found.folded}

    holds("of_a_fork", block, simple=False, check=some(40, check))


def fork(run: Run) -> None:
    """Fork a random execution at a random event, from a task or where it stood, and let the fork end."""
    source = run.world.states[run.random.choice(sorted(run.world.states))]
    at = run.random.randint(1, source.version)
    tasks = [task for task in source.tasks.values() if task.scheduled <= at]
    chosen = () if not tasks or run.random.random() < 0.5 else (run._wish(run.random.choice(tasks).id),)
    with suppress(RequestError, ConflictError):
        run.world.fork(source.id, at, tasks=chosen, force=True, allow_succeeded=True)
    for _ in range(100):
        if run.is_waiting:
            run.go_on(failing=set())


@blocks
def test_a_forged_event_is_found(block: int) -> None:
    """Even if all digests are made anew: it is the first event that is not decided so."""

    def check(seed: int, library: Library) -> None:
        random = Random(seed)
        run = Run(library, random)
        run.live()
        document = exported(run.world, CODEC)
        history = random.choice(document.histories)
        events = [one for one in run.world.logs[history.stream] if type(one.data) in FORGERIES]
        if not events:
            return
        chosen = random.choice(events)
        forged = msgspec.structs.replace(chosen.data, **FORGERIES[type(chosen.data)](chosen.data))
        found = redecide(
            _with(run.world, history, chosen.version, forged),
            CODEC,
            Lookups(document.definitions, generator.ACTIONS),
        )
        assert found.unlike is not None, f"{type(chosen.data).__name__} {chosen.version} was not found"
        assert found.unlike.event == chosen.version

    holds("forged", block, simple=False, check=some(10, check))


def _with(world: World, history: History, version: int, data: Event) -> History:
    """Return a history with another event in it, and all digests made anew."""
    lines, digest = [], CODEC.genesis(history.stream)
    for line, recorded in zip(history.events, world.logs[history.stream], strict=True):
        if recorded.version == version:
            recorded = msgspec.structs.replace(recorded, data=data)
        sealed = CODEC.seal(recorded, digest)
        digest = sealed.digest
        lines.append(msgspec.structs.replace(line, event=msgspec.Raw(sealed.body), digest=digest))
    return msgspec.structs.replace(history, events=tuple(lines))


SECRETS = ("n", "v0", "v1", "list", "item")
"""Variables of the generated workflows: conditions, joins, lists and outputs depend on them."""


@blocks
def test_secrets_that_were_left_out_are_no_difference(block: int) -> None:
    """Even where the way that was taken depends on them."""

    def check(seed: int, library: Library) -> None:
        run = Run(library, Random(seed))
        run.live()
        document = exported(run.world, CODEC)
        lookups = Lookups(document.definitions, generator.ACTIONS)
        for name in SECRETS:
            for history in document.histories:
                found = redecide(without(history, name), CODEC, lookups)
                assert found.unlike is None, f"without {name}: {found.unlike}"

    holds("secrets", block, simple=False, check=some(100, check))


def without(history: History, name: str) -> History:
    """Return a history in which the values of a name are masked as in an export."""
    lines = []
    for line in history.events:
        text = msgspec.json.decode(bytes(line.event))
        data = {
            field: items_of(value, name) if field == "values" else masked(value, name)
            for field, value in text["data"].items()
        }
        if data != text["data"]:
            raw = msgspec.Raw(msgspec.json.encode({**text, "data": data}))
            line = msgspec.structs.replace(line, masked=True, event=raw)
        lines.append(line)
    return msgspec.structs.replace(history, events=tuple(lines))


def masked(value: Any, name: str) -> Any:
    """Return a value with what stands under a name replaced."""
    if isinstance(value, dict):
        return {
            key: "***" if key == name and item not in (None, "") else masked(item, name)
            for key, item in value.items()
        }
    return [masked(item, name) for item in value] if isinstance(value, list) else value


def items_of(lists: dict[str, list[Any]], name: str) -> dict[str, list[Any]]:
    """Return the lists of a task with items: they stay lists of the same length."""
    return {key: ["***"] * len(items) if key == name else masked(items, name) for key, items in lists.items()}
