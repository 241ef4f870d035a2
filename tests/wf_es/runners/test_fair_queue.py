"""The queue in which executions take turns."""

from __future__ import annotations

import threading

from wf_es.runners.fair_queue import FairQueue
from wf_es.runners.job import Job


def taken(queue: FairQueue, count: int) -> list[str]:
    """Take so many jobs and return the ids of their actions."""
    jobs = [queue.get() for _ in range(count)]
    return [job.action_id for job in jobs if job is not None]


def test_executions_take_turns_and_keep_their_order() -> None:
    """A neighbour that comes late is served next but one."""
    queue = FairQueue()
    for number in range(4):
        queue.put(Job("long", f"l{number}"))
    assert taken(queue, 1) == ["l0"]
    queue.put(Job("short", "s0"))
    queue.put(Job("short", "s1"))
    assert taken(queue, 5) == ["l1", "s0", "l2", "s1", "l3"]


def test_a_closed_queue_gives_what_it_has() -> None:
    """Then None, to everybody."""
    queue = FairQueue()
    queue.put(Job("e", "a"))
    queue.close()
    assert taken(queue, 1) == ["a"]
    assert queue.get() is None
    assert queue.get() is None


def test_a_waiting_thread_gets_the_next_job() -> None:
    """It waits without asking again and again, and is let go by the end."""
    queue, found = FairQueue(), []
    threads = [threading.Thread(target=lambda: found.append(queue.get())) for _ in range(2)]
    for thread in threads:
        thread.start()
    queue.put(Job("e", "a"))
    queue.close()
    for thread in threads:
        thread.join(10)
    assert sorted(job.action_id if job else "" for job in found) == ["", "a"]
