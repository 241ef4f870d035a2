"""Files that a command reads as they are."""

from __future__ import annotations

import sys
from pathlib import Path

from wf_es.errors import InvalidRequest

_STANDARD_INPUT = Path("-")


def file_bytes(path: Path) -> bytes:
    """Return the bytes of a file, of standard input for ``-``.

    Raises:
        InvalidRequest: it cannot be read.
    """
    if path == _STANDARD_INPUT:
        content: bytes = sys.stdin.buffer.read()
        return content
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}") from error
