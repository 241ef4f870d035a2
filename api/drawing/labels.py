"""Text for pictures: one line, bounded, and nothing in it that a reader cannot see.

Names, guards and messages are other people's text. Before any of the formats
escapes it in its own way, what could break a line, hide or turn round the text
after it is replaced here, once for all of them.
"""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = "\N{REPLACEMENT CHARACTER}"
_MORE = "\N{HORIZONTAL ELLIPSIS}"
_TURNING = frozenset(
    chr(code) for code in (0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Marks that turn the direction of the text behind them."""

_WHOLE = re.compile(r"\s*(?:<%(?P<yaql>.*)%>|\{\{(?P<jinja>.*)\}\})\s*", re.DOTALL)


def one_line(text: str, limit: int | None = None) -> str:
    """Return a text on one line, at most ``limit`` characters with the sign that it goes on."""
    line = " ".join("".join(map(_shown, text)).split())
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + _MORE
    return line


def condition(guard: str, limit: int | None = None) -> str:
    """Return a guard on one line without the brackets of its language."""
    found = _WHOLE.fullmatch(guard)
    inner = (found["yaql"] or found["jinja"] or "") if found else guard
    # Two expressions side by side also begin and end with brackets.
    is_one = "%>" not in inner and "}}" not in inner
    return one_line(inner if is_one else guard, limit)


def columns(text: str) -> int:
    """Return how many columns a text takes where every letter is equally wide."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or char in "\u200b\u200c\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _shown(char: str) -> str:
    if char.isspace():
        return " "
    # Controls, half characters and code points that are no characters at all.
    if char in _TURNING or unicodedata.category(char) in ("Cc", "Cs", "Cn"):
        return _UNSEEN
    return char
