"""A damaged execution goes on as a fork from before the damage, with nothing but what is verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import wf_es
from tests.damage import rewrite, waiting_executions, write_row, write_text
from wf_es import Workflows
from wf_es.errors import CorruptHistory, InvalidRequest, NotFound
from wf_es.execution.fork_family import end_of_decision
from wf_es.store import SQLiteStore

Opened = Callable[[], Workflows]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with one execution that waits."""
    return waiting_executions(tmp_path / "log.sqlite", 1)


@pytest.fixture
def opened(log: Path) -> Iterator[Opened]:
    """What opens the log; it is closed after the test."""
    doors = list[Workflows]()

    def open_it() -> Workflows:
        doors.append(wf_es.open(f"sqlite:///{log}"))
        return doors[-1]

    yield open_it
    for door in doors:
        door.close()


@pytest.fixture
def execution(log: Path) -> str:
    """The id of the execution."""
    store = SQLiteStore(log)
    (found,) = {row.stream for row in store.read(0, 1000) if b'"WorkflowStarted@' in row.body}
    store.close()
    return found


def ends(log: Path, execution: str) -> list[int]:
    """Return the last events of the execution's decisions."""
    with wf_es.open(f"sqlite:///{log}") as workflows:
        events = workflows.events(execution)
    return sorted({end_of_decision(events, number) for number in range(1, len(events) + 1)})


def damage(log: Path, execution: str, number: int, old: bytes = b'"actor"', new: bytes = b'"factor"') -> None:
    """Change an event's text so that its checksum does not fit."""
    store = SQLiteStore(log)
    row = store.load(execution, number - 1, 1)[0]
    store.close()
    assert old in row.body
    write_text(log, row.position, row.body.replace(old, new))


def refusal(workflows: Workflows, execution: str) -> str:
    """Return what is said to who asks for a damaged execution."""
    with pytest.raises(CorruptHistory) as error:
        workflows.execution(execution)
    return error.value.message


def test_a_fork_from_before_the_damage_goes_on(opened: Opened, log: Path, execution: str) -> None:
    """The error names the command; the copy has the verified events, and ends."""
    first, second, *_ = ends(log, execution)
    damage(log, execution, second + 1)
    workflows = opened()

    assert f"wf-es execution fork {execution} --at {second}'" in refusal(workflows, execution)
    fork = workflows.fork(execution, at=second)

    assert fork.forked_from is not None
    assert (fork.forked_from.execution_id, fork.forked_from.event) == (execution, second)
    assert workflows.wait(fork.id, 10, until=("RUNNING",)).state == "RUNNING"
    workflows.task_complete(fork.id, "second")
    assert workflows.wait(fork.id, 10).output == {"greeting": "hello person 0"}
    assert workflows.fork_requirements(execution, at=first).event == first
    refusal(workflows, execution)


def test_only_a_moment_before_the_damage_will_do(opened: Opened, log: Path, execution: str) -> None:
    """Now is none, nor is an event at or after the damage; the last one is named."""
    first, second, *_ = ends(log, execution)
    damage(log, execution, second + 1)
    workflows = opened()

    with pytest.raises(CorruptHistory, match="--at"):
        workflows.fork(execution)
    for at in (second + 1, 999, "2999-01-01T00:00:00Z", "2001-01-01T00:00:00Z"):
        with pytest.raises(InvalidRequest, match=f"event {second} is the last one"):
            workflows.fork(execution, at=at)
    with pytest.raises(NotFound):
        workflows.fork("6b1edbd0-0000-4000-8000-0fc2a32e94cd", at=1)
    del first


def test_a_decision_without_its_end_does_not_count(opened: Opened, log: Path, execution: str) -> None:
    """Where the damaged event belonged to the decision before it, that one is left out."""
    first, second, *_ = ends(log, execution)
    assert second - first > 1
    damage(log, execution, second)
    workflows = opened()

    assert f"--at {first}'" in refusal(workflows, execution)
    with pytest.raises(InvalidRequest, match=f"event {first} is the last one"):
        workflows.fork(execution, at=first + 1)


def test_what_says_nothing_may_belong_to_the_decision_before(
    opened: Opened, log: Path, execution: str
) -> None:
    """A damaged event whose request cannot be read ends what can be gone on from one decision earlier."""
    first, second, *_ = ends(log, execution)
    damage(log, execution, second + 1, b'"command"', b'"comment"')

    assert f"--at {first}'" in refusal(opened(), execution)


def test_where_a_digest_does_not_fit_neither_event_is_believed(
    opened: Opened, log: Path, execution: str
) -> None:
    """One of the two was changed, with its checksum."""
    first, second, *_ = ends(log, execution)
    store = SQLiteStore(log)
    rows = {row.version: row for row in store.load(execution)}
    store.close()
    rewrite(log, execution, second, b'"actor":"', b'"actor":"not ')
    # The event after it is as it was, so it carries the digest of another text.
    write_row(log, rows[second + 1])

    assert f"--at {first}'" in refusal(opened(), execution)


def test_nothing_is_left_of_the_first_decision(opened: Opened, log: Path, execution: str) -> None:
    """Then there is nothing to advise."""
    damage(log, execution, 2)
    workflows = opened()

    assert "fork" not in refusal(workflows, execution)
    with pytest.raises(InvalidRequest, match="nothing is left"):
        workflows.fork(execution, at=1)
