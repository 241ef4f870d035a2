"""Secrets are masked where they are shown, never where they are stored.

The log keeps values as they are, because replaying it and checking its hashes
need them. Whatever shows values to people passes them through ``masked``.

A value counts as a secret when it stands under a secret's name, at any depth:
a name listed in the environment's ``__secrets``, or one of the usual names.
Names are compared word by word (``db_password``, ``authToken`` and
``X-Api-Key`` are secrets, ``secretary`` is none), so spelling does not matter.
Masking too much is a nuisance, masking too little is a leak: a name that
contains a secret word anywhere is masked.

Secrets also hide inside texts, which error messages are made of: JSON that was
turned into text, the password and the parameters of a URL, and callback URLs.
There they are masked by the same names.
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
_JSON_MEMBER = re.compile(
    r"""(?P<quote>\\*["'])(?P<name>[^"'\\]{1,255})(?P=quote)(?P<colon>\s*:\s*)"""
    r"""(?P<value>(?P=quote)(?:(?!(?P=quote)).)*(?P=quote)|[^\s,}\]"'\\]+)""",
    re.DOTALL,
)
_PARAMETER = re.compile(r"""(?P<before>[?&;])(?P<name>[\w.~%+-]{1,255})=(?P<value>[^&;\s"'<>\\]+)""")
_PASSWORD_IN_URL = re.compile(r"""(://[^\s/:@"']{0,255}):[^\s/@"']{1,1024}@""")
_CALLBACK = re.compile(r"/callback/[\w%~-]+(?:\.|%2[eE])\d+(?:\.|%2[eE])[\w.%~-]+")
_EMPTY = ("", '""', "''", "null", "None")

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
            name: MASK if _is_hidden(name, item, declared) else masked(item, declared)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item, declared) for item in value]
    return masked_text(value, declared) if isinstance(value, str) else value


def masked_at(
    path: tuple[str | int, ...], value: JSON, declared: frozenset[str] = frozenset()
) -> tuple[tuple[str | int, ...], JSON]:
    """Return a value that stands at a path as it may be shown, and the part of the path that may be shown.

    Within a secret neither the value nor what it consists of is shown: the
    path ends with the secret's name.
    """
    for length, name in enumerate(path, 1):
        if isinstance(name, str) and is_secret(name, declared):
            return path[:length], value if length == len(path) and value in (None, "") else MASK
    if path and isinstance(path[-1], str):
        return path, masked({path[-1]: value}, declared)[path[-1]]
    return path, masked(value, declared)


def mask_within(value: JSON, declared: frozenset[str] = frozenset(), place: str = "") -> str | None:
    """Return where a mask stands in place of a secret, such as ``db.password``; None if nowhere.

    Somebody has then sent back what was shown to them.
    """
    if isinstance(value, dict):
        named = [(name if not place else f"{place}.{name}", name, item) for name, item in value.items()]
        hidden = (path for path, name, item in named if item == MASK and is_secret(name, declared))
        deeper = (mask_within(item, declared, path) for path, _, item in named)
        return next((found for found in (*hidden, *deeper) if found is not None), None)
    if isinstance(value, list):
        items = (mask_within(item, declared, f"{place}.{index}") for index, item in enumerate(value))
        return next((found for found in items if found is not None), None)
    return None


def masked_text(text: str, declared: frozenset[str] = frozenset()) -> str:
    """Return a text in which recognizable secrets are replaced by ``***``."""
    if ":" in text:
        text = _JSON_MEMBER.sub(lambda match: _masked_member(match, declared), text)
    if "=" in text:
        text = _PARAMETER.sub(lambda match: _masked_parameter(match, declared), text)
    if "/" in text:
        text = _PASSWORD_IN_URL.sub(rf"\1:{MASK}@", text)
        text = _CALLBACK.sub(f"/callback/{MASK}", text)
    return text


def _is_hidden(name: str, item: JSON, declared: frozenset[str]) -> bool:
    if item in (None, ""):
        return False
    # The input 'auth' of HTTP actions holds "user:password".
    return is_secret(name, declared) or (name.lower() == "auth" and isinstance(item, str))


def _masked_member(match: re.Match[str], declared: frozenset[str]) -> str:
    if match["value"].strip("\\") in _EMPTY or not is_secret(match["name"], declared):
        return match[0]
    quote = match["quote"]
    return f"{quote}{match['name']}{quote}{match['colon']}{quote}{MASK}{quote}"


def _masked_parameter(match: re.Match[str], declared: frozenset[str]) -> str:
    if not is_secret(match["name"], declared):
        return match[0]
    return f"{match['before']}{match['name']}={MASK}"
