"""``wf-es audit`` as typed, on a log that is opened here and on a server's."""

from __future__ import annotations

import json
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.api.cli.conftest import Type
from tests.damage import flip_a_bit, rewrite, waiting_executions
from wf_es.store import SQLiteStore

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a log with three executions."""
    path = waiting_executions(tmp_path_factory.mktemp("made") / "log.sqlite", 3)
    return path.read_bytes()


@pytest.fixture
def log(made: bytes, tmp_path: Path) -> Path:
    """A log of one's own."""
    path = tmp_path / "log.sqlite"
    path.write_bytes(made)
    return path


def executions(log: Path) -> list[str]:
    """Return the ids of the executions, the oldest first."""
    store = SQLiteStore(log)
    found = [row.stream for row in store.read(0, 1000) if row.topic == "WorkflowStarted@1"]
    store.close()
    return found


def verified(offline: Type, log: Path, *arguments: str) -> tuple[int, Any]:
    """Return exit code and report."""
    result = offline("audit", "verify", "--db-url", f"sqlite:///{log}", "-o", "json", *arguments)
    return result.exit_code, json.loads(result.stdout) if result.stdout else result.stderr


def anchored(offline: Type, log: Path, *arguments: str) -> Path:
    """Make an anchor beside the log."""
    result = offline("audit", "anchor", "--db-url", f"sqlite:///{log}", *arguments)
    assert result.exit_code == 0, result.stderr
    path = log.with_name("anchor.json")
    path.write_text(result.stdout)
    return path


def test_a_sound_log(offline: Type, log: Path) -> None:
    """Exit code 0, and how much was looked at."""
    code, report = verified(offline, log)
    assert (code, report["ok"], report["streams"], report["findings"]) == (0, True, 4, [])
    result = offline("audit", "verify", "--db-url", f"sqlite:///{log}")
    assert result.stdout == ""
    assert "executions and definitions: no difference" in result.stderr


@pytest.mark.parametrize("seed", range(15))
def test_a_flipped_bit_is_named(offline: Type, log: Path, seed: int) -> None:
    """The execution, the event number, and that it is damage; exit code 14."""
    flip = flip_a_bit(log, random.Random(seed))
    code, report = verified(offline, log)
    assert code == 14
    found = [(one["stream"], one["event"], one["what"]) for one in report["findings"]]
    assert (flip.stream, flip.version, "damaged") in found, flip
    assert {what for stream, _, what in found if stream != flip.stream} <= {"definition"}


def test_a_difference_is_shown_as_a_table(offline: Type, log: Path) -> None:
    """The lines name it, the last one counts."""
    victim = executions(log)[1]
    flip = flip_a_bit(log, random.Random(1), victim)
    result = offline("audit", "verify", "--db-url", f"sqlite:///{log}")
    assert result.exit_code == 14
    assert f"Event {flip.version} of stream {victim} is damaged" in result.stdout
    assert "1 difference\n" in result.stderr


def test_chosen_executions_only(offline: Type, log: Path) -> None:
    """Others may be as damaged as they like."""
    first, second, _ = executions(log)
    flip_a_bit(log, random.Random(1), second)
    assert verified(offline, log, first)[0] == 0
    code, report = verified(offline, log, first, second)
    assert (code, report["streams"], report["findings"][0]["stream"]) == (14, 2, second)
    assert "whole id" in verified(offline, log, first[:5])[1]


def test_views_that_differ(offline: Type, log: Path) -> None:
    """What is shown and what the log says are compared, too."""
    url = f"sqlite:///{log}"
    views = log.with_name("log-views.sqlite")
    from projections import Views
    from wf_es.store import standard_codec

    store = SQLiteStore(log)
    made = Views(f"sqlite:///{views}", store, standard_codec())
    made.catch_up()
    made.close()
    store.close()
    assert verified(offline, log)[0] == 0
    plain = sqlite3.connect(views)
    plain.execute("UPDATE executions SET state = 'SUCCESS' WHERE id = ?", (executions(log)[0],))
    plain.commit()
    plain.close()
    code, report = verified(offline, log)
    assert (code, [one["what"] for one in report["findings"]]) == (14, ["view"])
    shown = offline("projection", "verify", "--db-url", url, "-o", "json")
    assert (shown.exit_code, len(json.loads(shown.stdout)["findings"])) == (14, 1)
    assert offline("projection", "rebuild", "--db-url", url).exit_code == 0
    assert offline("projection", "verify", "--db-url", url).exit_code == 0


