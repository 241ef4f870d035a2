"""What may be done about an action, as the log stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from wf_es.execution.state import ActionExecution, ExecutionState, TaskExecution
from wf_es.limits import Limits
from wf_es.runners.callback import Callbacks
from wf_es.runners.job import Job, Step, call_of, context_of, next_step

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _state(execution_state: str = "RUNNING", **fields: Any) -> ExecutionState:
    given: dict[str, Any] = {"number": 1, "attempt": 2, "state": "RUNNING", "input": {}, "event": 1, **fields}
    action = ActionExecution(id="a", task_id="t", name="x", created_at=NOW, updated_at=NOW, **given)
    task = TaskExecution(
        id="t", number=1, name="task", state="RUNNING", created_at=NOW, updated_at=NOW, event=1
    )
    empty = ExecutionState(id="e", project="p", workflow_name="flow", state=execution_state)
    return msgspec.structs.replace(
        empty, actions=empty.actions.set("a", action), tasks=empty.tasks.set("t", task)
    )


CASES = [
    ("new and unsafe: record the start first", {}, {}, Step.CLAIM),
    ("new and idempotent", {"idempotent": True}, {}, Step.RUN),
    ("new and safe to rerun: its start is recorded, too", {"safe_rerun": True}, {}, Step.CLAIM),
    ("started by somebody else", {"started": True}, {}, Step.IGNORE),
    ("our own start, whose answer was lost", {"started": True}, {"has_asked": True}, Step.CLAIM),
    ("ended", {"state": "SUCCESS"}, {}, Step.IGNORE),
    ("paused before it began: it is still to be done", {"state": "PAUSED"}, {}, Step.CLAIM),
    ("superseded", {"superseded": True}, {}, Step.IGNORE),
    ("another system has it", {"delegated": True, "is_async": True}, {}, Step.IGNORE),
    ("found, never started", {}, {"is_recovered": True}, Step.CLAIM),
    ("found, cut off", {"started": True}, {"is_recovered": True}, Step.CUT_OFF),
    ("perhaps handed over", {"started": True, "is_async": True}, {"is_recovered": True}, Step.AWAIT),
    (
        "perhaps handed over, time is up",
        {"started": True, "is_async": True},
        {"is_recovered": True, "has_waited": True},
        Step.CUT_OFF,
    ),
    ("found, idempotent", {"started": True, "idempotent": True}, {"is_recovered": True}, Step.RUN),
    ("found, safe to rerun", {"started": True, "safe_rerun": True}, {"is_recovered": True}, Step.RUN),
    (
        "found, asynchronous, idempotent, not delegated",
        {"is_async": True, "idempotent": True},
        {"is_recovered": True},
        Step.RUN,
    ),
]


@pytest.mark.parametrize(
    ("action", "job", "step"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_next_step(action: dict[str, Any], job: dict[str, Any], step: Step) -> None:
    """The whole table."""
    assert next_step(Job("e", "a", **job), _state(**action)) is step


@pytest.mark.parametrize(("idempotent", "step"), [(False, Step.CANCEL), (True, Step.RUN)])
def test_nothing_unsafe_begins_after_a_cancel(idempotent: bool, step: Step) -> None:
    """An action that the outside would notice is not begun any more."""
    assert next_step(Job("e", "a"), _state("CANCELLED", idempotent=idempotent)) is step


def test_an_unknown_action_is_ignored() -> None:
    """Such as one of another execution."""
    assert next_step(Job("e", "b"), _state()) is Step.IGNORE


def test_the_context() -> None:
    """Ids, names and the callback URL; its repr does not show the URL."""
    callbacks = Callbacks("http://server", b"k" * 32)

    context = context_of(Job("e", "a", actor="ada"), _state(index=3), callbacks)

    assert context.callback_url == callbacks.url("a")
    assert (context.workflow_name, context.workflow_execution_id, context.project) == ("flow", "e", "p")
    assert (context.task_name, context.task_execution_id) == ("task", "t")
    assert (context.action_name, context.action_execution_id) == ("x", "a")
    assert (context.actor, context.attempt, context.index) == ("ada", 2, 3)
    assert "callback" not in repr(context)
    deeper = context_of(Job("e", "a"), _state(), callbacks, Limits(result_nesting=70))
    assert (context.result_nesting, deeper.result_nesting) == (64, 70)


def test_what_is_run() -> None:
    """An installed action itself; of an ad-hoc one the base, with the base's input."""
    installed = _state(input={"a": 1}).actions["a"]
    adhoc = _state(input={"a": 1}, base="std.echo", base_input={"output": 2}).actions["a"]

    assert call_of(installed) == ("x", {"a": 1})
    assert call_of(adhoc) == ("std.echo", {"output": 2})
