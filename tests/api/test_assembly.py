"""The composition root: a whole that starts, serves and comes down in order."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from falcon import testing

from api.assembly import Server, address_policy, http_settings, is_loopback
from wf_es.config import Settings
from wf_es.errors import WfEsError

NOOP = "version: '2.0'\nw:\n  tasks:\n    t: {action: std.noop}\n"


def settings_for(path: Path, **given: object) -> Settings:
    """Return settings with a SQLite file of their own."""
    return Settings(db_url=f"sqlite:///{path / 'wf.sqlite'}", **given)


def test_it_starts_serves_and_stops(tmp_path: Path) -> None:
    """What was written is there after a stop and a start; no thread is left behind."""
    before = threading.active_count()
    settings = settings_for(tmp_path)
    for expected in (201, 409):
        server = Server(settings, address="http://127.0.0.1:1")
        client = testing.TestClient(server.start())
        assert client.simulate_post("/v2/workflows", body=NOOP).status_code == expected
        server.quiesce()
        server.stop()
        server.stop()
    assert threading.active_count() <= before


def test_the_log_the_views_and_the_key_are_files_beside_each_other(tmp_path: Path) -> None:
    """The key of callback URLs is outside of the store, and only its owner can read it."""
    settings = settings_for(tmp_path)
    server = Server(settings, address="http://127.0.0.1:1")
    server.start()
    server.stop()
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert {"wf.sqlite", "wf-views.sqlite", settings.key_file.name} <= {
        file.name for file in tmp_path.iterdir()
    }


def test_a_memory_database_serves_too(tmp_path: Path) -> None:
    """Nothing is written but the key."""
    server = Server(Settings(db_url="memory://", key_file=tmp_path / "key"), address="http://127.0.0.1:1")
    client = testing.TestClient(server.start())
    assert client.simulate_post("/v2/workflows", body=NOOP).status_code == 201
    server.stop()


def test_a_start_that_fails_leaves_nothing_running(tmp_path: Path) -> None:
    """The error says what is wrong, and what was begun is stopped."""
    before = threading.active_count()
    server = Server(settings_for(tmp_path, key_file=tmp_path), address="http://127.0.0.1:1")
    with pytest.raises(WfEsError, match="key"):
        server.start()
    server.stop()
    assert threading.active_count() <= before


@pytest.mark.parametrize(
    ("host", "address", "permitted"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("127.0.0.1", "10.0.0.1", False),
        ("0.0.0.0", "127.0.0.1", False),
        ("192.0.2.1", "127.0.0.1", False),
        ("example.org", "127.0.0.1", False),
    ],
)
def test_loopback_targets_are_for_loopback_servers(host: str, address: str, permitted: bool) -> None:
    """A server that others can reach does not call its own machine."""
    policy = address_policy(Settings(host=host))
    assert policy.permits(address) is permitted
    assert is_loopback(host) is (host in ("127.0.0.1", "::1", "localhost"))


def test_settings_open_and_close_networks() -> None:
    """What is closed wins over what is open."""
    settings = Settings(
        host="0.0.0.0", http_allow="10.0.0.0/8", http_deny="10.1.0.0/16", http_timeout_seconds=5
    )
    policy = address_policy(settings)
    assert (policy.permits("10.2.0.1"), policy.permits("10.1.0.1")) == (True, False)
    assert http_settings(settings).timeout == 5
