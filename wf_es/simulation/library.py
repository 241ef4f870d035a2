"""What there is to run in a simulated world: given definitions, each in one version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wf_es.definition import ActionSpec, AdHocAction, Workflow
from wf_es.definition.versions import ACTION, Subject, not_found
from wf_es.envelope import JSON
from wf_es.errors import NotFound
from wf_es.execution.decision import Definition, StoredAction
from wf_es.execution.events import Pin
from wf_es.execution.foreign import ACTION as ACTION_NAMED
from wf_es.execution.foreign import ENVIRONMENT, PINNED_ACTIONS, WORKFLOW, Answer, Query
from wf_es.limits import DEFAULT_LIMITS, Limits


class Library:
    """Workflows by name, and the actions that they may call: installed and ad-hoc ones."""

    def __init__(
        self,
        workflows: Iterable[Workflow],
        actions: Mapping[str, ActionSpec],
        adhoc: Iterable[AdHocAction] = (),
        environments: Mapping[str, dict[str, JSON]] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Take the definitions; of two of one kind and name the later one counts."""
        self._environments = environments or {}
        self.limits = limits
        self.actions = actions
        self._adhoc = {action.name: _stored(action) for action in adhoc}
        self.workflows = {workflow.name: workflow for workflow in workflows}
        self._definitions: dict[str, Definition] = {}

    def definition(self, name: str, project: str = "") -> Definition:
        """Return what an execution of a workflow runs.

        Raises:
            NotFound: There is no such workflow.

        """
        known = self._definitions.get(name)
        if known is None:
            workflow = self.workflows.get(name)
            if workflow is None:
                raise not_found("workflow", name)
            pin = Pin(stream=Subject(project=project, name=name).id, version=1, hash=workflow.hash)
            known = Definition(pin=pin, workflow=workflow, actions=self.actions, limits=self.limits)
            self._definitions[name] = known
        return known

    def called(self, name: str, caller: str) -> Definition:
        """Return what a workflow means by the name of another one: its workbook's comes first.

        Raises:
            NotFound: There is no such workflow.

        """
        local = f"{caller.rpartition('.')[0]}.{name}"
        return self.definition(local if local in self.workflows else name)

    def answers(self, query: Query) -> bool:
        """Return whether a question is about what is in here."""
        return query.function in (ACTION_NAMED, WORKFLOW, PINNED_ACTIONS, ENVIRONMENT)

    def answer(self, query: Query) -> Answer:
        """Return the definition or environment that a name means, if there is one, or what was pinned."""
        asked = dict(query.arguments)
        if query.function == WORKFLOW:
            return self._workflow(asked["name"], asked["parent_name"])
        if query.function == ENVIRONMENT:
            return self._environments.get(asked["name"])
        if query.function == PINNED_ACTIONS:
            by_stream = {stored.pin.stream: stored for stored in self._adhoc.values()}
            return tuple(by_stream[pin.stream] for pin in asked["pins"])
        return self._action(asked["name"], asked["workflow_name"].rpartition(".")[0])

    def _workflow(self, name: str, caller: str) -> Definition | None:
        try:
            return self.called(name, caller)
        except NotFound:
            return None

    def _action(self, name: str, book: str) -> ActionSpec | StoredAction | None:
        for candidate in ([f"{book}.{name}"] if book and "." not in name else []) + [name]:
            found = self.actions.get(candidate) or self._adhoc.get(candidate)
            if found is not None:
                return found
        return None


def _stored(action: AdHocAction) -> StoredAction:
    stream = Subject(project="", kind=ACTION, name=action.name).id
    return StoredAction(pin=Pin(stream=stream, version=1, hash=action.hash), action=action)
