"""Which addresses actions may call."""

from __future__ import annotations

import pytest

from wf_es.actions import LOOPBACK, AddressPolicy

REFUSED = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::808:808",
    "2002:7f00:1::",
    "2001:0:7f00:1::1",
    "0x7f000001",
    "localhost",
    "",
]
PERMITTED = ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", REFUSED)
def test_refused_by_default(address: str) -> None:
    """Nothing inside is reachable, whatever the address is dressed up as."""
    assert not AddressPolicy().permits(address)


@pytest.mark.parametrize("address", PERMITTED)
def test_permitted_by_default(address: str) -> None:
    """The public internet is."""
    assert AddressPolicy().permits(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("::ffff:169.254.169.254", False),
    ],
)
def test_an_operator_opens_a_range(address: str, expected: bool) -> None:
    """Opening loopback opens loopback and nothing else."""
    assert AddressPolicy(opened=LOOPBACK).permits(address) is expected


def test_closed_wins() -> None:
    """A closed network stays closed inside an opened one, and for public addresses."""
    policy = AddressPolicy(opened=("10.0.0.0/8",), closed=("10.9.0.0/16", "8.8.8.0/24"))

    assert policy.permits("10.1.0.1")
    assert not policy.permits("10.9.0.1")
    assert not policy.permits("8.8.8.8")
    assert not policy.permits("::ffff:8.8.8.8")


def test_a_bad_network_is_refused_at_once() -> None:
    """A typing error in a setting does not silently open or close anything."""
    with pytest.raises(ValueError, match="10\\.0\\.0\\.0/99"):
        AddressPolicy(opened=("10.0.0.0/99",))
