"""What a decision asks for, looked up in a file: the definitions that were pinned, the actions that ran.

What the file does not tell is answered as well as it can be, and noted as an
*assumption*: a decision that turns out otherwise then proves nothing unless it
would be the same with the opposite assumption.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from wf_es.definition import ActionSpec, AdHocAction, WorkbookReading, Workflow, action_from, workflow_from
from wf_es.definition.detection import read_any
from wf_es.definition.versions import ACTION as ACTION_KIND
from wf_es.definition.versions import WORKFLOW as WORKFLOW_KIND
from wf_es.envelope import JSON, Recorded
from wf_es.errors import InvalidRequest
from wf_es.execution.decision import Definition, StoredAction
from wf_es.execution.events import ActionScheduled, Pin
from wf_es.execution.foreign import ACTION, PINNED_ACTIONS, WORKFLOW, Answer, Query
from wf_es.exports.document import DefinitionLine
from wf_es.exports.standins import literals
from wf_es.exports.tracing import NotRebuiltError
from wf_es.limits import DEFAULT_LIMITS, Limits


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """Definitions that are to count instead of the recorded ones, by their names."""

    workflows: Mapping[str, Workflow] = {}
    actions: Mapping[str, AdHocAction] = {}


def edited_definitions(texts: Mapping[str, str], limits: Limits = DEFAULT_LIMITS) -> Edited:
    """Read definitions that are to count, from texts given by the names that problems call them.

    Raises:
        InvalidDefinition: One of them has errors.

    """
    workflows, actions = dict[str, Workflow](), dict[str, AdHocAction]()
    for file, text in texts.items():
        reading = read_any(text, file=file, limits=limits)
        reading.raise_for_errors()
        held = reading.workbook if isinstance(reading, WorkbookReading) else reading
        workflows.update((one.name, one) for one in getattr(held, "workflows", ()))
        actions.update((one.name, one) for one in getattr(held, "actions", ()))
    return Edited(workflows=workflows, actions=actions)


class Lookups:
    """The definitions of a file, and answers for one decision after another."""

    def __init__(
        self,
        lines: Iterable[DefinitionLine],
        actions: Mapping[str, ActionSpec],
        edited: Edited | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Take the definitions of the file, the actions installed here, and what counts instead.

        Raises:
            InvalidRequest: Something counts instead of what is not in the file.

        """
        self._lines = {Pin(stream=line.stream, version=line.version, hash=line.hash): line for line in lines}
        self._actions = actions
        self._edited = edited or Edited()
        self._limits = limits
        self._read: dict[Pin, Definition] = {}
        self._ran: dict[str, ActionSpec] = {}
        self._refuse_strangers()
        texts = [line.text for line in self._lines.values()]
        texts += [one.text for one in self._edited.workflows.values()]
        texts += [one.text for one in self._edited.actions.values()]
        self.literals = literals(texts)

    def note(self, events: Iterable[Recorded]) -> None:
        """Take notice of actions that ran and are not installed here, and of how they behave."""
        for recorded in events:
            if isinstance(recorded.data, ActionScheduled):
                ran = _as_it_ran(recorded.data)
                if ran.name not in self._actions:
                    self._ran.setdefault(ran.name, ran)

    def definition(self, pin: Pin) -> Definition:
        """Return what an execution runs.

        Raises:
            NotRebuiltError: The file does not have it.
            InvalidDefinition: It cannot be read any more.

        """
        known = self._read.get(pin)
        if known is None:
            line = self._line(pin)
            workflow = self._edited.workflows.get(line.name) or workflow_from(line.text, line.name)
            known = Definition(pin=pin, workflow=workflow, actions=self._actions, limits=self._limits)
            self._read[pin] = known
        return known

    def answers(self, events: Iterable[Recorded], opposite: bool = False) -> Answers:
        """Return what answers the questions of a decision that has led to these events."""
        scheduled = (one.data for one in events if isinstance(one.data, ActionScheduled))
        return Answers(self, tuple(pin for data in scheduled for pin in data.chain), opposite)

    def action(self, pin: Pin) -> StoredAction:
        """Return one version of an ad-hoc action."""
        line = self._line(pin)
        return StoredAction(
            pin=pin, action=self._edited.actions.get(line.name) or action_from(line.text, line.name)
        )

    def pins(self, kind: str, name: str, within: str) -> list[Pin]:
        """Return the versions that a name may mean, a workbook's first, the latest first."""
        book = within.rpartition(".")[0]
        names = [f"{book}.{name}", name] if book and "." not in name else [name]
        return [
            pin
            for wanted in names
            for pin, line in sorted(self._lines.items(), key=lambda item: -item[0].version)
            if line.kind == kind and line.name == wanted
        ]

    def behaviour(self, name: str) -> ActionSpec | None:
        """Return how an action behaves: as it is installed, or else as it ran."""
        return self._actions.get(name) or self._ran.get(name)

    def is_installed(self, name: str) -> bool:
        """Whether an action is installed here."""
        return name in self._actions

    def _line(self, pin: Pin) -> DefinitionLine:
        line = self._lines.get(pin)
        if line is None:
            raise NotRebuiltError("the file does not have its definition")
        return line

    def _refuse_strangers(self) -> None:
        held = {(line.kind, line.name) for line in self._lines.values()}
        given = {(WORKFLOW_KIND, name) for name in self._edited.workflows}
        given |= {(ACTION_KIND, name) for name in self._edited.actions}
        if given and not given & held:
            names = ", ".join(sorted({name for _, name in given}))
            there = ", ".join(sorted({name for _, name in held}))
            raise InvalidRequest(f"No execution of the file runs {names}; what it has is: {there}")


