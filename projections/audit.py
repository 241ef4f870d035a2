"""The audit: whether the log agrees with itself, and the views with the log.

It reads everything from the store and believes nothing that is cached. The
log is examined page by page, so whoever asks can show how far it is, and a
server can be asked to do it in many short requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from projections.verification import Difference, verify
from projections.views import Views
from wf_es.audit import Examination, Finding, examine, examine_pin, roll
from wf_es.definition.versions import kept_subject
from wf_es.engine.quarantine import Quarantine
from wf_es.envelope import JSON
from wf_es.errors import CorruptHistory, NotFound
from wf_es.execution.events import ExecutionForked, Pin
from wf_es.execution.state import ExecutionState
from wf_es.ports import Codec, EventStore, Sealed

PAGE = 1_000
"""Events examined at a time, at most."""

_PINS = 1_000
_SECOND = 2
_ATTEMPTS = 10
"""How often to look again while an execution moves under the eyes of the audit."""


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a page of the log: up to which position, what was seen, what is wrong.

    ``rows`` are the events on the page. ``streams`` begin on it, and ``events``
    are theirs on the whole log; over all pages both counts are the same,
    unless there are rows that belong to no stream.
    """

    after: int
    head: int
    rows: int
    streams: int
    events: int
    findings: tuple[Finding, ...]


class RolledPage(msgspec.Struct, frozen=True, kw_only=True):
    """The digest of the log after a page of it, and the streams that have events there."""

    after: int
    head: int
    digest: str
    streams: tuple[str, ...]


