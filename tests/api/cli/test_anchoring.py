"""Anchors are made and compared page by page, and a difference is narrowed down by the marks."""

from __future__ import annotations

from api.cli.anchoring import compare, made_anchor
from api.cli.client import Row
from wf_es.audit import roll
from wf_es.ports import Sealed

PAGE = 10


class Pages:
    """A log of single-event streams, in small pages."""

    def __init__(self, texts: list[str]) -> None:
        self.events = [
            Sealed(stream=f"s{n}", version=1, topic="T@1", body=b"", digest=text, position=n)
            for n, text in enumerate(texts, 1)
        ]

    def rolled(self, after: int, digest: str, upto: int | None) -> Row:
        """Roll over a page."""
        head = len(self.events)
        rows = self.events[after : min(after + PAGE, head if upto is None else upto)]
        return {
            "after": rows[-1].position if rows else head if upto is None else upto,
            "head": head,
            "digest": roll(digest, rows),
            "streams": [row.stream for row in rows],
        }


def test_an_anchor_fits_the_log_it_was_made_of() -> None:
    """Also after the log has grown, and of an empty log."""
    for length in (0, 1, 10, 95):
        texts = ["x"] * length
        anchor = made_anchor(Pages(texts), "now")
        assert anchor.position == length
        assert compare(Pages(texts), anchor) == []
        assert compare(Pages([*texts, "more"]), anchor) == []


def test_the_place_of_a_change_is_narrowed_down() -> None:
    """To one page; the streams that have events there are named."""
    anchor = made_anchor(Pages(["x"] * 95), "now")
    for changed in range(95):
        texts = ["x"] * 95
        texts[changed] = "y"
        (finding,) = compare(Pages(texts), anchor)
        first = changed // PAGE * PAGE + 1
        assert finding["position"] == first
        assert f"between the positions {first} and {min(first + PAGE - 1, 95)}" in finding["text"]
        assert f"s{first}" in finding["text"]


def test_a_change_on_a_page_of_one_stream_names_it() -> None:
    """Then it can be no other."""
    anchor = made_anchor(Pages(["x"] * 11), "now")
    (finding,) = compare(Pages(["x"] * 10 + ["y"]), anchor)
    assert finding["stream"] == "s11"


def test_a_log_that_ends_early() -> None:
    """What is missing cannot be compared, and is the finding."""
    anchor = made_anchor(Pages(["x"] * 30), "now")
    for length in (0, 5, 10, 29):
        (finding,) = compare(Pages(["x"] * length), anchor)
        assert f"ends at position {length}" in finding["text"]
