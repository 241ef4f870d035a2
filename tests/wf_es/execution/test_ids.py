"""Ids derived from an execution's id and a counter."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest

from tests.wf_es.execution.conftest import EXECUTION_ID
from wf_es.execution.ids import nth_id, seed_for


@pytest.mark.parametrize("number", [1, 2, 31, 10_000])
def test_ids_are_name_based_uuids(number: int) -> None:
    """The written-out id is exactly what the library's uuid5 gives."""
    assert nth_id(EXECUTION_ID, number) == str(uuid5(UUID(EXECUTION_ID), str(number)))


def test_a_seed_follows_from_what_it_is_for() -> None:
    """The same request gives the same seed, another execution another one, and never 0."""
    assert seed_for("request", "execution") == seed_for("request", "execution")
    assert seed_for("request", "execution") != seed_for("request", "other")
    assert 0 < seed_for("\ud800") < 2**56
