"""The lock file: one holder at a time, whoever it is, and never for ever."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from wf_es.store.locking import FileLock, LockTimeout

HOLDER = """
import sys
from pathlib import Path
from wf_es.store.locking import FileLock
with FileLock(Path(sys.argv[1]), timeout=5)():
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_threads_take_turns(tmp_path: Path) -> None:
    """Two threads are never inside together."""
    lock = FileLock(tmp_path / "lock", timeout=10)
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(200):
            with lock():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lock.close()

    assert len(most) == 800
    assert max(most) == 1


def test_a_lock_held_elsewhere_is_waited_for_in_vain(tmp_path: Path) -> None:
    """Waiting ends with an error after the timeout, and works once the holder is gone."""
    path = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    lock = FileLock(path, timeout=0.05)

    with pytest.raises(LockTimeout, match="another process"), lock():
        pass

    holder.kill()
    holder.communicate()
    with lock():
        pass
    lock.close()


def test_a_thread_waits_no_longer_than_the_timeout(tmp_path: Path) -> None:
    """A second thread of the same process is refused too."""
    lock = FileLock(tmp_path / "lock", timeout=0.05)
    errors: list[Exception] = []

    def work() -> None:
        try:
            with lock():
                pass
        except LockTimeout as error:
            errors.append(error)

    with lock():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    lock.close()

    assert len(errors) == 1


def test_an_error_inside_gives_the_lock_back(tmp_path: Path) -> None:
    """Whatever happens inside, the next one gets in."""
    lock = FileLock(tmp_path / "lock", timeout=0.05)

    with pytest.raises(ZeroDivisionError), lock():
        raise ZeroDivisionError

    with lock():
        pass
    lock.close()
