"""Pages of histories: what is wanted, at the price of what is read; and chains of causes."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.wf_es.engine.chains import TEXT, complete, start
from tests.wf_es.engine.counters import WAIT
from wf_es.engine import Engine
from wf_es.engine.histories import EventPage, Histories
from wf_es.engine.streams import Streams
from wf_es.errors import InvalidRequest, NotFound
from wf_es.execution.commands import DeleteExecution, UpdateExecution
from wf_es.execution.selection import Selection


@pytest.fixture(autouse=True)
def chain(engine: Engine) -> None:
    """The workflow that every test runs."""
    engine.definitions.create(TEXT, origin=engine.origin("ann"))


@pytest.fixture
def execution(engine: Engine) -> str:
    """An execution with 30 changes of its description, by ann and, each third, by bob."""
    execution_id = start(engine).events[0].stream
    for number in range(30):
        origin = engine.origin("bob" if number % 3 == 0 else "ann")
        engine.execute(
            UpdateExecution(execution_id=execution_id, origin=origin, description=str(number), env=None), WAIT
        )
    return execution_id


def numbers(page: EventPage) -> list[int]:
    """Return the numbers of the events on a page."""
    return [event.version for event in page.events]


def test_pages_follow_each_other(engine: Engine, execution: str) -> None:
    """Without a gap, and the last one says that it is the last."""
    first = engine.histories.page(execution, limit=20)
    second = engine.histories.page(execution, after=first.after or 0, limit=20)

    assert numbers(first) + numbers(second) == list(range(1, engine.state(execution).version + 1))
    assert (first.after, second.after) == (20, None)


def test_a_page_of_some_says_where_to_go_on(engine: Engine, execution: str) -> None:
    """The next page begins after the last event that was read, wanted or not."""
    selection = Selection(actor="bob")
    pages, after = [], 0
    while True:
        page = engine.histories.page(execution, selection, after=after, limit=3)
        pages.append(numbers(page))
        if page.after is None:
            break
        after = page.after

    assert [len(page) for page in pages] == [3, 3, 3, 1]
    found = [number for page in pages for number in page]
    assert found == [event.version for event in engine.history(execution) if event.actor == "bob"]


@pytest.mark.parametrize("seed", range(50))
def test_however_it_is_cut_a_history_is_the_same(engine: Engine, execution: str, seed: int) -> None:
    """Any filters and any size of pages give what looking at every event gives."""
    random = Random(seed)
    every = engine.history(execution)
    actor, kind = random.choice([None, "ann", "bob"]), random.choice([None, "ExecutionUpdated"])
    first, last = (random.choice([None, random.randint(1, len(every) + 3)]) for _ in range(2))
    selection = Selection(actor=actor, types=frozenset({kind} if kind else ()), first=first, last=last)
    histories = Histories(engine._streams, engine.state, most=random.randint(1, 40))

    found: list[int] = []
    after: int | None = 0
    while after is not None:
        page = histories.page(execution, selection, after=after, limit=random.randint(1, 9))
        found += numbers(page)
        after = page.after

    assert found == [
        event.version
        for event in every
        if (actor is None or event.actor == actor)
        and (kind is None or type(event.data).__name__ == kind)
        and (first or 1) <= event.version <= (last or len(every))
    ], f"seed {seed}: {selection}"


def test_a_page_reads_only_so_much(engine: Engine, execution: str) -> None:
    """One that finds nothing within its share says where to go on."""
    histories = Histories(engine._streams, engine.state, most=8)

    page = histories.page(execution, Selection(actor="eve"), after=4, limit=10)

    assert page == EventPage(events=(), after=12)


def test_numbers_bound_what_is_read(engine: Engine, execution: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A range costs the range."""
    read: list[tuple[int, int | None]] = []
    replay = Streams.replay

    def counting(self: Any, stream: str, after: int = 0, limit: int | None = None) -> Any:
        read.append((after, limit))
        return replay(self, stream, after, limit)

    monkeypatch.setattr(Streams, "replay", counting)

    page = engine.histories.page(execution, Selection(first=5, last=9), limit=100)

    assert (numbers(page), page.after) == ([5, 6, 7, 8, 9], None)
    assert read == [(4, 5)]
    assert numbers(engine.histories.page(execution, Selection(first=9, last=5), limit=9)) == []
    assert numbers(engine.histories.page(execution, Selection(first=900), limit=9)) == []
    assert read == [(4, 5)]


def test_a_range_goes_on_from_where_the_page_ended(engine: Engine, execution: str) -> None:
    """After counts more than first, when it is later."""
    selection = Selection(first=5, last=9)

    assert numbers(engine.histories.page(execution, selection, after=7, limit=1)) == [8]
    assert numbers(engine.histories.page(execution, selection, after=8, limit=1)) == [9]


def test_what_cannot_be_is_refused(engine: Engine, execution: str) -> None:
    """Unknown executions, tasks and types."""
    with pytest.raises(NotFound):
        engine.histories.page("6b1edbd0-0000-4000-8000-0fc2a32e94cd", limit=1)
    with pytest.raises(NotFound):
        engine.histories.page(execution, Selection(task="nobody"), limit=1)
    with pytest.raises(InvalidRequest):
        engine.histories.page(execution, Selection(types=frozenset({"Nothing"})), limit=1)


def test_why_goes_back_to_a_request(engine: Engine) -> None:
    """Each link follows from the next one; the last one is the request's."""
    begun = start(engine)
    ended = engine.execute(complete(engine, begun), WAIT)
    links = engine.histories.causes(begun.events[0].stream, ended.events[-1].version, 100)

    assert links[0].recorded == ended.events[-1]
    assert links[-1].recorded == begun.events[0]
    assert links[-1].follows is None


def test_why_can_be_asked_in_parts(engine: Engine) -> None:
    """So many links, and no more."""
    begun = start(engine)
    ended = engine.execute(complete(engine, begun), WAIT)
    last = ended.events[-1]
    every = engine.histories.causes(last.stream, last.version, 100)

    assert engine.histories.causes(last.stream, last.version, 2) == every[:2]


def test_why_of_nothing(engine: Engine, execution: str) -> None:
    """An event that has not happened is not found, nor one of a deleted execution."""
    with pytest.raises(NotFound, match=r"Event not found \[.*\]; the last one is 33"):
        engine.histories.causes(execution, 10_000, 5)
    engine.execute(DeleteExecution(execution_id=execution, origin=engine.origin("ann"), force=True), WAIT)
    with pytest.raises(NotFound, match="WorkflowExecution not found"):
        engine.histories.causes(execution, 1, 5)


def test_other_processes_are_heard(engine: Engine, other: Engine, execution: str) -> None:
    """What another one has written is on the page."""
    before = engine.state(execution).version
    other.execute(
        UpdateExecution(execution_id=execution, origin=other.origin("eve"), description="e", env=None), WAIT
    )

    assert numbers(engine.histories.page(execution, Selection(actor="eve"), limit=9)) == [before + 1]
