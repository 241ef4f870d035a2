"""Connections that go where they were allowed to go, and end in time.

This sits below HTTP and TLS, in the one place where a host name becomes a
connection: the name is resolved, every address is judged by the policy, and
the socket is opened to an address that has just been judged. There is no
second look-up that could answer differently (DNS rebinding), and since the
layers above still work with the name, the Host header, the name in the TLS
handshake and the check of the certificate stay what they should be.

It is also where time is kept. A timeout for each read lets a server hold a
thread for ever by sending a byte a minute, so a whole request has a deadline
and every wait on its socket ends there.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

from wf_es.actions.addresses import AddressPolicy
from wf_es.errors import ActionError

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the numeric addresses of a host."""

_WRITE_BYTES = 65_536
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the numeric addresses of ``host`` as the system resolves them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let all network waits of this thread end within ``seconds``."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def permitted_addresses(host: str, port: int, policy: AddressPolicy, resolver: Resolver) -> list[str]:
    """Resolve ``host`` and return the addresses that may be called.

    Raises:
        ActionError: the name has no address, or none that may be called.
    """
    try:
        addresses = resolver(host, port)
    except (OSError, ValueError) as error:
        raise ActionError(f"the host '{host}' cannot be found: {error}") from error
    permitted = [address for address in addresses if policy.permits(address)]
    if not permitted:
        raise ActionError(
            f"the host '{host}' is at an address that actions may not call (loopback, link-local, private "
            "or reserved); an operator can open its network"
        )
    return permitted


class GuardedBackend(httpcore.NetworkBackend):
    """Opens TCP connections to permitted addresses only."""

    def __init__(self, policy: AddressPolicy, resolver: Resolver = resolve) -> None:
        """Judge what ``resolver`` gives by ``policy``."""
        self._policy = policy
        self._resolver = resolver
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, judge, and connect to what was judged, in the given order."""
        failure: Exception | None = None
        for address in permitted_addresses(host, port, self._policy, self._resolver):
            try:
                stream = self._network.connect_tcp(
                    address, port, _remaining(timeout, httpcore.ConnectTimeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream)
        assert failure is not None  # noqa: S101 - there is at least one address
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse: actions call hosts, never files of this machine."""
        raise ActionError("actions cannot call a local socket file")


class _TimedStream(httpcore.NetworkStream):
    """A connection whose waits all end at the deadline of the current request."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITE_BYTES):
            piece = buffer[start : start + _WRITE_BYTES]
            self._stream.write(piece, _remaining(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit = _remaining(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(timeout: float | None, expired: type[Exception]) -> float | None:
    """Return the seconds left for one wait, or raise ``expired``."""
    deadline = _deadline.get()
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise expired("the time for the whole request is over")
    return left if timeout is None else min(left, timeout)
