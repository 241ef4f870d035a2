"""``wf-es serve`` turns options into settings, and settings alone decide the rest."""

from __future__ import annotations

import pytest

from tests.api.cli.conftest import Type
from wf_es.config import Settings


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Collect the settings instead of serving."""
    collected: list[Settings] = []
    monkeypatch.setattr("api.serve.serve", lambda settings, _exit_code: collected.append(settings))
    return collected


def test_the_defaults(offline: Type, served: list[Settings]) -> None:
    """This machine only, and a file in the working directory."""
    offline("serve")

    assert [(one.host, one.port, one.db_url) for one in served] == [
        ("127.0.0.1", 8989, "sqlite:///wf_es.sqlite")
    ]


def test_options_win_over_the_environment(offline: Type, served: list[Settings]) -> None:
    """What is typed is nearer than what is set."""
    environment = {"WF_ES_PORT": "1111", "WF_ES_HOST": "::1", "WF_ES_DB_URL": "sqlite:///e"}

    offline("serve", "--port", "0", "--db-url", "sqlite:///o", env=environment)

    assert [(one.host, one.port, one.db_url) for one in served] == [("::1", 0, "sqlite:///o")]


def test_a_setting_that_cannot_be(offline: Type, served: list[Settings]) -> None:
    """Named by its variable; nothing is served."""
    result = offline("serve", env={"WF_ES_PORT": "many"})

    assert (result.exit_code, "WF_ES_PORT" in result.stderr, served) == (3, True, [])
