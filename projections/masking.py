"""Secrets are masked where they are shown, never where they are stored.

The log keeps values as they are, because replaying it and checking its hashes
need them. Whatever shows values to people passes them through ``masked``.

A value counts as a secret when it stands under a secret's name, at any depth:
a name listed in the environment's ``__secrets``, or one of the usual names.
Names are compared word by word (``db_password``, ``authToken`` and
``X-Api-Key`` are secrets, ``secretary`` is none), so spelling does not matter.
Masking too much is a nuisance, masking too little is a leak: a name that
contains a secret word anywhere is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from wf_es.envelope import JSON

MASK = "***"
"""What is shown instead of a secret."""

SECRETS_VARIABLE = "__secrets"
"""The environment's variable that lists further names of secrets."""

SECRET_WORDS = frozenset(
    {
        "authorization",
        "cookie",
        "credential",
        "credentials",
        "passphrase",
        "passwd",
        "password",
        "passwords",
        "pwd",
        "secret",
        "secrets",
        "token",
        "tokens",
    }
)
"""Words that make a name a secret's name."""

SECRET_PAIRS = frozenset(
    {("access", "key"), ("api", "key"), ("private", "key"), ("signing", "key"), ("encryption", "key")}
)
"""Pairs of neighbouring words that do the same."""

_GLUED = tuple(sorted(SECRET_WORDS - {"pwd", "cookie"})) + tuple(
    "".join(pair) for pair in sorted(SECRET_PAIRS)
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")


def secret_names(environment: JSON) -> frozenset[str]:
    """Return the names an environment declares as secrets, in lower case."""
    declared = environment.get(SECRETS_VARIABLE) if isinstance(environment, Mapping) else None
    if isinstance(declared, str):
        declared = [declared]
    if not isinstance(declared, Iterable):
        return frozenset()
    return frozenset(name.lower() for name in declared if isinstance(name, str))


def is_secret(name: str, declared: frozenset[str] = frozenset()) -> bool:
    """Return whether a value under this name is to be masked."""
    if name == SECRETS_VARIABLE:
        return False
    return name.lower() in declared or _is_usual(name)


def _is_usual(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    if any(word in SECRET_WORDS or word.endswith(_GLUED) for word in words):
        return True
    return any(pair in SECRET_PAIRS for pair in pairwise(words))


def masked(value: JSON, declared: frozenset[str] = frozenset()) -> JSON:
    """Return a copy of a value in which secrets are replaced by ``***``.

    Args:
        value: Any JSON value; an empty secret (null or "") is shown as it is.
        declared: Further names of secrets, in lower case.

    """
    if isinstance(value, dict):
        return {
            name: MASK if is_secret(name, declared) and item not in (None, "") else masked(item, declared)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item, declared) for item in value]
    return value
