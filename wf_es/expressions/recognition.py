"""Where expressions are in a string, the way Mistral looks for them.

YAQL stands between ``<%`` and the next ``%>``; a string may hold several.
Jinja is there if anything stands between ``{{`` and ``}}`` or ``{%`` and
``%}``; then the whole string is one Jinja template. Both in one string is an
error. Other than in Mistral an expression may run over several lines: there
such a string is silently taken as text.

Everything here is a linear scan, because strings without expressions may be
of any length.
"""

from __future__ import annotations

from collections.abc import Iterator

_MARKS = ("<%", "{{", "{%")


def may_hold_expression(text: str) -> bool:
    """Say quickly whether the text can hold an expression at all."""
    return any(mark in text for mark in _MARKS)


def yaql_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each ``<% %>`` in the text, marks included."""
    start = text.find("<%")
    while start >= 0:
        end = text.find("%>", start + 2)
        if end < 0:
            return
        yield start, end + 2
        start = text.find("<%", end + 2)


def jinja_start(text: str) -> int | None:
    """Return where the first Jinja expression or block starts, or None."""
    starts = [
        start
        for opening, closing in (("{{", "}}"), ("{%", "%}"))
        if (start := text.find(opening)) >= 0 and text.find(closing, start + 2) >= 0
    ]
    return min(starts, default=None)
