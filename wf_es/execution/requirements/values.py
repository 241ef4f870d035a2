"""Whether a value that is known has the keys that an expression reads below it.

YAQL fails on a key that a mapping lacks and on any key of what is no mapping;
of a list it takes the key of each item. For Jinja names may also be those of
Python's own methods, and of these nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from wf_es.envelope import JSON
from wf_es.expressions import KeyRead

Keys = Sequence[str | int]


def lacking(value: JSON, keys: Keys, language: str) -> int | None:
    """Return how many of the keys it takes until one is not there; None if none is known to be lacking."""
    for place, key in enumerate(keys):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and isinstance(key, int):
            if key >= len(value):
                return place + 1
            value = value[key]
        elif isinstance(value, str) and isinstance(key, int):
            return None
        elif language == "jinja":
            return None if hasattr(value, str(key)) else place + 1
        elif isinstance(value, list):
            return _lacking_in_items(value, keys[place:], place)
        else:
            return place + 1
    return None


def _lacking_in_items(items: list[JSON], keys: Keys, before: int) -> int | None:
    """Return the same for the items of a list, each of which must have a key; lists in lists stay open."""
    if any(isinstance(item, list) for item in items):
        return None
    if any(not isinstance(item, dict) or keys[0] not in item for item in items):
        return before + 1
    if len(keys) == 1:
        return None
    found = [_lacking_in_items([item[keys[0]] for item in items], keys[1:], before + 1)]
    return found[0]


def shown(read: KeyRead, keys: Keys) -> str:
    """Return how a key below something is named: ``order.id``, ``lines[0].id``, ``env().host``."""
    called = {"env": "env()", "variable": read.name}.get(read.source, f"{read.source}('{read.name}')")
    return called + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
