"""The address that was checked is the one connected to, and time is kept."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import httpcore
import pytest

from wf_es.actions import LOOPBACK, AddressPolicy
from wf_es.actions.guarded_network import GuardedBackend, permitted_addresses, resolve, time_limit
from wf_es.errors import ActionError

OPEN = AddressPolicy(opened=LOOPBACK)


class Names:
    """A resolver that gives the next answer each time it is asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        """Keep the answers."""
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """Give the next answer."""
        self.asked.append(host)
        return self.answers.pop(0)


def test_one_look_up_and_a_connection_to_its_answer() -> None:
    """A name that resolves differently the second time (rebinding) gains nothing."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = GuardedBackend(OPEN, names).connect_tcp("rebind.example", server.getsockname()[1], 5)
        peer = stream.get_extra_info("server_addr")
        stream.close()

    assert peer[0] == "127.0.0.1"
    assert names.asked == ["rebind.example"]


def test_refused_addresses_are_never_connected_to() -> None:
    """Of several addresses only permitted ones are tried."""
    names = Names(["169.254.169.254", "127.0.0.1"])

    assert permitted_addresses("mixed.example", 80, OPEN, names) == ["127.0.0.1"]


def test_the_next_address_is_tried() -> None:
    """A host with a dead address is still reached at its other one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        names = Names(["127.0.0.2", "127.0.0.1"])
        stream = GuardedBackend(OPEN, names).connect_tcp("two.example", server.getsockname()[1], 5)
        peer = stream.get_extra_info("server_addr")
        stream.close()

    assert peer[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "::ffff:127.0.0.1"]
)
def test_every_notation_of_loopback_is_refused(host: str) -> None:
    """The system's own resolver says what a notation means, and that is judged."""
    with pytest.raises(ActionError, match="may not call"):
        GuardedBackend(AddressPolicy(), resolve).connect_tcp(host, 80, 1)


@pytest.mark.parametrize("host", ["a" * 300, "nul\0byte", "a..b"])
def test_unusable_names(host: str) -> None:
    """A name that cannot be resolved is an error of the action and nothing worse."""
    with pytest.raises(ActionError, match="cannot be found"):
        permitted_addresses(host, 80, OPEN, resolve)


def test_socket_files_are_refused() -> None:
    """Actions call hosts, not files."""
    with pytest.raises(ActionError):
        GuardedBackend(OPEN).connect_unix_socket("/tmp/x")


def test_waits_end_at_the_deadline() -> None:
    """A read that would wait ten seconds ends when the request's time is over."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with time_limit(0.05):
            stream = GuardedBackend(OPEN).connect_tcp("127.0.0.1", server.getsockname()[1], 10)
            with pytest.raises(httpcore.ReadTimeout):
                stream.read(10, 10)
            with pytest.raises(httpcore.WriteTimeout):
                stream.write(b"x", 10)
        stream.close()
