"""The garbage collector waits while a long history is read."""

from __future__ import annotations

import gc

import pytest

from wf_es.engine.collection import uncollected


def test_the_collector_waits_and_goes_on() -> None:
    """Also if reading fails."""
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(LookupError), uncollected():
        raise LookupError
    assert gc.isenabled()


def test_who_turned_it_off_turns_it_on() -> None:
    """Nothing is changed where it does not run anyway."""
    gc.disable()
    try:
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
