"""A server of our own in another process, for as long as a block lasts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from wf_es.errors import WorldError

START_SECONDS = 30.0
"""How long the server may take until it listens."""
STOP_SECONDS = 15.0
"""How long it may take to end before it is killed."""

_LISTENING = re.compile(r"listens on (http://\S+)")


class ServerProcess:
    """``wf-es serve`` on a free loopback port, logging to a file."""

    def __init__(self, db_url: str, log: Path) -> None:
        """Say what to serve; nothing is started before the block is entered."""
        self.db_url = db_url
        self.log = log
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ServerProcess:
        command = [sys.executable, "-m", "api.cli.main", "serve"]
        command += ["--host", "127.0.0.1", "--port", "0", "--db-url", self.db_url]
        with self.log.open("wb") as log:
            # In a session of its own: Ctrl-C reaches only us, and we stop it in order.
            self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                command,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.url = self._wait_until_listening(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server: politely first, then for certain."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_listening(self, process: subprocess.Popen[bytes]) -> str:
        """Return the address that the server printed."""
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            found = _LISTENING.search(self._logged())
            if found:
                return found.group(1)
            if process.poll() is not None:
                raise WorldError(f"the server ended at once:\n{self._logged()[-2000:]}")
            time.sleep(0.05)
        raise WorldError(f"the server did not listen within {START_SECONDS:g} s:\n{self._logged()[-2000:]}")

    def _logged(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def _environment() -> dict[str, str]:
    """Return our environment without what would make this server another one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WF_ES_")}
