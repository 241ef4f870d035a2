"""What all kinds of definitions share once they are read: findings, hashes, a cache."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

import msgspec

from wf_es.definition.problems import Problem
from wf_es.errors import InvalidDefinition
from wf_es.limits import DefinitionLimits, ExpressionLimits, Limits

NO_LIMITS = Limits(
    definitions=DefinitionLimits(
        text_bytes=2**31, nesting=2**10, values=2**31, expressions=2**31, tasks=2**31
    ),
    expressions=ExpressionLimits(source_bytes=2**31),
)
"""For what is stored already: it was small enough when it was uploaded."""

_Stored = TypeVar("_Stored")


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """The problems of a text; reading one kind of text or another adds what was read."""

    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the text from being used."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def raise_for_errors(self) -> None:
        """Raise InvalidDefinition with a line per error, if there are errors."""
        if self.errors:
            raise InvalidDefinition("\n".join(map(str, self.errors)), problems=self.problems)


def checksum_of(text: str) -> str:
    """Return the MD5 of a text in hex, as Mistral shows it."""
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Cache(Generic[_Stored]):
    """Definitions by the hash of their text and their name, the oldest forgotten first."""

    def __init__(
        self, read: Callable[[str, str], _Stored], weigh: Callable[[_Stored], int], capacity: int
    ) -> None:
        """Keep definitions whose weights add up to the capacity, and at least one."""
        self._read = read
        self._weigh = weigh
        self._capacity = capacity
        self._size = 0
        self._known: OrderedDict[tuple[str, str], _Stored] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str, name: str) -> _Stored:
        """Return what is known of this text and name, or read it."""
        key = (hash_of(text), name)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        stored = self._read(text, name)
        with self._lock:
            if key not in self._known:
                self._known[key] = stored
                self._size += self._weigh(stored)
            while self._size > self._capacity and len(self._known) > 1:
                _, oldest = self._known.popitem(last=False)
                self._size -= self._weigh(oldest)
        return stored
