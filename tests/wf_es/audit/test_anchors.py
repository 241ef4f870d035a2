"""An anchor says what the log was; nobody else can make another one that is signed."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from tests.wf_es.audit.test_examination import BODIES, sealed
from wf_es.audit import Anchor, is_signed_with, read_anchor, roll, signed, write_anchor
from wf_es.audit.anchors import BEGIN, thinned
from wf_es.errors import InvalidRequest

ANCHOR = Anchor(position=7, digest="a" * 64, made_at="2026-11-21T08:00:00+00:00", marks=((3, "b" * 64),))


def test_the_digest_can_be_rolled_page_by_page() -> None:
    """Whatever the pages are, the digest is the same."""
    events = sealed(*BODIES)
    whole = roll(BEGIN, events)
    for cut in range(len(events) + 1):
        assert roll(roll(BEGIN, events[:cut]), events[cut:]) == whole


@pytest.mark.parametrize("field", ["stream", "version", "topic", "digest", "position"])
def test_everything_that_an_event_says_counts(field: str) -> None:
    """Another stream, number, topic, text or place gives another digest."""
    events = sealed(*BODIES)
    old = getattr(events[1], field)
    changed = msgspec.structs.replace(events[1], **{field: old + 1 if isinstance(old, int) else f"{old}x"})
    assert roll(BEGIN, [events[0], changed, *events[2:]]) != roll(BEGIN, events)


def test_what_is_left_out_or_put_in_counts() -> None:
    """So does another order."""
    events = sealed(*BODIES)
    others = [events[:-1], [*events, events[0]], [events[1], events[0], *events[2:]]]
    assert roll(BEGIN, events) not in [roll(BEGIN, other) for other in others]


def test_an_anchor_survives_being_written() -> None:
    """It is read back as it was, signed or not."""
    for anchor in (ANCHOR, signed(ANCHOR, b"k" * 32)):
        assert read_anchor(write_anchor(anchor)) == anchor


def test_a_signature_is_of_one_key_and_one_anchor() -> None:
    """Another key, or any change of any field, and it is none."""
    one = signed(ANCHOR, b"k" * 32)
    assert is_signed_with(one, b"k" * 32)
    assert not is_signed_with(one, b"l" * 32)
    assert not is_signed_with(ANCHOR, b"k" * 32)
    changes = {"position": 8, "digest": "c" * 64, "made_at": "", "marks": (), "method": "none"}
    for name, value in changes.items():
        assert not is_signed_with(msgspec.structs.replace(one, **{name: value}), b"k" * 32), name


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "nonsense", '{"wf_es_anchor": 2, "position": 1, "digest": "", "made_at": ""}', b"\xff"],
)
def test_what_is_no_anchor_is_refused(text: str | bytes) -> None:
    """With a word on what to do, or on the form."""
    with pytest.raises(InvalidRequest, match="anchor"):
        read_anchor(text)


def test_an_anchor_stays_small() -> None:
    """Marks are left out evenly, and the last ones stay."""
    marks = [(number, "d") for number in range(1, 10_001)]
    kept = thinned(marks)
    assert 200 < len(kept) <= 400
    steps = {after[0] - before[0] for before, after in pairwise(kept)}
    assert len(steps) == 1
    assert thinned(marks[:400]) == marks[:400]
