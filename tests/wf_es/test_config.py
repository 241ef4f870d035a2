"""The settings: defaults, the environment, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

from wf_es.config import Settings
from wf_es.errors import InvalidRequest


def test_defaults_serve_one_machine() -> None:
    """Nothing has to be set for a server that only this machine can reach."""
    settings = Settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 8989)
    assert settings.db_url == "sqlite:///wf_es.sqlite"
    assert settings.views_url == "sqlite:///wf_es-views.sqlite"
    assert settings.key_file == Path("wf_es.sqlite.key")
    assert (settings.http_allow, settings.http_deny, settings.callback_url) == ((), (), None)


BESIDE = {
    "sqlite:////var/lib/wf/log.db": ("sqlite:////var/lib/wf/log-views.db", Path("/var/lib/wf/log.db.key")),
    "sqlite:///log": ("sqlite:///log-views", Path("log.key")),
    "memory://": ("sqlite://", Path("wf_es.key")),
}


@pytest.mark.parametrize(("db_url", "beside"), BESIDE.items())
def test_views_and_key_lie_beside_the_log(db_url: str, beside: tuple[str, Path]) -> None:
    """Whoever chooses another log gets other views and another key with it."""
    settings = Settings(db_url=db_url)

    assert (settings.views_url, settings.key_file) == beside


def test_the_environment_sets_and_keywords_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable is the setting's name with a prefix."""
    monkeypatch.setenv("WF_ES_PORT", "1")
    monkeypatch.setenv("WF_ES_HOST", "0.0.0.0")
    monkeypatch.setenv("WF_ES_VIEWS_URL", "sqlite:///elsewhere")
    monkeypatch.setenv("WF_ES_HTTP_ALLOW", "10.0.0.0/8, ::1/128")

    settings = Settings(port=2, db_url="sqlite:///log")

    assert (settings.host, settings.port, settings.views_url) == ("0.0.0.0", 2, "sqlite:///elsewhere")
    assert settings.http_allow == ("10.0.0.0/8", "::1/128")
    assert settings.key_file == Path("log.key")


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "port too large": ({"port": 65536}, "WF_ES_PORT: "),
    "port is a word": ({"port": "http"}, "WF_ES_PORT: "),
    "no network": ({"http_allow": "localhost"}, "WF_ES_HTTP_ALLOW: .*localhost"),
    "host bits set": ({"http_deny": "10.0.0.1/8"}, "WF_ES_HTTP_DENY: .*host bits"),
    "callback without a scheme": ({"callback_url": "example.org"}, "WF_ES_CALLBACK_URL: .*http://"),
    "no threads": ({"runner_threads": 0}, "WF_ES_RUNNER_THREADS: "),
    "unknown": ({"prot": 1}, "WF_ES_PROT: "),
    "two at once": ({"port": -1, "stop_seconds": 0}, "WF_ES_PORT: .*; WF_ES_STOP_SECONDS: "),
}


@pytest.mark.parametrize(("given", "message"), WRONG.values(), ids=WRONG)
def test_wrong_values_are_named(given: dict[str, object], message: str) -> None:
    """All of them at once, by the name of their variable."""
    with pytest.raises(InvalidRequest, match=message):
        Settings(**given)


def test_settings_do_not_change() -> None:
    """They are read once."""
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        Settings().port = 1


SHOWN = {
    "sqlite:///wf_es.sqlite": "sqlite:///wf_es.sqlite",
    "postgresql://ann:pass@host:5432/db": "postgresql://ann:***@host:5432/db",
    "postgresql://ann@host/db": "postgresql://ann@host/db",
    "postgresql://:p@ss@host/db": "postgresql://:***@host/db",
}


@pytest.mark.parametrize(("url", "shown"), SHOWN.items())
def test_a_password_is_not_shown(url: str, shown: str) -> None:
    """The start-up line goes into logs."""
    assert Settings(db_url=url).shown_db_url == shown
