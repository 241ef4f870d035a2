"""Event stores: the log in memory or in a SQLite file, and the codec of its texts."""

from __future__ import annotations

from wf_es.store.codec import EventCodec, standard_codec
from wf_es.store.factory import open_store, sqlite_path
from wf_es.store.memory import MemoryStore
from wf_es.store.sqlite import SQLiteStore

__all__ = ["EventCodec", "MemoryStore", "SQLiteStore", "open_store", "sqlite_path", "standard_codec"]
