"""A queue of jobs in which the executions take turns.

One execution may have thousands of actions to run, and another one only its
next. Jobs of the same execution keep their order; between executions it goes
round, so nobody waits for the whole of somebody else's list.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from wf_es.runners.job import Job


class FairQueue:
    """Jobs to be taken by several threads; one that is closed gives what it has, then None."""

    def __init__(self) -> None:
        """Begin empty."""
        self._changed = threading.Condition()
        self._jobs: OrderedDict[str, deque[Job]] = OrderedDict()
        self._is_closed = False

    def put(self, job: Job) -> None:
        """Add a job behind those of its execution."""
        with self._changed:
            self._jobs.setdefault(job.execution_id, deque()).append(job)
            self._changed.notify()

    def get(self) -> Job | None:
        """Wait for a job and return it; None if the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._is_closed)
            if not self._jobs:
                return None
            execution_id, jobs = self._jobs.popitem(last=False)
            job = jobs.popleft()
            if jobs:
                self._jobs[execution_id] = jobs
            return job

    def close(self) -> None:
        """Let no thread wait any longer."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
