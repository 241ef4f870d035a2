"""What all kinds of definitions share: findings, checksums, the cache."""

from __future__ import annotations

import pytest

from wf_es.definition import Problem
from wf_es.definition.stored import Cache, Findings, checksum_of, hash_of
from wf_es.errors import InvalidDefinition


def problem(code: str) -> Problem:
    """Return a problem with this code."""
    return Problem(file="w.yaml", line=1, column=2, code=code, message="is wrong")


def test_only_errors_are_raised() -> None:
    """All problems come along, the message has the errors."""
    Findings(problems=(problem("W501"),)).raise_for_errors()
    with pytest.raises(InvalidDefinition, match=r"^w.yaml:1:2: error\[E104\] is wrong$") as raised:
        Findings(problems=(problem("E104"), problem("W501"))).raise_for_errors()
    assert len(raised.value.details["problems"]) == 2


def test_checksums_of_a_text() -> None:
    """As any other program computes them."""
    assert checksum_of("abc") == "900150983cd24fb0d6963f7d28e17f72"
    assert hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_cache_forgets_the_oldest_first() -> None:
    """What was asked for lately stays; weights add up to the capacity."""
    reads: list[str] = []

    def read(text: str, name: str) -> int:
        reads.append(name)
        return int(text)

    cache = Cache(read, lambda weight: weight, 10)
    for text, name in [("4", "a"), ("4", "b"), ("4", "a"), ("5", "c"), ("4", "a"), ("4", "b")]:
        assert cache.get(text, name) == int(text)
    assert reads == ["a", "b", "c", "b"]


def test_the_cache_keeps_what_is_too_large_alone() -> None:
    """One definition beyond the capacity is still kept."""
    reads: list[str] = []

    def read(_: str, name: str) -> str:
        reads.append(name)
        return name

    cache = Cache(read, lambda _: 100, 10)
    cache.get("x", "a")
    cache.get("x", "a")
    assert reads == ["a"]
