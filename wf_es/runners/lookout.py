"""Look for what other processes left behind: one process at a time, and again whenever others write.

What this process commits itself it hears of at once. Everything else is found
in the states, at the start, and later if the log has grown by what others
wrote. Only who holds a name does this, so many processes on one store do not
all look at everything.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from wf_es.envelope import Recorded
from wf_es.errors import WfEsError
from wf_es.runners.engine_door import EngineDoor
from wf_es.runners.reporting import retry_delay

_IN_TURN_SECONDS = 0.5
"""How often to look whether the process that did so is gone."""

_OTHERS_SECONDS = 30.0
"""How often to look whether other processes have written to the store."""

_log = logging.getLogger(__name__)


class Lookout:
    """Calls a function when there may be something to be found; start it once, stop it once."""

    def __init__(self, engine: EngineDoor, name: str, look: Callable[[], None]) -> None:
        """Prepare; ``name`` is what is held, ``look`` is called in a thread of its own.

        On an outage of the store ``look`` may raise a WorldError: it is called again.
        """
        self._engine = engine
        self._name = name
        self._look = look
        self._changing = threading.Lock()
        self._known = -1
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"{name}-lookout", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._engine.listen(self._on_commit)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(1.0)

    @property
    def is_stopping(self) -> bool:
        """Whether a look under way should be broken off."""
        return self._stopping.is_set()

    def _on_commit(self, position: int, events: Sequence[Recorded]) -> None:
        with self._changing:
            if position - len(events) == self._known:
                self._known = position

    def _watch(self) -> None:
        attempt, delay = 0, 0.0
        while not self._stopping.wait(delay):
            try:
                delay = _OTHERS_SECONDS if self._take_over() else _IN_TURN_SECONDS
                attempt = 0
            except WfEsError as error:
                delay = retry_delay(attempt)
                attempt += 1
                _log.warning("%s: what was left behind cannot be read yet: %s", self._name, error)
            except Exception:  # noqa: BLE001 - what is committed here must not suffer
                _log.exception("%s: looking for what was left behind failed", self._name)
                return

    def _take_over(self) -> bool:
        """Look if others have written; False if another process does this."""
        if not self._engine.hold(self._name):
            return False
        head = self._engine.head()
        with self._changing:
            before, self._known = self._known, head
        if head != before:
            try:
                self._look()
            except BaseException:
                self._known = -1
                raise
        return True
