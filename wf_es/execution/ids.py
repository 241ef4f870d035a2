"""Ids of tasks and actions: derived, so deciding again gives the same ones."""

from __future__ import annotations

from hashlib import sha1, sha256

from wf_es.envelope import Origin


def nth_id(execution_id: str, number: int) -> str:
    """Return the id of the ``number``-th task or action: ``uuid5(execution_id, number)``.

    Written out (RFC 9562, section 5.5), because every step needs two of them
    and the library takes three times as long.
    """
    namespace = bytes.fromhex(execution_id.replace("-", ""))
    digest = bytearray(sha1(namespace + str(number).encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def seed_for(*parts: str) -> int:
    """Return a seed that follows from some texts, such as the id of a request."""
    digest = sha256(" ".join(parts).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:7], "big") or 1


def seed_of(origin: Origin, execution_id: str) -> int:
    """Return the seed of a command that was given none: it follows from its request's id.

    A request may bring about commands for many executions; they get different ones.
    """
    why = (execution_id, origin.cause) if origin.cause else ()
    return seed_for(origin.command, *why)
