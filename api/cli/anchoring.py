"""Make an anchor of a log, and compare a log with one, page by page."""

from __future__ import annotations

from typing import Protocol

from api.cli.client import Row
from api.cli.gauge import gauge
from wf_es.audit.anchors import BEGIN, Anchor, thinned

_NAMED = 5
"""How many of the executions are named that may be the changed one."""


class RolledLog(Protocol):
    """A log whose digest can be had page by page."""

    def rolled(self, after: int, digest: str, upto: int | None) -> Row:
        """Roll the digest of the log on over a page."""


def made_anchor(log: RolledLog, made_at: str) -> Anchor:
    """Return the anchor of a log as it stands; ``made_at`` is when, as text."""
    marks: list[tuple[int, str]] = []
    after, digest, upto = 0, BEGIN, None
    with gauge("events digested") as told:
        while upto is None or after < upto:
            page = log.rolled(after, digest, upto)
            upto = page["head"] if upto is None else upto
            after, digest = page["after"], page["digest"]
            marks.append((after, digest))
            told(after, upto)
    kept = tuple(mark for mark in thinned(marks) if mark[0] < after)
    return Anchor(position=after, digest=digest, made_at=made_at, marks=kept)


def compare(log: RolledLog, anchor: Anchor) -> list[Row]:
    """Return where a log first differs from its anchor, as a list of at most one finding."""
    after, digest = 0, BEGIN
    with gauge("events compared") as told:
        for position, expected in (*anchor.marks, (anchor.position, anchor.digest)):
            before, streams = after, dict[str, None]()
            while after < position:
                page = log.rolled(after, digest, position)
                if page["head"] < anchor.position:
                    text = (
                        f"the log ends at position {page['head']}, the anchor was made at {anchor.position}"
                    )
                    return [_finding("", page["head"], f"{text}: events were removed")]
                after, digest = page["after"], page["digest"]
                streams.update(dict.fromkeys(page["streams"]))
                told(after, anchor.position)
            if digest != expected:
                return [
                    _finding(
                        _only(list(streams)), before + 1, _where(before, position, anchor, list(streams))
                    )
                ]
    return []


def _only(streams: list[str]) -> str:
    return streams[0] if len(streams) == 1 else ""


def _where(before: int, position: int, anchor: Anchor, streams: list[str]) -> str:
    named = ", ".join(streams[:_NAMED]) + (", ..." if len(streams) > _NAMED else "")
    return (
        f"between the positions {before + 1} and {position} the log is not what it was at {anchor.made_at},"
        f" when the anchor was made; there are events of {len(streams)} streams: {named}"
    )


def _finding(stream: str, position: int, text: str) -> Row:
    return {"stream": stream, "event": 0, "position": position, "what": "anchor", "text": text}
