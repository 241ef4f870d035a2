"""Ids derived from an execution's id and a counter."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest
from msgspec import structs

from tests.wf_es.execution.conftest import EXECUTION_ID
from wf_es.envelope import Origin
from wf_es.execution.ids import nth_id, seed_for, seed_of


@pytest.mark.parametrize("number", [1, 2, 31, 10_000])
def test_ids_are_name_based_uuids(number: int) -> None:
    """The written-out id is exactly what the library's uuid5 gives."""
    assert nth_id(EXECUTION_ID, number) == str(uuid5(UUID(EXECUTION_ID), str(number)))


def test_a_seed_follows_from_what_it_is_for() -> None:
    """The same request gives the same seed, another execution another one, and never 0."""
    assert seed_for("request", "execution") == seed_for("request", "execution")
    assert seed_for("request", "execution") != seed_for("request", "other")
    assert 0 < seed_for("\ud800") < 2**56


def test_a_command_that_was_given_no_seed_has_one_that_its_envelope_tells() -> None:
    """One request means another seed for each execution that it concerns from afar."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    asked = Origin(actor="a", project="p", command="c", now=now)
    because = structs.replace(asked, cause="x/1")
    assert seed_of(asked, "e") == seed_of(asked, "f") == seed_for("c")
    assert seed_of(because, "e") == seed_for("c", "e", "x/1") != seed_of(because, "f")
