"""The corridor: one decision at a time, on the newest state, final only when it is stored."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.wf_es.engine.counters import WAIT, Counter, DisturbedStore, House, add, added, evolve, job, look
from wf_es.engine.corridor import Change, Outcome
from wf_es.errors import CorruptHistory, RequestError, StoreUnavailable, VersionConflict
from wf_es.ports import Batch


@pytest.fixture
def store() -> DisturbedStore:
    """A store that can be held up."""
    return DisturbedStore()


@pytest.fixture
def house(store: DisturbedStore) -> Iterator[House]:
    """Streams, writer and corridor over it."""
    made = House(store)
    yield made
    store.gate.set()
    made.close()


def test_a_decision_is_stored_and_answered(store: DisturbedStore, house: House) -> None:
    """The answer has the position, the events, and the state after them."""
    answer = house.corridor.submit(add("a", amount=5)).result(WAIT)

    assert answer.position == 1
    assert answer.states == {"a": Counter("a", 1, 5, (None,))}
    assert [event.version for event in answer.events] == [1]
    assert len(store.load("a")) == 1


def test_events_of_several_streams_may_be_stored_in_turns(store: DisturbedStore, house: House) -> None:
    """If the outcome says so; the log and the listeners have them in that order."""
    told: list[tuple[str, int]] = []
    house.writer.listen(lambda _, events: told.extend((event.stream, event.version) for event in events))
    order = ("a", "b", "b", "a", "b", "a")

    def decide(states: dict[str, Counter]) -> Outcome[Counter]:
        changes = []
        for stream, state in states.items():
            events = tuple(added(stream, number) for number in (1, 2, 3))
            for event in events:
                state = evolve(state, event)
            changes.append(Change(stream=stream, events=events, state=state, unfinished=stream == "b"))
        return Outcome(changes=tuple(changes), order=order)

    answer = house.corridor.submit(job(("a", "b"), decide)).result(WAIT)

    expected = [("a", 1), ("b", 1), ("b", 2), ("a", 2), ("b", 3), ("a", 3)]
    assert [(sealed.stream, sealed.version) for sealed in store.read(0, 10)] == told == expected
    assert (answer.position, list(store.unfinished())) == (6, ["b"])
    assert house.corridor.submit(add("a")).result(WAIT).states["a"].version == 4


def test_decisions_build_on_what_is_pending(store: DisturbedStore, house: House) -> None:
    """Nobody waits for the disk before deciding; the order of decisions is that of the log."""
    store.gate.clear()
    futures = [house.corridor.submit(add("a")) for _ in range(5)]
    assert not any(future.done() for future in futures)
    store.gate.set()

    assert [future.result(WAIT).states["a"].total for future in futures] == [1, 2, 3, 4, 5]
    assert len(store.appends) <= 2


def test_many_callers_on_one_stream(store: DisturbedStore, house: House) -> None:
    """Each gets its own version, and nothing is lost."""
    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda _: house.corridor.submit(add("a")).result(WAIT), range(400)))

    assert sorted(answer.states["a"].total for answer in answers) == list(range(1, 401))
    assert {answer.position: answer.states["a"].version for answer in answers} == {
        n: n for n in range(1, 401)
    }


@pytest.mark.parametrize("is_refusal", [True, False], ids=["refusal", "nothing to do"])
def test_what_rests_on_pending_events_waits_for_them(
    store: DisturbedStore, house: House, is_refusal: bool
) -> None:
    """Neither a refusal nor an empty decision is told before its reason is stored."""
    store.gate.clear()
    house.corridor.submit(add("a"))
    second = house.corridor.submit(add("a", limit=1) if is_refusal else look("a"))
    assert not second.done()
    store.gate.set()

    if is_refusal:
        with pytest.raises(RequestError, match="a stands at 1"):
            second.result(WAIT)
    else:
        answer = second.result(WAIT)
        assert (answer.position, answer.events, answer.states["a"].total) == (1, (), 1)


def test_a_refusal_falls_with_the_events_it_rested_on(store: DisturbedStore, house: House) -> None:
    """When the pending event is lost, the refused command is decided again, and may succeed."""
    house.corridor.submit(look("a")).result(WAIT)
    store.gate.clear()
    first = house.corridor.submit(add("a", amount=10))
    second = house.corridor.submit(add("a", limit=10))
    failures = [StoreUnavailable("for a moment")]

    def fail_once(_: Sequence[Batch]) -> None:
        if failures:
            raise failures.pop()

    store.before = fail_once
    store.gate.set()

    assert isinstance(first.exception(WAIT), StoreUnavailable)
    assert second.result(WAIT).states["a"].total == 1


def test_a_refusal_looks_at_the_store_first(store: DisturbedStore, house: House) -> None:
    """What another process wrote may have changed the answer."""
    house.corridor.submit(add("a", amount=10)).result(WAIT)
    store.foreign(added("a", 2, amount=-5))

    assert house.corridor.submit(add("a", limit=10)).result(WAIT).states["a"].total == 6


def test_nothing_to_do_looks_at_the_store_first(store: DisturbedStore, house: House) -> None:
    """The answer shows the head of the stream, whoever wrote it."""
    house.corridor.submit(add("a")).result(WAIT)
    store.foreign(added("b", 1))
    store.foreign(added("a", 2, amount=7))

    answer = house.corridor.submit(look("a")).result(WAIT)

    assert (answer.position, answer.states["a"].total) == (3, 8)


def test_after_a_conflict_it_is_decided_again(store: DisturbedStore, house: House) -> None:
    """The second decision sees what the other process wrote."""
    house.corridor.submit(add("a")).result(WAIT)
    store.foreign(added("a", 2, amount=100))

    answer = house.corridor.submit(add("a")).result(WAIT)

    assert answer.states["a"].total == 102
    assert [sealed.version for sealed in store.load("a")] == [1, 2, 3]


def test_all_that_was_pending_is_decided_again(store: DisturbedStore, house: House) -> None:
    """Also what would have fitted behind the other process's event."""
    house.corridor.submit(look("a")).result(WAIT)
    store.gate.clear()
    futures = [house.corridor.submit(add("a")) for _ in range(4)]
    assert store.arrived.acquire(timeout=WAIT)
    store.foreign(added("a", 1, amount=100), added("a", 2, amount=100))
    store.gate.set()

    assert sorted(future.result(WAIT).states["a"].total for future in futures) == [201, 202, 203, 204]
    house.streams.replay("a")


