"""A real server in a process of its own, as the acceptance tests need it.

The process leads a group of its own, so ``kill`` reaches whatever it started
(workers, expression children) and nothing else. Only processes started here
are ever ended, by their ids.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

_LISTENS = re.compile(r"listens on (http://\S+?:\d+)")
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


class RunningServer:
    """One ``wf-es serve``, which can be started again on the same database."""

    def __init__(self, database: Path, *, environment: dict[str, str] | None = None, port: int = 0) -> None:
        """Remember what to start; nothing runs before ``start``."""
        self.database = database
        self.port = port
        self.url = ""
        self.log = database.with_suffix(".log")
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def api(self) -> str:
        """The address of the API, ``http://127.0.0.1:<port>/v2``."""
        return f"{self.url}/v2"

    @property
    def is_running(self) -> bool:
        """Whether the process is still there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Launch the server and return as soon as it listens."""
        self.launch()
        self.wait_until_it_listens()

    def launch(self) -> None:
        """Start the process and do not wait for it."""
        command = [str(Path(sys.executable).parent / "wf-es"), "serve", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--db-url", f"sqlite:///{self.database}"]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **self._environment}
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.database.parent,
                env=environment,
                start_new_session=True,
            )

    def wait_until_it_listens(self) -> None:
        """Return when the server said where it listens.

        Raises:
            AssertionError: if it ended or said nothing in time; the message
                holds what it wrote.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            found = _LISTENS.search(self.output())
            if found:
                self.url = found[1]
                self.port = int(self.url.rpartition(":")[2])
                return
            if not self.is_running:
                break
            time.sleep(0.02)
        raise AssertionError(f"the server does not listen; it wrote:\n{self.output()}")

    def output(self) -> str:
        """Return what the server wrote since it was last started."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def kill(self) -> None:
        """End the whole process group at once with SIGKILL."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> int | None:
        """Ask the server to end (SIGTERM) and return its exit status."""
        if self._process is None:
            return None
        self._process.terminate()
        try:
            status = self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end on SIGTERM; it wrote:\n{self.output()}") from None
        self._process = None
        return status