def test_a_store_that_was_rewritten_is_found_by_its_anchor(offline: Type, log: Path) -> None:
    """All chains and checksums fit, and still it is not what it was."""
    anchor = anchored(offline, log)
    assert verified(offline, log, "--anchor", str(anchor))[0] == 0
    victim = executions(log)[1]
    rewrite(log, victim, 1, b"person 1", b"person 9")
    assert verified(offline, log)[0] == 0
    code, report = verified(offline, log, "--anchor", str(anchor))
    (finding,) = report["findings"]
    assert (code, finding["what"]) == (14, "anchor")
    assert victim in finding["text"]


def test_events_that_were_cut_off_are_found_by_an_anchor(offline: Type, log: Path) -> None:
    """A log that ends too early."""
    anchor = anchored(offline, log)
    plain = sqlite3.connect(log)
    plain.execute("DELETE FROM stored_events WHERE rowid = (SELECT MAX(rowid) FROM stored_events)")
    plain.commit()
    plain.close()
    code, report = verified(offline, log, "--anchor", str(anchor))
    assert code == 14
    assert "events were removed" in report["findings"][-1]["text"]


def test_a_log_that_has_grown_still_fits_its_anchor(offline: Type, log: Path) -> None:
    """An anchor is about the past."""
    anchor = anchored(offline, log)
    waiting = executions(log)
    import wf_es

    with wf_es.open(f"sqlite:///{log}", threads=0) as workflows:
        workflows.pause(waiting[0])
    code, report = verified(offline, log, "--anchor", str(anchor))
    assert (code, report["findings"]) == (0, [])


def test_a_signed_anchor_needs_its_key(offline: Type, log: Path, tmp_path: Path) -> None:
    """Nobody can make another one in its place, and it is not believed without the key."""
    key, other = tmp_path / "key", tmp_path / "other"
    key.write_bytes(KEY)
    other.write_bytes(KEY[::-1])
    anchor = anchored(offline, log, "--key-file", str(key))
    keyed = ("--anchor", str(anchor), "--key-file")
    assert verified(offline, log, *keyed, str(key))[0] == 0
    assert verified(offline, log, "--anchor", str(anchor))[0] == 3
    assert verified(offline, log, *keyed, str(other))[0] == 7
    changed = json.loads(anchor.read_text()) | {"made_at": "yesterday"}
    anchor.write_text(json.dumps(changed))
    assert verified(offline, log, *keyed, str(key))[0] == 7
    unsigned = anchored(offline, log)
    assert verified(offline, log, "--anchor", str(unsigned), "--key-file", str(key))[0] == 3


def test_bad_files_are_refused(offline: Type, log: Path, tmp_path: Path) -> None:
    """Anchors and keys that are none, logs that are not there."""
    short, nonsense = tmp_path / "short", tmp_path / "nonsense"
    short.write_bytes(b"x")
    nonsense.write_text("{}")
    url = ("--db-url", f"sqlite:///{log}")
    assert offline("audit", "anchor", "--key-file", str(short), *url).exit_code == 3
    assert offline("audit", "anchor", "--key-file", str(tmp_path / "none"), *url).exit_code == 3
    assert offline("audit", "verify", "--anchor", str(nonsense), *url).exit_code == 3
    assert offline("audit", "verify", "--key-file", str(short), *url).exit_code == 2
    missing = offline("audit", "verify", "--db-url", f"sqlite:///{tmp_path / 'gone.sqlite'}")
    assert (missing.exit_code, (tmp_path / "gone.sqlite").exists()) == (4, False)
