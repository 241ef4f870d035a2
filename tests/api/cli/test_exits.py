"""Errors and outcomes become the documented numbers."""

from __future__ import annotations

import pytest

from api.cli.exits import EXIT_BY_STATE, MEANINGS, Exit, exit_for_error
from wf_es import errors

CASES: list[tuple[Exception, int]] = [
    (errors.InvalidDefinition(), 3),
    (errors.InvalidInput(), 3),
    (errors.IllegalState(), 3),
    (errors.RequirementsMissing(), 3),
    (errors.NotFound(), 4),
    (errors.AlreadyExists(), 5),
    (errors.CompletionConflict(), 5),
    (errors.StoreUnavailable(), 6),
    (errors.WorldError(), 6),
    (errors.NotAllowed(), 7),
    (errors.CorruptHistory(), 14),
    (errors.WfEsError(), 1),
    (ZeroDivisionError(), 1),
]


@pytest.mark.parametrize(("error", "code"), CASES, ids=lambda value: type(value).__name__)
def test_each_error_has_its_code(error: Exception, code: int) -> None:
    """A script can tell whose fault it was from the number alone."""
    assert exit_for_error(error) == code


def test_outcomes_of_executions_have_codes_of_their_own() -> None:
    """A failed execution is not mistaken for a failed command."""
    assert {state: int(code) for state, code in EXIT_BY_STATE.items()} == {
        "SUCCESS": 0,
        "ERROR": 10,
        "CANCELLED": 11,
        "PAUSED": 12,
    }


def test_every_code_is_explained() -> None:
    """The reference lists them all."""
    assert set(MEANINGS) == set(Exit)
