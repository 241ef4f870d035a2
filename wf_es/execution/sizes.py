"""How large values are, and what happens to those that are too large.

Sizes are those of the JSON text. What an execution keeps is limited field by
field, as in Mistral: its input, params and output, the input of each action,
what a task publishes. Beyond Mistral, so is what adds up: the variables of
one branch, and the global variables. Results count only when they are
published.
"""

from __future__ import annotations

import math

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest, TooLarge
from wf_es.limits import Limits

_UNSTORABLE = (UnicodeEncodeError, TypeError, ValueError, RecursionError)
_KIB = 1024


def size_of(value: JSON) -> int:
    """Return the bytes of a value as JSON; 0 for what the store will refuse anyway."""
    try:
        return len(msgspec.json.encode(value))
    except _UNSTORABLE:
        return 0


def check_size(size: int, owner: str, field: str, limits: Limits) -> None:
    """Refuse a field of a running execution that has become too large.

    Args:
        size: The bytes of the field as JSON.
        owner: Mistral's name of what has the field, such as TaskExecution.
        field: The field's name.
        limits: Which limit holds.

    Raises:
        TooLarge: It is larger than ``context_bytes``.

    """
    if size > limits.context_bytes:
        raise TooLarge(_sentence(size, owner, field, limits), field=field)


def check_given(value: JSON, owner: str, field: str, limits: Limits) -> None:
    """Refuse a field that a request has made too large.

    Raises:
        InvalidRequest: It is larger than ``context_bytes``.

    """
    size = size_of(value)
    if size > limits.context_bytes:
        raise InvalidRequest(_sentence(size, owner, field, limits), field=field)


def _sentence(size: int, owner: str, field: str, limits: Limits) -> str:
    """Return Mistral's words, and the setting that changes the limit."""
    return (
        f"Field size limit exceeded [class={owner}, field={field}, size={_kib(size)}KB, "
        f"limit={_kib(limits.context_bytes)}KB] ({limits.variable('context_bytes')})"
    )


def _kib(size: int) -> str:
    """Return bytes as kilobytes, rounded up so that one byte too many shows."""
    return f"{math.ceil(size * 1000 / _KIB) / 1000:.12g}"
