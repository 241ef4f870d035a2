"""The fences around the tests hold."""

from __future__ import annotations

import os
import socket

import pytest

from tests.conftest import NotLoopbackError, is_loopback


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (("127.0.0.1", 80), True),
        (("127.8.9.1", 80), True),
        (("::1", 80, 0, 0), True),
        (("localhost", 80), True),
        ("/run/some.socket", True),
        (("192.0.2.1", 80), False),
        (("0.0.0.0", 80), False),
        (("example.org", 80), False),
    ],
)
def test_what_counts_as_loopback(address: object, expected: bool) -> None:
    """Only this machine does."""
    assert is_loopback(address) is expected


def test_connections_that_leave_the_machine_are_refused() -> None:
    """No packet is sent."""
    with socket.socket() as connection, pytest.raises(NotLoopbackError, match=r"192\.0\.2\.1"):
        connection.connect(("192.0.2.1", 80))


def test_connections_within_the_machine_are_not(free_port: int) -> None:
    """A server on loopback can be reached."""
    with (
        socket.create_server(("127.0.0.1", free_port)),
        socket.create_connection(("127.0.0.1", free_port)) as client,
    ):
        assert client.getpeername() == ("127.0.0.1", free_port)


def test_the_environment_does_not_steer_the_tests() -> None:
    """Variables of the programs under test are gone."""
    assert [name for name in os.environ if name.startswith(("WF_ES_", "OS_"))] == []
