"""Comparing JSON values exactly, and standing in for those that are not kept."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from wf_es.envelope import JSON

_ENCODER = msgspec.json.Encoder(order="sorted")


def digest_of(value: JSON) -> str:
    """Return the SHA-256 (hex) of a JSON value, whatever the order of its keys."""
    return sha256(_ENCODER.encode(value)).hexdigest()


def is_same(left: JSON, right: JSON) -> bool:
    """Return whether two values are the same JSON (so true is not 1)."""
    return left is right or _ENCODER.encode(left) == _ENCODER.encode(right)


def report_of(state: str, output: JSON) -> str:
    """Return the digest of what was reported of an action: the state and the value."""
    return digest_of({"state": state, "output": output})
