"""From a database URL to a store."""

from __future__ import annotations

from urllib.parse import urlsplit

from wf_es.errors import InvalidRequest
from wf_es.ports import EventStore
from wf_es.store.memory import MemoryStore
from wf_es.store.sqlite import SQLiteStore

_SQLITE = "sqlite:///"
_FORMS = "sqlite:///relative/path, sqlite:////absolute/path or memory://"


def open_store(url: str) -> EventStore:
    """Open the event store that ``url`` names.

    Args:
        url: ``sqlite:///relative/path``, ``sqlite:////absolute/path`` or
            ``memory://`` (forgotten when it is closed).

    Raises:
        InvalidRequest: the URL has another form.
        StoreUnavailable: the store cannot be opened.
    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return MemoryStore()
    if scheme == "sqlite":
        return SQLiteStore(sqlite_path(url))
    if scheme.startswith("postgres"):
        raise InvalidRequest(f"PostgreSQL is not supported by this release; use {_FORMS}")
    raise InvalidRequest(f"{scheme or url!r} names no kind of store; use {_FORMS}")


def sqlite_path(url: str) -> str:
    """Return the file that a ``sqlite://`` URL names; it is taken literally.

    Raises:
        InvalidRequest: the URL names a host, options, or no file.
    """
    prefix, path = url[: len(_SQLITE)], url[len(_SQLITE) :]
    if prefix != _SQLITE or path in ("", ":memory:") or "?" in path:
        raise InvalidRequest(f"{url!r} names no SQLite file; use {_FORMS}")
    return path
