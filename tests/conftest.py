"""What holds for every test: a clean environment, loopback only, ports, servers.

Nothing here is about workflows. The environment variables that would steer
the programs under test are deleted before anything is imported; a connection
to anything but this machine is refused; hypothesis repeats itself exactly
unless it is told to search (``--hypothesis-profile long``).
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.serving import RunningServer

for _name in [name for name in os.environ if name.startswith(("WF_ES_", "OS_"))]:
    del os.environ[_name]
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

settings.register_profile(
    "ci",
    derandomize=True,
    print_blob=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("ci"), derandomize=False, max_examples=5_000)
settings.load_profile("ci")

ServerFactory = Callable[..., RunningServer]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the SIGKILL rounds can be told."""
    group = parser.getgroup("crash", "SIGKILL rounds")
    group.addoption("--crash-rounds", type=int, default=20, help="how many kills (default: 20)")
    group.addoption("--crash-seed", type=int, default=None, help="repeat the series of this seed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escape half characters in captured output: a report must fit between processes."""
    report = yield
    report.sections = [
        (name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections
    ]
    return report


class NotLoopbackError(Exception):
    """A test tried to reach another machine: use a service on 127.0.0.1."""


def is_loopback(address: Any) -> bool:
    """Whether a socket address stays on this machine."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in ("", "localhost")


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Refuse connections that leave this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            original = getattr(socket.socket, name)

            def guarded(self: socket.socket, address: Any, *, original: Any = original) -> Any:
                if not is_loopback(address):
                    raise NotLoopbackError(f"{address!r}: {NotLoopbackError.__doc__}")
                return original(self, address)

            patch.setattr(socket.socket, name, guarded)
        yield


@pytest.fixture
def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerFactory]:
    """Return a factory of real servers; each ends with the test session.

    ``server()`` starts ``wf-es serve`` on a free port with a SQLite file of
    its own; ``server(database=path, environment={...})`` chooses them.
    """
    started: list[RunningServer] = []

    def start(database: Path | None = None, environment: dict[str, str] | None = None) -> RunningServer:
        database = database or tmp_path_factory.mktemp("server") / "wf.sqlite"
        running = RunningServer(database, environment=environment or {})
        started.append(running)
        running.start()
        return running

    yield start
    for running in started:
        running.stop()
