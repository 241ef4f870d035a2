"""Names that a process holds as long as it lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wf_es.errors import StoreUnavailable
from wf_es.store.holds import FileHolds, MemoryHolds

_OTHER = """
import sys
from pathlib import Path
from wf_es.store.holds import FileHolds
print(FileHolds(Path(sys.argv[1])).hold("runner"), flush=True)
sys.stdin.read()
"""


def test_a_name_has_one_holder(tmp_path: Path) -> None:
    """Another one is refused until the first has let go, and leaves no file behind."""
    first, second = FileHolds(tmp_path / "log"), FileHolds(tmp_path / "log")

    assert (first.hold("a"), first.hold("a"), second.hold("a")) == (True, True, False)
    assert second.is_held("a")

    first.close()
    assert not second.is_held("a")
    assert second.hold("a")
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    """The operating system lets go for it."""
    command = [sys.executable, "-c", _OTHER, str(tmp_path / "log")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        holds = FileHolds(tmp_path / "log")
        assert (holds.is_held("runner"), holds.hold("runner")) == (True, False)
        other.kill()
    assert not holds.is_held("runner")
    assert holds.hold("runner")
    holds.close()


def test_files_of_killed_processes_are_removed(tmp_path: Path) -> None:
    """Only old ones that nobody holds; a fresh one may be about to be locked."""
    old, fresh, held = (tmp_path / f"log.{name}.held" for name in ("old", "fresh", "held"))
    other = FileHolds(tmp_path / "log")
    other.hold("held")
    for path in (old, fresh):
        path.touch()
    for path in (old, held):
        os.utime(path, (0, 0))

    holds = FileHolds(tmp_path / "log")
    holds.hold("mine")

    assert {path.name for path in tmp_path.iterdir()} == {"log.fresh.held", "log.held.held", "log.mine.held"}
    holds.close()
    other.close()


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """What cannot be locked is said."""
    holds = FileHolds(tmp_path / "gone" / "log")
    assert not holds.is_held("a")
    with pytest.raises(StoreUnavailable, match="cannot be locked"):
        holds.hold("a")


def test_memory_is_not_shared() -> None:
    """Nobody else can hold anything; what is gone is gone."""
    holds = MemoryHolds()
    assert (holds.hold("a"), holds.is_held("a")) == (True, False)
    holds.close()
