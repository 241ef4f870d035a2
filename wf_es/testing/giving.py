"""Which of the given results an action gets.

First counts what a case says, then what the file says for all cases; in
both, what is given for the task, then for the action's name. Of several paths
that fit a task the longest counts. The std actions that do nothing outside
run by themselves if nothing is given.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

import msgspec

from wf_es.actions import ActionContext, Catalogue, perform
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError
from wf_es.execution.state import ActionExecution
from wf_es.expressions import Scope
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.testing.model import Ending, Endings, Given

BY_THEMSELVES = frozenset({"std.noop", "std.echo", "std.fail", "std.sleep", "std.test_dict"})
"""Actions that need no given result: what they do depends on their input alone."""

_LONGEST_INPUT = 200


class End(msgspec.Struct, frozen=True, kw_only=True):
    """How an action ends: ``state`` (None: never), output, after so many seconds."""

    state: str | None
    output: JSON = None
    after: float = 0.0


class NothingGivenError(Exception):
    """An action was called for which no result is given."""


class Giver:
    """Gives the actions of one case what they end with."""

    def __init__(
        self, givens: tuple[Given, ...], catalogue: Catalogue, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        """Take what is given, what counts first first, the actions that run by themselves, and all limits."""
        self._limits = limits
        self._givens = givens
        self._catalogue = catalogue
        self._used: Counter[int] = Counter()

    def end_of(self, action: ActionExecution, path: str) -> End:
        """Return how an action of the task at ``path`` ends.

        Raises:
            NothingGivenError: Nothing is given for it, or no more.

        """
        name, given_input = _call_of(action)
        endings = self._endings(path, (action.name, name))
        if endings is not None:
            return self._next(endings, path, name, given_input)
        if name in BY_THEMSELVES:
            return self._run(action, name, given_input)
        raise NothingGivenError(_nothing_given(path, name, given_input))

    def end_of_workflow(self, path: str, name: str, given: Mapping[str, JSON]) -> End | None:
        """Return how the sub-workflow of the task at ``path`` ends; None if it is to be played itself.

        Raises:
            NothingGivenError: No more is given for it.

        """
        endings = self._endings(path, ())
        return None if endings is None else self._next(endings, path, name, given)

    def _next(self, endings: Endings, path: str, name: str, given: Mapping[str, JSON]) -> End:
        ending = endings.endings[0]
        if endings.in_turn:
            number = self._used[id(endings)]
            self._used[id(endings)] += 1
            if number >= len(endings.endings):
                raise NothingGivenError(_no_more_given(path, name, len(endings.endings), given))
            ending = endings.endings[number]
        return _evaluated(ending, given, path)

    def _endings(self, path: str, names: tuple[str, ...]) -> Endings | None:
        for given in self._givens:
            found = at_path(given.tasks, path)
            if found is not None:
                return found
            for name in names:
                if name in given.actions:
                    return given.actions[name]
        return None

    def _run(self, action: ActionExecution, name: str, given: Mapping[str, JSON]) -> End:
        context = ActionContext(
            action_execution_id=action.id,
            action_name=name,
            attempt=action.attempt,
            result_nesting=self._limits.result_nesting,
        )
        result = perform(self._catalogue.runnable(name), given, context)
        return End(state=result.state, output=result.output, after=result.delay)


def at_path(by_path: Mapping[str, Endings], path: str) -> Endings | None:
    """Return what is given for the longest end of a path, if anything is."""
    parts = path.split("/")
    for start in range(len(parts)):
        found = by_path.get("/".join(parts[start:]))
        if found is not None:
            return found
    return None


def _call_of(action: ActionExecution) -> tuple[str, Mapping[str, JSON]]:
    """Return what is really called, and with what: an ad-hoc action calls its base."""
    if action.base is None:
        return action.name, action.input
    return action.base, action.base_input or {}


def _evaluated(ending: Ending, given: Mapping[str, JSON], path: str) -> End:
    output: JSON = None
    if ending.value is not None:
        try:
            output = ending.value.evaluate(Scope((given,)))
        except EvaluationError as error:
            raise NothingGivenError(
                f"what is given for the task '{path}' cannot be evaluated: {error}"
            ) from error
    return End(state=ending.state, output=output, after=ending.after)


def _nothing_given(path: str, name: str, given: Mapping[str, JSON]) -> str:
    return (
        f"the task '{path}' called the action '{name}' with {_short(given)}, and no result is given for it: "
        f"write one under 'given', for the task (tasks: {{{path.rpartition('/')[2]}: {{success: ...}}}}) "
        f"or for the action (actions: {{{name}: {{success: ...}}}})"
    )


def _no_more_given(path: str, name: str, count: int, given: Mapping[str, JSON]) -> str:
    times = "1 result is" if count == 1 else f"{count} results are"
    return (
        f"the task '{path}' called '{name}' once more, with {_short(given)}, and only {times} "
        "given: add one to the list"
    )


def _short(value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_INPUT else f"{text[: _LONGEST_INPUT - 3]}..."
