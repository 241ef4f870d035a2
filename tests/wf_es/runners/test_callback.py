"""Callback URLs and their tokens."""

from __future__ import annotations

import logging
import stat
import string
import threading
from pathlib import Path

import pytest

from wf_es.errors import NotFound, WorldError
from wf_es.runners import Callbacks, Ticket, load_key

ACTION = "0b8f6a1e-4c1f-5d2f-9b55-0d3f4a8a6c11"
CALLBACKS = Callbacks("http://server:8989/", b"k" * 32)


def test_a_url_leads_back_to_its_action() -> None:
    """The last segment of the URL is a token that names the action."""
    url = CALLBACKS.url(ACTION)
    base, _, token = url.rpartition("/")

    assert base == "http://server:8989/callback"
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")
    assert CALLBACKS.verify(token) == Ticket(ACTION, 1)


def test_generations_differ() -> None:
    """A URL made anew is told apart from the earlier one."""
    assert CALLBACKS.verify(CALLBACKS.token(ACTION, 7)) == Ticket(ACTION, 7)
    assert CALLBACKS.token(ACTION, 1) != CALLBACKS.token(ACTION, 2)


TOKEN = CALLBACKS.token(ACTION)
CLAIM, _, SIGNATURE = TOKEN.rpartition(".")


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param(".", id="only a dot"),
        pytest.param(ACTION, id="an action id"),
        pytest.param(CLAIM, id="unsigned"),
        pytest.param(f"{CLAIM}.", id="empty signature"),
        pytest.param(f"{ACTION}.2.{SIGNATURE}", id="other generation"),
        pytest.param(f"{ACTION[:-1]}2.1.{SIGNATURE}", id="other action"),
        pytest.param(TOKEN[:-1], id="cut"),
        pytest.param(TOKEN + "A", id="longer"),
        pytest.param(TOKEN.upper(), id="upper case"),
        pytest.param(f"{CLAIM}.\u00e4\ud800", id="not ASCII"),
        pytest.param("x" * 1_000_000, id="huge"),
        pytest.param(Callbacks("http://server", b"o" * 32).token(ACTION), id="another key"),
        pytest.param(CALLBACKS.token(ACTION, "\u0661"), id="a digit of another script"),  # type: ignore[arg-type]
    ],
)
def test_forged_tokens(token: str) -> None:
    """Nothing but an own token is accepted, and the error does not repeat it."""
    with pytest.raises(NotFound) as caught:
        CALLBACKS.verify(token)

    assert SIGNATURE not in str(caught.value)


def test_a_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """The file is created on first use, for its owner only, and read from then on."""
    path = tmp_path / "deep" / "callback.key"

    first = load_key(path)

    assert len(first) >= 32
    assert load_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["callback.key"]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    """Whoever comes first decides; nobody reads half a key."""
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(load_key(tmp_path / "key"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "ab" * 16])
def test_a_bad_key_file(tmp_path: Path, content: str) -> None:
    """A damaged key is an error that says what to do, not a weak key."""
    path = tmp_path / "key"
    path.write_text(content)

    with pytest.raises(WorldError, match="remove it"):
        load_key(path)


def test_a_key_that_others_can_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The operator is told."""
    path = tmp_path / "key"
    load_key(path)
    path.chmod(0o644)

    with caplog.at_level(logging.WARNING):
        load_key(path)

    assert "chmod 600" in caplog.text
