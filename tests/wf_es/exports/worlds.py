"""Small simulated worlds, and what is rebuilt from their logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tests.properties.exported import exported
from wf_es.definition import ActionSpec, read_workflows
from wf_es.envelope import Event, Recorded
from wf_es.execution.commands import Command, CompleteAction
from wf_es.execution.reducer import evolve, initial
from wf_es.exports import Document
from wf_es.exports.document import EventLine, History
from wf_es.exports.lookups import Edited, Lookups
from wf_es.exports.reading import sealed_of
from wf_es.exports.rebuilding import commands_for
from wf_es.exports.redeciding import Redecided, redecide
from wf_es.exports.tracing import Trace, trace_at
from wf_es.simulation import Library, Post, World
from wf_es.store import standard_codec

CODEC = standard_codec()
ACTIONS = {"work": ActionSpec(name="work", inputs={}, any_input=True, is_async=True)}


def library(text: str) -> Library:
    """Return the workflows of a text; their actions are all called ``work``."""
    reading = read_workflows(f"version: '2.0'\n{text}")
    reading.raise_for_errors()
    return Library(reading.workflows, ACTIONS)


class Story:
    """A world with one execution, which is told what to do; what crosses is delivered at once."""

    def __init__(self, text: str, **fields: Any) -> None:
        """Start the workflow ``w``."""
        self.post = Post()
        self.world = World(library(text), observe=self.post.note)
        self.id = self.world.start("w", **fields).after.id
        self.post.deliver_all(self.world)

    def give(self, kind: type[Command], execution_id: str | None = None, **fields: Any) -> None:
        """Give a command, which must be carried out."""
        step = self.world.give(kind, execution_id or self.id, **fields)
        assert step.refusal is None, step.refusal
        self.post.deliver_all(self.world)

    def complete(self, state: str = "SUCCESS", output: Any = 1) -> None:
        """Complete the oldest unfinished action."""
        execution, action = next(iter(self.world.unfinished()))
        self.give(CompleteAction, execution.id, action_id=action.id, state=state, output=output)

    def task(self, name: str, execution_id: str | None = None) -> str:
        """Return the id of the latest run of a task."""
        return self.world.states[execution_id or self.id].latest[name]

    def document(self) -> Document:
        """Return all of it as an export."""
        return exported(self.world, CODEC)

    def traces(self, execution_id: str | None = None) -> list[Trace]:
        """Return the decisions of an execution, as far as the requests tell them apart."""
        events = self.world.logs[execution_id or self.id]
        state, found, index = initial(events[0].stream), list[Trace](), 0
        while index < len(events):
            found.append(trace_at(state, events, index))
            for recorded in found[-1].events:
                state = evolve(state, recorded)
            index += len(found[-1].events)
        return found

    def rebuilt(self, execution_id: str | None = None) -> list[Command]:
        """Return the commands that may have led to the last decision."""
        return commands_for(self.traces(execution_id)[-1])

    def redecided(self, execution_id: str | None = None, edited: Edited | None = None) -> Redecided:
        """Decide an execution again."""
        document = self.document()
        lookups = Lookups(document.definitions, ACTIONS, edited)
        chosen = execution_id or self.id
        history = next(one for one in document.histories if one.stream == chosen)
        return redecide(history, CODEC, lookups)

    def is_the_same(self) -> bool:
        """Whether all decisions of all executions are made again as they were."""
        found = [self.redecided(execution) for execution in self.world.logs]
        return all(one.unlike is None and not one.folded for one in found)


def changed(history: History, number: int, change: Callable[[Event], Event]) -> History:
    """Return a history with another body of one event, with all digests made anew."""
    lines, digest = list[EventLine](), CODEC.genesis(history.stream)
    for line in history.events:
        recorded: Recorded = CODEC.open(sealed_of(line))
        if line.version == number:
            recorded = msgspec.structs.replace(recorded, data=change(recorded.data))
        sealed = CODEC.seal(recorded, digest)
        digest = sealed.digest
        lines.append(
            msgspec.structs.replace(line, event=msgspec.Raw(sealed.body), digest=digest, topic=sealed.topic)
        )
    return msgspec.structs.replace(history, events=tuple(lines))
