"""Runners: bring scheduled actions and the machines that run them together.

:class:`ThreadPoolRunner` runs them in threads of this process, starting with
what an earlier process left unfinished. :class:`Alarms` fires timers, and
:class:`Continuation` asks for the decisions that continue long lists of items.
:class:`Courier` delivers what crosses between executions and sub-workflows.
:class:`Callbacks` makes the URLs by which other systems report, and checks what
comes back.
"""

from __future__ import annotations

from wf_es.runners.alarms import Alarms
from wf_es.runners.callback import Callbacks, Ticket, load_key
from wf_es.runners.continuation import Continuation
from wf_es.runners.courier import Courier
from wf_es.runners.thread_pool import ThreadPoolRunner

__all__ = ["Alarms", "Callbacks", "Continuation", "Courier", "ThreadPoolRunner", "Ticket", "load_key"]
