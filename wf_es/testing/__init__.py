"""Tests of workflows, written as YAML: what actions give, and what is expected to follow.

A test file is read into a :class:`Suite` (``reading`` and the readers beside
it; ``model`` is the result), all mistakes at once, each with its place. A
case is played in a simulated world (``playing``): what is given decides how
actions end and when (``giving``), timers and commands come at their time
(``agenda``), and nothing is waited for. What came of it is then compared with
what was expected (``comparing``, ``paths``).
"""

from __future__ import annotations

from wf_es.testing.comparing import Difference, differences
from wf_es.testing.definitions import Definitions, definitions
from wf_es.testing.model import Case, Suite
from wf_es.testing.naming import NO_SUCH_THING, check_names
from wf_es.testing.playing import Played, play
from wf_es.testing.reading import SuiteReading, read_suite
from wf_es.testing.schema import suite_schema

__all__ = [
    "NO_SUCH_THING",
    "Case",
    "Definitions",
    "Difference",
    "Played",
    "Suite",
    "SuiteReading",
    "check_names",
    "definitions",
    "differences",
    "play",
    "read_suite",
    "suite_schema",
]
