"""Anchors: what the log was, kept outside of it.

The chain of a stream shows that *one* event was changed. Whoever can rewrite
the whole store can make all chains anew, or leave the newest events out, and nothing
inside the store can show it. So what the log was must be kept elsewhere: an
anchor is one digest over every event up to a position, in the order of the
log. It is small, can be kept in a safe place, printed, or sent to somebody
else, and may be signed with a key that the store does not have.

The digest is rolled: that up to an event is made from that up to the one
before and from what the event's row says. So it can be computed page by page.
Marks on the way narrow down where a log differs from its anchor.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import msgspec

from wf_es.errors import InvalidRequest
from wf_es.ports import Sealed

FORMAT = 1
"""The version of the form in which anchors are written."""

BEGIN = "0" * 64
"""The digest of a log without events."""

_METHOD = "HMAC-SHA256"
_MOST_MARKS = 400


class Anchor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The log up to a position: its digest, and digests on the way as ``marks``.

    ``signature`` is an HMAC-SHA256 over all other fields, empty if there is none.
    """

    wf_es_anchor: int = FORMAT
    position: int
    digest: str
    made_at: str
    marks: tuple[tuple[int, str], ...] = ()
    method: str = ""
    signature: str = ""


def roll(digest: str, events: Iterable[Sealed]) -> str:
    """Return the digest of the log after more events, from the one before them."""
    for event in events:
        said = f"{digest}\n{event.position}\n{event.stream}\n{event.version}\n{event.topic}\n{event.digest}"
        digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    return digest


def thinned(marks: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Leave out every second mark, as often as needed, so that an anchor stays small."""
    while len(marks) > _MOST_MARKS:
        marks = marks[1::2]
    return marks


def signed(anchor: Anchor, key: bytes) -> Anchor:
    """Return the anchor with a signature that only who has the key can make."""
    plain = msgspec.structs.replace(anchor, method=_METHOD, signature="")
    return msgspec.structs.replace(plain, signature=_signature(plain, key))


def is_signed_with(anchor: Anchor, key: bytes) -> bool:
    """Return whether the signature was made with this key, over this anchor."""
    plain = msgspec.structs.replace(anchor, signature="")
    return anchor.method == _METHOD and hmac.compare_digest(anchor.signature, _signature(plain, key))


def write_anchor(anchor: Anchor) -> str:
    """Return an anchor as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(anchor), indent=2).decode()


def read_anchor(text: bytes | str) -> Anchor:
    """Return the anchor that a text holds.

    Raises:
        InvalidRequest: it is none, or one of a newer form.
    """
    try:
        anchor = msgspec.json.decode(text, type=Anchor)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = f"This is no anchor ({error}); 'wf-es audit anchor' makes one"
        raise InvalidRequest(text) from error
    if anchor.wf_es_anchor != FORMAT:
        raise InvalidRequest(
            f"The anchor has the form {anchor.wf_es_anchor}; this release reads form {FORMAT} only"
        )
    return anchor


def _signature(plain: Anchor, key: bytes) -> str:
    return hmac.new(key, msgspec.json.encode(plain), hashlib.sha256).hexdigest()
