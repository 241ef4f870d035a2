"""Questions about what lies outside of an execution, which a decision cannot answer itself.

``tasks()`` and ``executions()`` may ask about anything in the project, the name
of an action may mean one that somebody has uploaded, and an execution may be
started with an environment that is stored. The core reads only
the state of one execution, so such a question breaks the decision off:
:func:`~wf_es.execution.decider.decide` returns the :class:`Query`, the engine
has it answered, within the project, and decides again with the answer at
hand. What the answer led to (an input, a published value, the pin of a
definition) is in the events, so a replay asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError
from wf_es.execution.events import Pin

ACTION = "action"
"""Asks what a name means: an ActionSpec, a StoredAction, or None if there is none."""

WORKFLOW = "workflow"
"""Asks what a name means as a sub-workflow: a Definition, or None if there is none."""

PINNED_ACTIONS = "pinned actions"
"""Asks for versions of ad-hoc actions: a tuple of StoredAction, one for each pin."""

ENVIRONMENT = "environment"
"""Asks for the variables of a stored environment: a dict, or None if there is none."""

Answer = JSON | msgspec.Struct | tuple[msgspec.Struct, ...]
"""Plain data, or frozen models of what was looked up."""


class Query(msgspec.Struct, frozen=True):
    """A question: the function's name and its arguments by name, in order.

    ``tasks`` asks for Mistral's descriptions of tasks (``recursive``, ``state``
    and ``flat`` as in Mistral), ``executions`` for those of executions; the
    rest has a constant each.
    """

    function: str
    arguments: tuple[tuple[str, JSON], ...]


class Needs(Exception):
    """The decision cannot go on without the answer to ``query``."""

    def __init__(self, query: Query) -> None:
        """Keep the question."""
        super().__init__(query.function)
        self.query = query


def query(function: str, **arguments: JSON) -> Query:
    """Return the question that a call of a function stands for.

    Raises:
        EvaluationError: An argument is no plain value.

    """
    for name, value in arguments.items():
        if value is not None and not isinstance(value, str | bool | int | float):
            raise EvaluationError(f"{function}(): '{name}' must be a plain value")
    return Query(function, tuple(sorted(arguments.items())))


def action_named(name: str, namespace: str, workflow_name: str) -> Query:
    """Return the question what an action's name means to a workflow in a namespace."""
    return query(ACTION, name=name, namespace=namespace, workflow_name=workflow_name)


def sub_workflow_named(name: str, namespace: str, parent_name: str) -> Query:
    """Return the question which workflow a workflow in a namespace means by a name."""
    return query(WORKFLOW, name=name, namespace=namespace, parent_name=parent_name)


def environment_named(name: str) -> Query:
    """Return the question for the variables of a stored environment."""
    return query(ENVIRONMENT, name=name)


def actions_pinned(pins: Iterable[Pin]) -> Query:
    """Return the question for the very versions of ad-hoc actions that were pinned."""
    return Query(PINNED_ACTIONS, (("pins", tuple(pins)),))