def test_a_race_is_lost_many_times_but_not_for_ever(store: DisturbedStore, house: House) -> None:
    """As long as the other process pauses in the end, the command gets through."""
    losses = list(range(8))

    def be_faster(batches: Sequence[Batch]) -> None:
        if losses:
            losses.pop()
            store.foreign(added("a", len(store.load("a")) + 1))

    store.before = be_faster

    assert house.corridor.submit(add("a")).result(WAIT).states["a"].total == 9


def test_a_race_that_is_always_lost_is_told(store: DisturbedStore, house: House) -> None:
    """The caller gets the conflict, and other streams are served all the time."""

    def be_faster(batches: Sequence[Batch]) -> None:
        if any(batch.stream == "a" for batch in batches):
            store.foreign(added("a", len(store.load("a")) + 1))

    store.before = be_faster
    hopeless = house.corridor.submit(add("a"))

    assert house.corridor.submit(add("b")).result(WAIT).states["b"].total == 1
    with pytest.raises(VersionConflict):
        hopeless.result(WAIT)


def test_a_store_that_is_away_is_told_and_forgotten(store: DisturbedStore, house: House) -> None:
    """Nothing of what could not be written is left when the store is back."""

    def fail(_: Sequence[Batch]) -> None:
        raise StoreUnavailable("disk full")

    house.corridor.submit(add("a")).result(WAIT)
    store.before = fail
    with pytest.raises(StoreUnavailable, match="disk full"):
        house.corridor.submit(add("a", amount=50)).result(WAIT)
    store.before = lambda _: None

    assert house.corridor.submit(add("a")).result(WAIT).states["a"].total == 2


def test_a_commit_whose_answer_was_lost_counts(store: DisturbedStore, house: House) -> None:
    """If the store wrote and failed afterwards, the next decision sees what was written."""

    def write_and_fail(batches: Sequence[Batch]) -> None:
        store.foreign(added("a", 1, amount=50))
        raise StoreUnavailable("cut off after the commit")

    store.before = write_and_fail
    with pytest.raises(StoreUnavailable):
        house.corridor.submit(add("a", amount=50)).result(WAIT)
    store.before = lambda _: None

    assert house.corridor.submit(add("a")).result(WAIT).states["a"].total == 51


def test_a_refusal_may_leave_events(house: House) -> None:
    """A decision can record the attempt and refuse it; the caller gets the error."""

    def decide(states: dict[str, Counter]) -> Outcome[Counter]:
        event = added("a", states["a"].version + 1)
        change = Change(stream="a", events=(event,), state=evolve(states["a"], event))
        return Outcome(changes=(change,), refusal=RequestError("recorded and refused"))

    with pytest.raises(RequestError, match="recorded and refused"):
        house.corridor.submit(job(["a"], decide)).result(WAIT)
    assert house.corridor.submit(look("a")).result(WAIT).states["a"].total == 1


