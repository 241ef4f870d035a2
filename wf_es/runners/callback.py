"""Callback URLs: whoever holds one may complete exactly one action.

A URL is ``<base>/callback/<token>``, and a token is
``<action id>.<generation>.<signature>``: one path segment that says which
action it is for and proves that we made it. The signature is an HMAC-SHA256
under a key that lives in a file outside the store, so a copy of the database
does not let anybody report results. Nothing is stored per token, and it is
worth nothing once its action has ended. The generation allows to make a new
URL for the same action that is told apart from an earlier one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from wf_es.errors import NotFound, WorldError

KEY_BYTES = 32
_LONGEST_TOKEN = 256
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ticket:
    """What a valid token says: the action it may complete, and its generation."""

    action_id: str
    generation: int


class Callbacks:
    """Makes callback URLs and checks the tokens that come back in them."""

    def __init__(self, base_url: str, key: bytes) -> None:
        """Sign with ``key``; ``base_url`` is where this server is reached from outside."""
        self.base_url = base_url.rstrip("/")
        self._key = key

    def url(self, action_id: str, generation: int = 1) -> str:
        """Return the absolute URL that completes the action."""
        return f"{self.base_url}/callback/{self.token(action_id, generation)}"

    def token(self, action_id: str, generation: int = 1) -> str:
        """Return the token for one action, fit for a single path segment."""
        claim = f"{action_id}.{generation}"
        return f"{claim}.{self._signature(claim)}"

    def verify(self, token: str) -> Ticket:
        """Return what a token is for; compares in constant time.

        Raises:
            NotFound: we did not make this token. The text does not repeat it.
        """
        claim, _, signature = token[:_LONGEST_TOKEN].rpartition(".")
        action_id, _, generation = claim.rpartition(".")
        expected = self._signature(claim)
        is_ours = hmac.compare_digest(signature.encode(errors="replace"), expected.encode())
        if not (is_ours and generation.isascii() and generation.isdigit()):
            raise NotFound("this callback address is not known; use the one the action was given")
        return Ticket(action_id, int(generation))

    def _signature(self, claim: str) -> str:
        digest = hmac.digest(self._key, b"callback:" + claim.encode(errors="replace"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def load_key(path: Path) -> bytes:
    """Return the signing key in the file at ``path``; create it on first use.

    The file is only readable by its owner, and appears complete or not at
    all: processes that start together agree on the one that came first.

    Raises:
        WorldError: the file cannot be made or read, or holds no key.
    """
    try:
        if not path.exists():
            _create_key(path)
        text = path.read_text(encoding="ascii").strip()
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            _log.warning("the callback key %s is readable by others; run: chmod 600 %s", path, path)
        key = bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise WorldError(
            f"the callback key {path} cannot be used: {error}; remove it to get a new one"
        ) from error
    if len(key) < KEY_BYTES:
        raise WorldError(f"the callback key {path} is too short; remove it to get a new one")
    return key


def _create_key(path: Path) -> None:
    """Write a new key beside ``path`` and put it there unless another was quicker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        _log.debug("another process created the callback key %s first", path)
    finally:
        draft.unlink()