class Answers:
    """Answers to the questions of one decision, and what had to be assumed for them."""

    def __init__(self, lookups: Lookups, chosen: tuple[Pin, ...], opposite: bool) -> None:
        """Take where to look, the versions that were chosen then, and which way to assume."""
        self._lookups = lookups
        self._chosen = chosen
        self._opposite = opposite
        self.assumed: dict[str, None] = {}
        self._looks: Mapping[str, Callable[[Mapping[str, JSON]], Answer]] = {
            ACTION: self._action,
            WORKFLOW: self._workflow,
            PINNED_ACTIONS: self._pinned_actions,
        }

    def answer(self, query: Query) -> Answer:
        """Return the answer to a question.

        Raises:
            NotRebuiltError: It is about what is in no file.

        """
        look = self._looks.get(query.function)
        if look is None:
            raise NotRebuiltError(f"it asked {query.function}(), which is answered by the whole store")
        return look(dict(query.arguments))

    def _action(self, asked: Mapping[str, JSON]) -> Answer:
        name = str(asked["name"])
        pins = self._lookups.pins(ACTION_KIND, name, asked["workflow_name"])
        chosen = next((pin for pin in pins if pin in self._chosen), None)
        if chosen is not None:
            return self._lookups.action(chosen)
        if pins:
            self.assumed[f"what the action '{name}' was then is not in the file"] = None
            return None if self._opposite else self._lookups.action(pins[0])
        found = self._lookups.behaviour(name)
        if self._lookups.is_installed(name):
            return found
        self.assumed[f"the action '{name}' is not installed here"] = None
        if not self._opposite:
            return found
        return None if found is not None else ActionSpec(name=name, inputs={}, any_input=True)

    def _workflow(self, asked: Mapping[str, JSON]) -> Answer:
        name = str(asked["name"])
        pins = self._lookups.pins(WORKFLOW_KIND, name, asked["parent_name"])
        self.assumed[f"what the workflow '{name}' was then is not in the file"] = None
        return self._lookups.definition(pins[0]) if pins and not self._opposite else None

    def _pinned_actions(self, asked: Mapping[str, JSON]) -> Answer:
        """Return ad-hoc actions that make nothing of a result: the log has what was made of it."""
        stored = (self._lookups.action(pin) for pin in asked["pins"])
        return tuple(_without_output(one) for one in stored)


def _as_it_ran(data: ActionScheduled) -> ActionSpec:
    return ActionSpec(
        name=data.base or data.name,
        inputs={},
        any_input=True,
        is_async=data.is_async,
        idempotent=data.idempotent,
    )


def _without_output(stored: StoredAction) -> StoredAction:
    spec = msgspec.structs.replace(stored.action.spec, output=None)
    return msgspec.structs.replace(stored, action=msgspec.structs.replace(stored.action, spec=spec))
