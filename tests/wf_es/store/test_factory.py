"""From URLs to stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from wf_es.errors import InvalidRequest
from wf_es.store import MemoryStore, SQLiteStore, open_store, sqlite_path


def test_memory_is_a_store_in_memory() -> None:
    """The URL without a place."""
    store = open_store("memory://")

    assert isinstance(store, MemoryStore)
    store.close()


def test_sqlite_is_a_store_in_a_file(tmp_path: Path) -> None:
    """An absolute path takes four slashes."""
    store = open_store(f"sqlite:///{tmp_path / 'log.sqlite'}")

    assert isinstance(store, SQLiteStore)
    assert (tmp_path / "log.sqlite").exists()
    store.close()


PATHS = {
    "sqlite:///wf_es.sqlite": "wf_es.sqlite",
    "sqlite:////var/lib/wf_es.sqlite": "/var/lib/wf_es.sqlite",
    "sqlite:///with space, 100%.sqlite": "with space, 100%.sqlite",
}


@pytest.mark.parametrize(("url", "path"), PATHS.items())
def test_the_path_in_a_url(url: str, path: str) -> None:
    """Three slashes for relative paths, four for absolute ones."""
    assert sqlite_path(url) == path


WRONG = {
    "sqlite://host/file": "names no SQLite file",
    "sqlite:///": "names no SQLite file",
    "sqlite://": "names no SQLite file",
    "sqlite:///:memory:": "names no SQLite file",
    "sqlite:///file?mode=ro": "names no SQLite file",
    "wf_es.sqlite": "names no kind of store",
    "mysql://host/db": "'mysql' names no kind of store",
    "": "names no kind of store",
    "postgresql://host/db": "PostgreSQL is not supported by this release",
}


@pytest.mark.parametrize(("url", "message"), WRONG.items())
def test_a_wrong_url_is_refused_with_the_right_forms(url: str, message: str) -> None:
    """The error says what would be understood."""
    with pytest.raises(InvalidRequest, match=message) as caught:
        open_store(url)

    assert "memory://" in str(caught.value)
