"""The audit examines page by page, and looks at what is stored, not at what is cached."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from projections import Views
from projections.audit import Audit, plain
from projections.tables import EXECUTIONS
from tests.damage import rewrite, write_text
from wf_es.audit.anchors import BEGIN
from wf_es.definition.stored import hash_of
from wf_es.engine.quarantine import Quarantine
from wf_es.errors import CorruptHistory, NotFound
from wf_es.execution import events as log
from wf_es.execution.events import Pin
from wf_es.store import SQLiteStore

ONE = "aaaaaaaa-0000-5000-8000-000000000001"
TWO = "aaaaaaaa-0000-5000-8000-000000000002"
FLOW = "dddddddd-0000-5000-8000-000000000001"
TEXT = "version: '2.0'\n"


@pytest.fixture
def told(story: Any, tmp_path: Path) -> Any:
    """A log in a file with a definition and two executions of five events."""
    story.store = SQLiteStore(tmp_path / "log.sqlite")
    story.path = tmp_path / "log.sqlite"
    story.upload(FLOW, TEXT, hash=hash_of(TEXT))
    for stream in (ONE, TWO):
        story.start(stream, definition=Pin(stream=FLOW, version=1, hash=hash_of(TEXT)))
        story.record(stream, *[log.ExecutionUpdated(description=f"n {n}") for n in range(4)])
    yield story
    story.store.close()


@pytest.fixture
def views(told: Any) -> Any:
    """Views that have folded it."""
    views = Views("sqlite://", told.store, told.codec)
    views.catch_up()
    yield views
    views.close()


def whole(audit: Audit, limit: int = 1000) -> dict[str, Any]:
    """Return what all pages say together."""
    sums: dict[str, Any] = {"rows": 0, "streams": 0, "events": 0, "findings": ()}
    after, head = 0, 1
    while after < head:
        page = audit.page(after, None, limit)
        after, head = page.after, page.head
        sums = {name: value + getattr(page, name) for name, value in sums.items()}
    return sums


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
def test_a_sound_log_is_examined_whatever_the_pages_are(told: Any, views: Views, limit: int) -> None:
    """Every event is counted once."""
    sums = whole(Audit(told.store, told.codec, views), limit)
    assert sums == {"rows": 11, "streams": 3, "events": 11, "findings": ()}


@pytest.mark.parametrize("limit", [1, 4, 1000])
@pytest.mark.parametrize("version", [1, 3, 5])
def test_a_damaged_event_is_named_once(told: Any, views: Views, version: int, limit: int) -> None:
    """And its execution goes into quarantine, the other one not."""
    position = told.store.load(TWO)[version - 1].position
    write_text(told.path, position, b"{}")
    quarantine = Quarantine()
    (finding,) = whole(Audit(told.store, told.codec, views, quarantine), limit)["findings"]
    assert (finding.stream, finding.event, finding.position) == (TWO, version, position)
    assert finding.what == "damaged"
    with pytest.raises(CorruptHistory):
        quarantine.check(TWO)
    quarantine.check(ONE)


def test_what_is_mended_comes_out_of_quarantine(told: Any, views: Views) -> None:
    """By being examined again."""
    (event,) = told.store.load(ONE, 2, 1)
    write_text(told.path, event.position, b"{}")
    quarantine = Quarantine()
    audit = Audit(told.store, told.codec, views, quarantine)
    assert audit.one(ONE)[1]
    write_text(told.path, event.position, event.body)
    assert audit.one(ONE)[1] == ()
    quarantine.check(ONE)


@pytest.mark.parametrize("column", ["originator_id", "originator_version"])
@pytest.mark.parametrize("version", [1, 2, 4, 5])
def test_a_row_with_another_name_or_number_is_found(
    told: Any, views: Views, column: str, version: int
) -> None:
    """Wherever it seems to belong now; the execution that lost it is not said to be sound."""
    position = told.store.load(ONE)[version - 1].position
    value = "nobody" if column == "originator_id" else 77
    with told.store.recorder.datastore.transaction(commit=True) as cursor:
        cursor.execute(f"UPDATE stored_events SET {column} = ? WHERE rowid = ?", (value, position))
    findings = whole(Audit(told.store, told.codec, views), 3)["findings"]
    assert {finding.stream for finding in findings} >= {ONE}, findings
    assert position in {finding.position for finding in findings} or column == "originator_version"


def test_rewritten_history_shows_in_the_views_or_not_at_all(told: Any, views: Views) -> None:
    """That is what anchors are for: the digest of the log is another one."""
    audit = Audit(told.store, told.codec, views)
    before = audit.rolled(0, BEGIN).digest
    rewrite(told.path, ONE, 5, b"n 3", b"n 9")
    found = {finding.what for finding in whole(audit)["findings"]}
    assert found == {"view"}
    views.rebuild()
    assert whole(audit)["findings"] == ()
    assert audit.rolled(0, BEGIN).digest != before


@pytest.mark.parametrize("limit", [1, 5, 1000])
def test_the_digest_does_not_depend_on_the_pages(told: Any, limit: int) -> None:
    """It can be had up to a position, too."""
    audit = Audit(told.store, told.codec)
    streams: list[str] = []
    after, digest = 0, BEGIN
    while after < 9:
        page = audit.rolled(after, digest, 9, limit)
        after, digest = page.after, page.digest
        streams += page.streams
    assert digest == audit.rolled(0, BEGIN, 9).digest != audit.rolled(0, BEGIN).digest
    assert dict.fromkeys(streams) == dict.fromkeys([FLOW, ONE, TWO])


def test_rows_that_differ_are_named(told: Any, views: Views) -> None:
    """A wrong row, and one of an execution that never was."""
    with views._database.writing() as connection:
        connection.execute(update(EXECUTIONS).where(EXECUTIONS.c.id == ONE).values(state="SUCCESS"))
        row = dict(connection.execute(EXECUTIONS.select().limit(1)).mappings().one())
        connection.execute(insert(EXECUTIONS), [{**row, "id": "nobody"}])
    findings = whole(Audit(told.store, told.codec, views))["findings"]
    assert [(finding.stream, finding.what) for finding in findings] == [("nobody", "view"), (ONE, "view")]
    assert "state is not what the log says" in findings[1].text
    views.rebuild()
    assert whole(Audit(told.store, told.codec, views))["findings"] == ()


def test_a_definition_that_is_another_one_is_named(told: Any, views: Views) -> None:
    """Its own stream is sound, but not what its executions have pinned."""
    rewrite(told.path, FLOW, 1, b"version", b"vers10n")
    findings = whole(Audit(told.store, told.codec))["findings"]
    assert [(finding.stream, finding.what) for finding in findings] == [
        (ONE, "definition"),
        (TWO, "definition"),
    ]


def test_one_execution_alone(told: Any, views: Views) -> None:
    """What was seen of it, and what is wrong; an unknown one is an error."""
    seen, findings = Audit(told.store, told.codec, views).one(ONE)
    assert (seen.events, findings) == (5, ())
    with pytest.raises(NotFound):
        Audit(told.store, told.codec, views).one("nobody")


def test_an_execution_that_moves_is_no_difference(told: Any, views: Views) -> None:
    """Views that are merely behind are waited for."""
    views.start()
    audit = Audit(told.store, told.codec, views)
    for number in range(20):
        told.record(ONE, log.ExecutionUpdated(description=f"more {number}"))
        assert audit.one(ONE)[1] == ()


def test_pages_are_plain_data(told: Any) -> None:
    """They can be sent."""
    page = plain(Audit(told.store, told.codec).page(0))
    assert page == {"after": 11, "head": 11, "rows": 11, "streams": 3, "events": 11, "findings": ()}


def forked(told: Any, source: str = ONE) -> str:
    """Record a fork of an execution after its third event; return its id."""
    stream = "aaaaaaaa-0000-5000-8000-000000000003"
    told.start(stream, definition=Pin(stream=FLOW, version=1, hash=hash_of(TEXT)))
    digest = told.store.load(ONE)[2].digest
    told.record(stream, log.ExecutionForked(source_execution_id=source, source_event=3, source_digest=digest))
    return stream


def test_a_fork_stems_from_what_its_original_is(told: Any) -> None:
    """Until somebody who knows how has rewritten the original."""
    fork = forked(told)
    audit = Audit(told.store, told.codec)
    assert whole(audit)["findings"] == ()

    rewrite(told.path, ONE, 2, b"n 0", b"n 9")

    (finding,) = whole(audit)["findings"]
    assert (finding.stream, finding.event, finding.what) == (fork, 2, "fork")
    assert f"forked from execution {ONE} after its event 3" in finding.text
    assert audit.one(fork)[1] == (finding,)


def test_an_original_that_was_cut_off_is_noticed(told: Any) -> None:
    """There is no such event any more."""
    fork = forked(told)
    plain = sqlite3.connect(told.path)
    plain.execute("DELETE FROM stored_events WHERE originator_id = ? AND originator_version > 2", (ONE,))
    plain.commit()
    plain.close()

    (finding,) = Audit(told.store, told.codec).one(fork)[1]

    assert (finding.what, "no such event any more" in finding.text) == ("fork", True)


def test_an_original_that_is_damaged_is_a_finding_about_itself(told: Any) -> None:
    """Nothing is wrong with its fork."""
    fork = forked(told)
    write_text(told.path, told.store.load(ONE)[2].position, b"{}")

    assert Audit(told.store, told.codec).one(fork)[1] == ()


def test_an_original_in_another_store_says_nothing(told: Any) -> None:
    """It cannot be compared."""
    audit = Audit(told.store, told.codec)
    assert audit.one(forked(told, "aaaaaaaa-0000-5000-8000-00000000ffff"))[1] == ()


def test_an_original_without_its_secrets_says_nothing(told: Any) -> None:
    """Its texts are not what they were, and it says so itself."""
    fork = forked(told)
    rewrite(told.path, ONE, 2, b"n 0", b"***")
    audit = Audit(told.store, told.codec)
    assert [finding.what for finding in audit.one(fork)[1]] == ["fork"]

    imported = log.ExecutionImported(events=5, digest="", exported_at="", masked=True)
    told.record(ONE, imported)

    assert audit.one(fork)[1] == ()
