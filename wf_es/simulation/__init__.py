"""Executions without a world around them: no store, no threads, no clock that ticks.

A :class:`World` keeps the logs of several executions in memory, gives them
commands through the pure core and moves a clock of its own. What an engine
would find in its store, look up among its definitions or wait for in real
time is all a value here, so a run of any length takes milliseconds and can be
repeated exactly. Tests of workflows and the property tests of the core are
built on it. What crosses between executions waits in a :class:`Post`.
"""

from __future__ import annotations

from wf_es.simulation.library import Library
from wf_es.simulation.post import Post
from wf_es.simulation.world import Step, World

__all__ = ["Library", "Post", "Step", "World"]
