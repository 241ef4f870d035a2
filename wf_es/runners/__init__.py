"""Runners: bring scheduled actions and the machines that run them together.

:class:`ThreadPoolRunner` runs them in threads of this process, starting with
what an earlier process left unfinished. :class:`Callbacks` makes the URLs by
which other systems report, and checks what comes back.
"""

from __future__ import annotations

from wf_es.runners.callback import Callbacks, Ticket, load_key
from wf_es.runners.thread_pool import ThreadPoolRunner

__all__ = ["Callbacks", "ThreadPoolRunner", "Ticket", "load_key"]