class Audit:
    """Examines a store, and compares it with views if there are some."""

    def __init__(
        self,
        store: EventStore,
        codec: Codec,
        views: Views | None = None,
        quarantine: Quarantine | None = None,
    ) -> None:
        """Take what is examined, and where damage is noted that is found."""
        self._store = store
        self._codec = codec
        self._views = views
        self._quarantine = quarantine or Quarantine()
        self._pin_problem = lru_cache(maxsize=_PINS)(self._examine_pin)

    def page(self, after: int, upto: int | None = None, limit: int = PAGE) -> AuditPage:
        """Examine the streams that begin after a position; events beyond ``upto`` are not counted.

        Without ``upto`` the log is taken as it stands. The first page also has
        what the views show beyond the log.
        """
        head = self._store.head()
        upto = head if upto is None else upto
        rows = [row for row in self._store.read(after, limit) if row.position <= upto]
        findings: list[Finding] = [] if after else list(self._orphans())
        streams, events = 0, 0
        for row in rows:
            if row.version == 1:
                seen = self._load(row.stream)
                streams += 1
                events += sum(1 for event in seen if event.position <= upto)
                findings += self._findings(row.stream, seen)
            else:
                findings += self._strays(row)
        return AuditPage(
            after=rows[-1].position if rows else upto,
            head=head,
            rows=len(rows),
            streams=streams,
            events=events,
            findings=tuple(findings),
        )

    def one(self, stream: str) -> tuple[Examination, tuple[Finding, ...]]:
        """Examine one execution or definition.

        Raises:
            NotFound: there is no such stream.
        """
        events = self._load(stream)
        if not events:
            raise NotFound(f"Nothing is recorded under the id {stream}", kind="execution", id=stream)
        return examine(stream, events, self._codec), tuple(self._findings(stream, events))

    def rolled(self, after: int, digest: str, upto: int | None = None, limit: int = PAGE) -> RolledPage:
        """Return the digest of the log after a page of it, given the digest before."""
        head = self._store.head()
        upto = head if upto is None else upto
        rows = [row for row in self._store.read(after, limit) if row.position <= upto]
        return RolledPage(
            after=rows[-1].position if rows else upto,
            head=head,
            digest=roll(digest, rows),
            streams=tuple(dict.fromkeys(row.stream for row in rows)),
        )

    def _load(self, stream: str) -> list[Sealed]:
        return self._store.load(stream)

    def _findings(self, stream: str, events: list[Sealed]) -> Iterator[Finding]:
        """Yield what is wrong with a stream: in its events first, else in what stands on them."""
        seen = examine(stream, events, self._codec)
        if seen.finding is not None:
            self._quarantine.put(CorruptHistory(seen.finding.text, stream=stream, version=seen.finding.event))
            yield seen.finding
            return
        self._quarantine.release(stream)
        if isinstance(seen.state, ExecutionState):
            yield from self._of_origin(seen.state, events)
            yield from self._of_execution(seen.state)

    def _of_origin(self, state: ExecutionState, events: list[Sealed]) -> Iterator[Finding]:
        """Yield that a fork stems from something else than what its original has there now.

        An original that is not in this store, or came without its secrets,
        says nothing about that, and a damaged event of it is a finding of its own.
        """
        if state.forked_from is None or state.forked_from.since > len(events):
            return
        row = events[state.forked_from.since - 1]
        data = self._codec.open(row).data
        if not isinstance(data, ExecutionForked):
            return
        original = self._store.load(data.source_execution_id, data.source_event - 1, 1)
        found = original[0] if original else None
        if found is not None and (not found.intact or found.digest == data.source_digest):
            return
        whole = examine(data.source_execution_id, self._load(data.source_execution_id), self._codec).state
        if whole is None or (isinstance(whole, ExecutionState) and whole.masked):
            return
        what = "has no such event any more" if found is None else "has another text there now"
        text = (
            f"Execution {state.id} was forked from execution {data.source_execution_id} after its event "
            f"{data.source_event}, but that one {what}"
        )
        yield _found(row, row.version, "fork", text)

    def _of_execution(self, state: ExecutionState) -> Iterator[Finding]:
        problem = None if state.definition is None else self._pin_problem(state.definition)
        if problem is not None:
            text = f"Execution {state.id}: {problem}"
            yield Finding(stream=state.id, event=1, position=0, what="definition", text=text)
        if self._views is None:
            return
        for difference in self._differences(state, self._views):
            text = f"Execution {state.id}, {difference}; 'wf-es projection rebuild' mends the views"
            yield Finding(stream=state.id, event=state.version, position=0, what="view", text=text)

    def _differences(self, state: ExecutionState, views: Views) -> list[Difference]:
        """Compare an execution with its rows; while it goes on, look again."""
        differences: list[Difference] = []
        for _ in range(_ATTEMPTS):
            differences = verify(state, views)
            if not differences:
                return []
            events = self._load(state.id)
            views.wait(events[-1].position)
            now = examine(state.id, events, self._codec).state
            if not isinstance(now, ExecutionState):
                return []
            if now.version == state.version and verify(state, views) == differences:
                return differences
            state = now
        return differences

    def _strays(self, row: Sealed) -> Iterator[Finding]:
        """Yield a row that no stream which begins on the log will show, because its name or number is wrong.

        The second event of a stream is looked at for the first one, which the examination begins with.
        """
        if row.intact and row.version > _SECOND:
            return
        events = self._load(row.stream)
        if events and events[0].version == 1 and any(event.position == row.position for event in events):
            return
        if row.intact:
            text = f"Event 1 of stream {row.stream} is missing; the next one is {row.version}"
            yield _found(row, 1, "missing", text)
            return
        claim = f"it claims to be event {row.version} of stream {row.stream}"
        yield _found(row, row.version, "damaged", f"The row at position {row.position} is damaged; {claim}")

    def _orphans(self) -> Iterator[Finding]:
        """Yield executions that the views show and the log does not know."""
        if self._views is None:
            return
        for execution_id in self._views.execution_ids():
            if not self._store.load(execution_id, 0, 1):
                text = (
                    f"Execution {execution_id} is not in the log; 'wf-es projection rebuild' mends the views"
                )
                yield Finding(stream=execution_id, event=0, position=0, what="view", text=text)

    def _examine_pin(self, pin: Pin) -> str | None:
        problem = examine_pin(pin, self._load(pin.stream), self._codec)
        if problem is None:
            return None
        # An imported execution may run a definition that is kept for it alone.
        place = kept_subject(pin.stream, pin.version, pin.hash).id
        kept = examine_pin(Pin(stream=place, version=1, hash=pin.hash), self._load(place), self._codec)
        return problem if kept is not None else None


def _found(row: Sealed, event: int, what: str, text: str) -> Finding:
    return Finding(stream=row.stream, event=event, position=row.position, what=what, text=text)


def plain(page: msgspec.Struct) -> dict[str, JSON]:
    """Return a page as plain data."""
    data: dict[str, JSON] = msgspec.to_builtins(page)
    return data