def test_a_decision_on_several_streams_is_kept_as_a_whole(store: DisturbedStore, house: House) -> None:
    """All in one transaction, or decided again."""
    house.corridor.submit(add("a", "b")).result(WAIT)
    store.foreign(added("b", 2, amount=10))

    answer = house.corridor.submit(add("b", "a", "c")).result(WAIT)

    assert {stream: state.total for stream, state in answer.states.items()} == {"a": 2, "b": 12, "c": 1}
    assert answer.position == 6
    assert store.appends[-1] == ["b", "a", "c"]


def test_decisions_on_overlapping_streams_do_not_deadlock(house: House) -> None:
    """Streams are taken in one order, whatever order the caller names."""
    pairs = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "a")] * 50
    with ThreadPoolExecutor(8) as callers:
        list(callers.map(lambda pair: house.corridor.submit(add(*pair)).result(WAIT), pairs))

    assert house.corridor.submit(look("a", "b", "c")).result(WAIT).states["a"].total == 150


def test_waiting_callers_share_commits(store: DisturbedStore, house: House) -> None:
    """Who executes commits for others too, so all get through, each with its own version."""
    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda n: house.corridor.execute(add("a", f"own-{n % 8}")), range(400)))

    assert sorted(answer.states["a"].total for answer in answers) == list(range(1, 401))
    assert len(store.load("own-0")) == 50


def test_an_execution_that_conflicts_is_decided_again(store: DisturbedStore, house: House) -> None:
    """By another thread, while the caller waits."""
    house.corridor.execute(look("a"))
    store.foreign(added("a", 1, amount=100))

    assert house.corridor.execute(add("a")).states["a"].total == 101


def test_a_broken_stream_fails_alone(store: DisturbedStore, house: House) -> None:
    """Whoever asks for it gets the error, each time; the others go on."""
    store.foreign(added("a", 1, note="poison"))

    for _ in range(2):
        with pytest.raises(CorruptHistory, match="Event 1 of stream a cannot be replayed"):
            house.corridor.submit(add("a")).result(WAIT)
    assert house.corridor.submit(add("b")).result(WAIT).states["b"].total == 1


def test_a_bug_in_a_decision_fails_alone(house: House) -> None:
    """The error is the caller's, and the stream is not left locked."""

    def decide(_: dict[str, Counter]) -> Outcome[Counter]:
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        house.corridor.submit(job(["a"], decide)).result(WAIT)
    assert house.corridor.submit(add("a")).result(WAIT).states["a"].total == 1


def test_an_unstorable_value_fails_alone(house: House) -> None:
    """It is refused before anything is written."""
    with pytest.raises(RequestError, match="cannot be stored"):
        house.corridor.submit(add("a", note=float("nan"))).result(WAIT)
    assert house.corridor.submit(add("a")).result(WAIT).states["a"].total == 1


def test_close_leaves_nobody_waiting(store: DisturbedStore, house: House) -> None:
    """What was handed over is committed, what comes later is told, also what is decided again."""
    store.gate.clear()
    futures = [house.corridor.submit(add("a")) for _ in range(3)]
    futures.append(house.corridor.submit(look("a")))
    assert store.arrived.acquire(timeout=WAIT)
    store.foreign(added("b", 1))
    futures += [house.corridor.submit(add("b")) for _ in range(3)]
    closing = threading.Thread(target=house.close)
    closing.start()
    store.gate.set()
    closing.join(WAIT)

    assert not closing.is_alive()
    assert all(future.done() for future in futures)
    assert all(future.exception() is None for future in futures[:4])
    with pytest.raises(StoreUnavailable, match="closed"):
        house.corridor.submit(add("a")).result(0)


def test_a_conflict_during_close_is_told(store: DisturbedStore, house: House) -> None:
    """There is no second try any more, but there is an answer."""
    house.corridor.submit(look("a")).result(WAIT)
    store.gate.clear()
    late = house.corridor.submit(add("a"))
    assert store.arrived.acquire(timeout=WAIT)
    store.foreign(added("a", 1))
    closing = threading.Thread(target=house.close)
    closing.start()
    while not house.writer._closed:
        closing.join(0.001)
    store.gate.set()
    closing.join(WAIT)

    assert isinstance(late.exception(WAIT), StoreUnavailable)
