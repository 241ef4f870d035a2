"""Which network addresses an action may connect to.

A workflow's author chooses URLs, but the server stands in places the author
does not: beside a metadata service, a database, its own port. So by default
only addresses of the public internet may be called; an operator opens more.

The policy judges *numeric* addresses only, after the name was resolved. That
covers every notation at once (``0x7f000001``, ``2130706433``, ``127.1``), and
an IPv6 address that carries an IPv4 address inside (mapped, 6to4, Teredo,
NAT64) is judged by both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

LOOPBACK = ("127.0.0.0/8", "::1/128")
"""The machine itself; a server that may call its neighbours opens these."""

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

_MORE_CLOSED: tuple[_Network, ...] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("168.63.129.16/32"),  # a cloud's machine agent, on a public-looking address
    IPv4Network("192.0.0.0/24"),  # protocol assignments; a cloud's metadata service lives here
    IPv4Network("192.88.99.0/24"),
    IPv6Network("64:ff9b:1::/48"),  # local-use NAT64
    IPv6Network("fec0::/10"),
)
"""What Python's own tables (is_private, is_link_local...) leave open."""

_NAT64 = IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = IPv6Network("::/96")


@dataclass(frozen=True)
class AddressPolicy:
    """Public addresses, and what an operator opens on top.

    ``opened`` are networks in CIDR notation that may be called although they
    are loopback, link-local or private; ``closed`` are networks that may
    never be called. Closed wins.
    """

    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    _opened: tuple[_Network, ...] = field(init=False, repr=False, compare=False)
    _closed: tuple[_Network, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Parse the networks once; a bad one raises ValueError here."""
        object.__setattr__(self, "_opened", tuple(ip_network(text) for text in self.opened))
        object.__setattr__(self, "_closed", tuple(ip_network(text) for text in self.closed))

    def permits(self, address: str) -> bool:
        """Whether a numeric address may be connected to."""
        try:
            return self._permits(ip_address(address))
        except ValueError:
            return False

    def _permits(self, address: _Address) -> bool:
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            return not _within(address, self._closed) and self._permits(address.ipv4_mapped)
        if _within(address, self._closed):
            return False
        if _within(address, self._opened):
            return True
        return _is_public(address) and all(self._permits(inner) for inner in _carried(address))


def _within(address: _Address, networks: tuple[_Network, ...]) -> bool:
    """Whether one of the networks holds the address (of the same IP version)."""
    plain = IPv6Address(int(address)) if isinstance(address, IPv6Address) else address
    return any(plain in network for network in networks if network.version == plain.version)


def _is_public(address: _Address) -> bool:
    special = (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or address.is_link_local
        or address.is_loopback
        or address.is_unspecified
    )
    if special and isinstance(address, IPv6Address) and address in _NAT64:
        special = False  # reserved as a whole; what counts is the address inside
    return not special and not _within(address, _MORE_CLOSED)


def _carried(address: _Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses to which a packet may end up being sent."""
    if isinstance(address, IPv4Address):
        return ()
    last = IPv4Address(int(address) & 0xFFFF_FFFF)
    carried = [address.sixtofour] if address.sixtofour else []
    carried += list(address.teredo) if address.teredo else []
    carried += [last] if _within(address, (_NAT64, _IPV4_COMPATIBLE)) else []
    return tuple(carried)
