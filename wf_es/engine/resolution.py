"""Which definition a name means to a running execution, within its project.

The rules are Mistral's. What a workflow of a workbook calls by a short name is
looked for in the workbook first. Each name is looked for in the namespace of
the execution first, then in the default one. Actions that are installed are
preferred to uploaded ones of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wf_es.definition import ActionSpec
from wf_es.definition.versions import ACTION, WORKBOOK, WORKFLOW, DefinitionState, Subject
from wf_es.engine.definition_streams import DefinitionStreams
from wf_es.errors import NotFound

_ITEM = re.compile(r"[\w-]+")


class Resolution:
    """Finds what names mean; every look goes to the head of a definition's stream."""

    def __init__(self, streams: DefinitionStreams, actions: Mapping[str, ActionSpec]) -> None:
        """Take where definitions are kept, and the actions that are installed."""
        self._streams = streams
        self._actions = actions

    def workflow(self, name: str, *, project: str, namespace: str, parent_name: str) -> DefinitionState:
        """Return the workflow that a workflow means by a name.

        Raises:
            NotFound: the project has none.
        """
        for candidate in self._names(name, project, namespace, parent_name):
            found = self._stored(WORKFLOW, candidate, project, namespace)
            if found is not None:
                return found
        message = f"Workflow not found [name={name}, namespace={namespace}]"
        raise NotFound(message, kind="Workflow", id=name, namespace=namespace)

    def action(
        self, name: str, *, project: str, namespace: str, workflow_name: str
    ) -> ActionSpec | DefinitionState:
        """Return the action that a workflow means by a name: an installed or an uploaded one.

        Raises:
            NotFound: there is none.
        """
        for candidate in self._names(name, project, namespace, workflow_name):
            found = self._actions.get(candidate) or self._stored(ACTION, candidate, project, namespace)
            if found is not None:
                return found
        message = f"Failed to find action [action_name={name}, namespace={namespace}]"
        raise NotFound(message, kind="Action", id=name, namespace=namespace)

    def _names(self, name: str, project: str, namespace: str, caller: str) -> Iterator[str]:
        """Yield the full names that a name may stand for."""
        book, _, item = caller.rpartition(".")
        if book and item and _ITEM.fullmatch(name) and self._is_workbook(book, project, namespace):
            yield f"{book}.{name}"
        yield name

    def _is_workbook(self, name: str, project: str, namespace: str) -> bool:
        """Whether there is or was a workbook of this name: its items outlive it."""
        return any(
            self._streams.state(subject.id).version > 0
            for subject in _subjects(WORKBOOK, name, project, namespace)
        )

    def _stored(self, kind: str, name: str, project: str, namespace: str) -> DefinitionState | None:
        for subject in _subjects(kind, name, project, namespace):
            found = self._streams.state(subject.id)
            if found.exists:
                return found
        return None


def _subjects(kind: str, name: str, project: str, namespace: str) -> Iterator[Subject]:
    for place in dict.fromkeys((namespace, "")):
        yield Subject(project=project, kind=kind, namespace=place, name=name)
