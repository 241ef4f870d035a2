"""Every error of the project: one tree, and the class says whose fault it is.

Four branches hang from :class:`WfEsError`:

* :class:`DefinitionError`: the author of a workflow wrote something that can
  never run, or an expression of theirs failed while it ran;
* :class:`RequestError`: the caller asked for something that cannot be done;
* :class:`ConflictError`: what the caller asked for collides with what is
  already recorded;
* :class:`WorldError`: a disk, a database or another system let us down.

The docstring of a class is its default message, so no error is undocumented
and no message is empty. Whatever a debugger needs is an attribute: every
keyword argument becomes one and is also kept in ``details``. Nothing here
knows of HTTP; the table that maps classes to statuses lives in ``api/rest``.
"""

from __future__ import annotations

from typing import Any


class WfEsError(Exception):
    """Something went wrong in wf_es."""

    code = "internal"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        """Keep the message (default: the class docstring) and the details."""
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.details = details
        for name, value in details.items():
            setattr(self, name, value)
        super().__init__(self.message)


# --- the author's definition -------------------------------------------------


class DefinitionError(WfEsError):
    """The definition cannot be used."""

    code = "definition"


class InvalidDefinition(DefinitionError):
    """The definition has errors.

    ``problems`` holds each with its place.
    """

    code = "invalid-definition"
    problems: tuple[Any, ...] = ()


class ExpressionSyntaxError(DefinitionError):
    """The expression cannot be parsed.

    ``expression`` and ``offset`` say where.
    """

    code = "expression-syntax"
    expression: str = ""
    offset: int | None = None


class EvaluationError(DefinitionError):
    """The expression failed while it was evaluated."""

    code = "evaluation"
    expression: str = ""


class UnsetVariable(EvaluationError):
    """The expression reads a variable that nothing has set."""

    code = "unset-variable"
    variable: str = ""


class BudgetExceeded(EvaluationError):
    """The expression took more time, steps or memory than it may."""

    code = "expression-budget"


class TooLarge(EvaluationError):
    """What an execution would keep is larger than it may be.

    ``field`` says what.
    """

    code = "too-large"
    field: str = ""


# --- the caller's request ----------------------------------------------------


class RequestError(WfEsError):
    """The request cannot be carried out as it stands."""

    code = "request"


class InvalidRequest(RequestError):
    """The request has a value that is not allowed."""

    code = "invalid-request"


class InvalidInput(RequestError):
    """The input does not fit: names are missing or were not declared."""

    code = "invalid-input"
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()


class IllegalState(RequestError):
    """The execution, task or action is not in a state that allows this."""

    code = "illegal-state"


class NotAllowed(RequestError):
    """This is refused as long as a condition holds that the caller can change."""

    code = "not-allowed"


class NotFound(RequestError):
    """Nothing is known under this identifier.

    ``kind`` and ``id`` say what was asked for.
    """

    code = "not-found"


# --- a collision with what is recorded ---------------------------------------


class ConflictError(WfEsError):
    """This collides with what is already recorded."""

    code = "conflict"


class AlreadyExists(ConflictError):
    """Something of this name is already there."""

    code = "already-exists"


class VersionConflict(ConflictError):
    """Another writer appended to the stream first.

    ``stream`` says which.
    """

    code = "version-conflict"


class CompletionConflict(ConflictError):
    """The action is already completed with another value, or was superseded."""

    code = "completion-conflict"


class NothingToResume(ConflictError):
    """There is nothing to resume: the execution runs already, or nothing has failed."""

    code = "nothing-to-resume"


class Overtaken(ConflictError):
    """The execution is not at the event any more that the request was made for.

    ``position`` is the event that it is at.
    """

    code = "overtaken"
    position: int = 0


class RequirementsMissing(ConflictError):
    """The execution cannot be resumed yet: data is missing.

    ``report`` lists what, and who needs it.
    """

    code = "requirements-missing"
    report: Any = None


# --- the world ---------------------------------------------------------------


class WorldError(WfEsError):
    """A system that wf_es depends on is not usable."""

    code = "world"


class StoreUnavailable(WorldError):
    """The event store cannot be reached or refuses to write."""

    code = "store-unavailable"


class CorruptHistory(WorldError):
    """A stored event cannot be read or does not fit the one before it."""

    code = "corrupt-history"


class ActionError(WorldError):
    """The action failed.

    ``data`` is what its task sees as the result.
    """

    code = "action"
    data: Any = None
