"""Answers to what a decision asks: what names mean, and what other executions say.

What was uploaded is looked up in the definitions, at the head of their
streams; everything else is asked about executions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wf_es.definition import ActionSpec
from wf_es.engine.definitions import Definitions
from wf_es.envelope import JSON
from wf_es.errors import NotFound
from wf_es.execution.decision import Definition, StoredAction
from wf_es.execution.foreign import ACTION, ENVIRONMENT, PINNED_ACTIONS, WORKFLOW, Answer, Query


class DefinitionAnswers:
    """Answers questions of one project's executions."""

    def __init__(self, definitions: Definitions, executions: Callable[[Query, str], JSON]) -> None:
        """Take the definitions, and what answers all other questions."""
        self._definitions = definitions
        self._executions = executions
        self._lookups: Mapping[str, Callable[[Mapping[str, JSON], str], Answer]] = {
            ACTION: self._action,
            WORKFLOW: self._workflow,
            PINNED_ACTIONS: self._pinned_actions,
            ENVIRONMENT: self._environment,
        }

    def answer(self, query: Query, project: str) -> Answer:
        """Return what a query asks for.

        Raises:
            EvaluationError: there is no such question.
            CorruptHistory: what was pinned can no longer be read.
        """
        lookup = self._lookups.get(query.function)
        if lookup is None:
            return self._executions(query, project)
        return lookup(dict(query.arguments), project)

    def _action(self, asked: Mapping[str, JSON], project: str) -> ActionSpec | StoredAction | None:
        try:
            return self._definitions.resolve_action(
                asked["name"],
                project=project,
                namespace=asked["namespace"],
                workflow_name=asked["workflow_name"],
            )
        except NotFound:
            return None

    def _workflow(self, asked: Mapping[str, JSON], project: str) -> Definition | None:
        try:
            return self._definitions.resolve_workflow(
                asked["name"],
                project=project,
                namespace=asked["namespace"],
                parent_name=asked["parent_name"],
            )
        except NotFound:
            return None

    def _pinned_actions(self, asked: Mapping[str, JSON], _project: str) -> tuple[StoredAction, ...]:
        return tuple(self._definitions.pinned_action(pin) for pin in asked["pins"])

    def _environment(self, asked: Mapping[str, JSON], project: str) -> Answer:
        try:
            return self._definitions.environment(asked["name"], project)
        except NotFound:
            return None
