"""The engine has what runners ask for."""

from __future__ import annotations

import inspect

import pytest

from wf_es.engine import Engine
from wf_es.runners.callback import Callbacks
from wf_es.runners.engine_door import CallbackUrls, EngineDoor


def _methods(protocol: type) -> list[str]:
    return [name for name, value in vars(protocol).items() if inspect.isfunction(value) and name[0] != "_"]


@pytest.mark.parametrize(
    ("protocol", "real", "name"),
    [(EngineDoor, Engine, name) for name in _methods(EngineDoor)]
    + [(CallbackUrls, Callbacks, name) for name in _methods(CallbackUrls)],
)
def test_the_real_thing_fits(protocol: type, real: type, name: str) -> None:
    """Each method is there and takes the same arguments under the same names."""
    wanted = list(inspect.signature(getattr(protocol, name)).parameters)
    found = list(inspect.signature(getattr(real, name)).parameters)

    assert found[: len(wanted)] == wanted


def test_the_types_fit() -> None:
    """The type checker compares the signatures here; at run time nothing happens."""

    def door(engine: Engine) -> EngineDoor:
        return engine

    assert callable(door)
