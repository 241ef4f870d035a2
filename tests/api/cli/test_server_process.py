"""A server of our own ends with its block, and says why it could not start."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from api.cli.server_process import ServerProcess
from wf_es.errors import WorldError


def test_it_listens_inside_the_block_and_only_there(tmp_path: Path) -> None:
    """A free port, and nobody there afterwards."""
    with ServerProcess(f"sqlite:///{tmp_path / 'wf.db'}", tmp_path / "log") as server:
        answer = httpx.get(f"{server.url}/healthz")

    assert answer.status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/healthz")


def test_what_it_said_is_told_when_it_does_not_start(tmp_path: Path) -> None:
    """The message is the server's own."""
    server = ServerProcess("nonsense://", tmp_path / "log")

    with pytest.raises(WorldError, match="the server ended at once:(.|\n)*nonsense"), server:
        pass
