"""The engine: load, decide, append; and the definitions that executions pin."""

from __future__ import annotations

from wf_es.engine.clock import SystemClock
from wf_es.engine.definition_history import VersionDifference
from wf_es.engine.definition_streams import DefinitionReceipt, DefinitionVersion
from wf_es.engine.definitions import Definitions, parsed
from wf_es.engine.engine import DEFAULT_PROJECT, Engine
from wf_es.engine.executions import Receipt
from wf_es.engine.forks import ForkReceipt, ForkReport
from wf_es.engine.histories import EventPage
from wf_es.engine.moments import Moment

__all__ = [
    "DEFAULT_PROJECT",
    "DefinitionReceipt",
    "DefinitionVersion",
    "Definitions",
    "Engine",
    "EventPage",
    "ForkReceipt",
    "ForkReport",
    "Moment",
    "Receipt",
    "SystemClock",
    "VersionDifference",
    "parsed",
]
