"""What a finished command says to the shell: one number for each kind of end.

A script can tell a refused request from an unreachable server, and an
execution that failed from a command that failed, without reading any text.
"""

from __future__ import annotations

from enum import IntEnum

from wf_es import errors


class Exit(IntEnum):
    """The exit codes of ``wf-es``."""

    DONE = 0
    BUG = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    UNREACHABLE = 6
    NOT_ALLOWED = 7
    EXECUTION_ERROR = 10
    EXECUTION_CANCELLED = 11
    EXECUTION_PAUSED = 12
    TEST_FAILED = 13
    DAMAGED = 14
    INTERRUPTED = 130


MEANINGS: dict[Exit, str] = {
    Exit.DONE: "done; for a command that waits: the execution ended in SUCCESS",
    Exit.BUG: "unexpected failure: run the command again with --debug",
    Exit.USAGE: "wrong usage",
    Exit.REFUSED: "refused by a check: invalid definition or input, missing requirements",
    Exit.NOT_FOUND: "not found",
    Exit.CONFLICT: "conflict with what is already recorded",
    Exit.UNREACHABLE: "not reachable, or timed out",
    Exit.NOT_ALLOWED: "not allowed",
    Exit.EXECUTION_ERROR: "the execution ended in ERROR",
    Exit.EXECUTION_CANCELLED: "the execution was CANCELLED",
    Exit.EXECUTION_PAUSED: "the execution is PAUSED",
    Exit.TEST_FAILED: "a case of a workflow test failed",
    Exit.DAMAGED: "a history is damaged, or an audit or a replay found a difference",
    Exit.INTERRUPTED: "interrupted by Ctrl-C",
}

EXIT_BY_ERROR: tuple[tuple[type[errors.WfEsError], Exit], ...] = (
    (errors.NotFound, Exit.NOT_FOUND),
    (errors.NotAllowed, Exit.NOT_ALLOWED),
    (errors.RequirementsMissing, Exit.REFUSED),
    (errors.DefinitionError, Exit.REFUSED),
    (errors.RequestError, Exit.REFUSED),
    (errors.ConflictError, Exit.CONFLICT),
    (errors.CorruptHistory, Exit.DAMAGED),
    (errors.WorldError, Exit.UNREACHABLE),
)
"""The first row whose class fits decides; whatever fits none is a bug."""

EXIT_BY_STATE: dict[str, Exit] = {
    "SUCCESS": Exit.DONE,
    "ERROR": Exit.EXECUTION_ERROR,
    "CANCELLED": Exit.EXECUTION_CANCELLED,
    "PAUSED": Exit.EXECUTION_PAUSED,
}
"""The states in which nothing more happens by itself."""


def exit_for_error(error: Exception) -> Exit:
    """Return the code for a command that ended with this error."""
    for kind, code in EXIT_BY_ERROR:
        if isinstance(error, kind):
            return code
    return Exit.BUG
