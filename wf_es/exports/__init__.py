"""Exports: executions as files, to be kept, carried to another store, or replayed as a test."""

from __future__ import annotations

from wf_es.exports.document import DefinitionLine, Document, EventLine, Header, History, StateLine
from wf_es.exports.gathering import gather
from wf_es.exports.importing import import_export
from wf_es.exports.lookups import Edited, edited_definitions
from wf_es.exports.reading import read_export
from wf_es.exports.replaying import Replay, replay
from wf_es.exports.writing import write_export

__all__ = [
    "DefinitionLine",
    "Document",
    "Edited",
    "EventLine",
    "Header",
    "History",
    "Replay",
    "StateLine",
    "edited_definitions",
    "gather",
    "import_export",
    "read_export",
    "replay",
    "write_export",
]
