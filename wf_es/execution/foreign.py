"""Questions about other executions, which a decision cannot answer itself.

``tasks()`` and ``executions()`` may ask about anything in the project. The
core reads only the state of one execution, so such a question breaks the
decision off: :func:`~wf_es.execution.decider.decide` returns the
:class:`Query`, the engine has it answered, within the project, and decides
again with the answer at hand. What the answer led to (an input, a published
value) is in the events, so a replay asks nobody.
"""

from __future__ import annotations

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError


class Query(msgspec.Struct, frozen=True):
    """A question: the function's name and its arguments by name, in order.

    ``tasks`` asks for Mistral's descriptions of tasks (``recursive``, ``state``
    and ``flat`` as in Mistral), ``executions`` for those of executions.
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
