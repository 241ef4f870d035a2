"""What an execution keeps, at its limit and one byte above."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.wf_es.execution.conftest import Story
from wf_es.errors import EvaluationError, InvalidRequest
from wf_es.limits import Limits

BYTES = 400
"""The limit in these tests."""

PREFIX = "Field size limit exceeded"


@pytest.fixture
def small(story: Callable[..., Story]) -> Callable[..., Story]:
    """Return a function that begins a story in which little may be kept."""

    def begin(text: str, limit: int = BYTES) -> Story:
        told = story(text)
        told.definition = msgspec.structs.replace(told.definition, limits=Limits(context_bytes=limit))
        return told

    return begin


def text_of(size: int, **others: Any) -> str:
    """Return a text that makes ``{"x": text, **others}`` have a size as JSON."""
    return "." * (size - len(msgspec.json.encode({"x": "", **others})))


PUBLISHING = """
w:
  input: [x: 1]
  tasks:
    a: {action: std.async_noop, publish: {x: <% task().result %>}, on-success: b, on-error: b}
    b: {action: std.async_noop, publish: {y: <% task().result %>}}
"""


def test_what_a_task_publishes(small: Callable[..., Story]) -> None:
    """At the limit it goes on; above it fails by force, and on-error does not handle that."""
    told = small(PUBLISHING)
    told.start()
    told.complete("a", text_of(BYTES))
    assert told.tasks() == {"a": ["SUCCESS"], "b": ["RUNNING"]}

    told = small(PUBLISHING)
    told.start()
    told.complete("a", text_of(BYTES + 1))
    assert told.tasks() == {"a": ["ERROR"]}
    assert told.state.state == "ERROR"
    assert f"{PREFIX} [class=TaskExecution, field=published, size=" in (told.task("a").state_info or "")
    assert "WF_ES_LIMIT_CONTEXT_BYTES" in (told.state.state_info or "")


def test_what_a_branch_has_published_so_far(small: Callable[..., Story]) -> None:
    """Each publish may be small: what counts is what they add up to."""
    for more, state in ((0, "SUCCESS"), (1, "ERROR")):
        told = small(PUBLISHING)
        told.start()
        told.complete("a", "." * 100)
        told.complete("b", text_of(BYTES, y="." * 100) + "." * more)
        assert told.state.state == state
    assert "class=TaskExecution, field=context, size=0.392KB, limit=0.391KB" in (
        told.task("b").state_info or ""
    )


def test_what_is_replaced_counts_no_more(small: Callable[..., Story]) -> None:
    """A loop may publish for ever, as long as it holds little at a time."""
    told = small("""
w:
  tasks:
    a: {action: std.async_noop, on-success: b}
    b: {action: std.async_noop, publish: {x: <% task().result %>}, on-success: b}
""")
    told.start()
    told.complete("a")
    for number in range(20):
        told.complete("b", str(number % 10) * 300)
    assert told.state.state == "RUNNING"
    outbound = told.state.tasks[min(told.state.tasks, key=lambda key: -told.state.tasks[key].number)].inbound
    assert outbound.bytes == 308


def test_a_result_counts_only_when_it_is_published(small: Callable[..., Story]) -> None:
    """Whoever needs only a part of a large answer publishes that part."""
    told = small("""
w:
  tasks:
    a: {action: std.async_noop, publish: {n: <% task().result.len() %>}}
""")
    told.start()
    told.complete("a", "." * 10 * BYTES)
    assert (told.state.state, told.state.output) == ("SUCCESS", {"n": 10 * BYTES})


JOINING = """
w:
  tasks:
    a: {action: std.async_noop, publish: {x: <% task().result %>}, on-success: z}
    b: {action: std.async_noop, publish: {y: <% task().result %>}, on-success: z}
    z: {join: all, action: std.async_noop}
"""


@pytest.mark.parametrize(("more", "expected"), [(0, "RUNNING"), (1, "ERROR")])
def test_what_branches_bring_together(small: Callable[..., Story], more: int, expected: str) -> None:
    """A join that would see too much fails before it begins its work."""
    told = small(JOINING)
    told.start()
    told.complete("a", text_of(BYTES, y="." * 100))
    told.complete("b", "." * (100 + more))
    assert told.task("z").inbound.bytes == BYTES + more
    assert (told.task("z").state, told.state.state) == (expected, expected)
    if more:
        assert "Failed to run task [error=Field size limit exceeded" in (told.task("z").state_info or "")


GLOBAL = """
w:
  vars: {seen: {first: 1}}
  tasks:
    a: {action: std.async_noop, on-success: {publish: {global: {seen: <% task().result %>}}, next: b}}
    b: {action: std.async_noop, on-success: {publish: {global: {seen: <% task().result %>}}}}
"""


@pytest.mark.parametrize(("more", "expected"), [(0, "SUCCESS"), (1, "ERROR")])
def test_global_variables_together(small: Callable[..., Story], more: int, expected: str) -> None:
    """They are merged key by key, and so is their size."""
    told = small(GLOBAL, limit=BYTES)
    told.start()
    told.complete("a", {"a": "." * 100, "b": "short"})
    used = len(msgspec.json.encode({"seen": {"first": 1, "a": "." * 100, "b": "", "c": ""}}))
    told.complete("b", {"b": "." * (BYTES - used), "c": "." * more})
    assert told.state.state == expected
    assert told.state.global_bytes == len(msgspec.json.encode(told.state.published_global))


@pytest.mark.parametrize(("more", "expected"), [(0, "RUNNING"), (1, "ERROR")])
def test_the_input_of_an_action(small: Callable[..., Story], more: int, expected: str) -> None:
    """Built from values that are small enough each."""
    told = small("""
w:
  input: [x]
  tasks:
    a: {action: std.http, input: {url: "<% $.x %><% $.x %>"}}
""")
    size = (BYTES - len('{"url":""}')) // 2
    assert size * 2 + len('{"url":""}') == BYTES
    told.definition = msgspec.structs.replace(told.definition, limits=Limits(context_bytes=BYTES - more))
    told.start(input={"x": "." * size})
    assert told.task("a").state == expected
    if more:
        assert f"{PREFIX} [class=ActionExecution, field=input" in (told.task("a").state_info or "")


@pytest.mark.parametrize(("more", "expected"), [(0, "SUCCESS"), (1, "ERROR")])
def test_the_output(small: Callable[..., Story], more: int, expected: str) -> None:
    """An output that is too large is an error that says so, and is not kept."""
    told = small(f"""
w:
  input: [x]
  output: {{x: "<% $.x %><% $.x %>{"." * more}"}}
  tasks: {{a: {{action: std.noop}}}}
""")
    told.start(input={"x": "." * ((BYTES - len('{"x":""}')) // 2)})
    told.run_everything()
    assert told.state.state == expected
    if more:
        assert f"{PREFIX} [class=WorkflowExecution, field=output" in (told.state.state_info or "")
        assert told.state.output == {"result": told.state.state_info}


def test_vars(small: Callable[..., Story]) -> None:
    """They are evaluated when it starts; with too much in them it does not, and says why."""
    text = """
w:
  input: [x]
  vars: {x: "<% $.x %><% $.x %>{more}"}
  tasks: {a: {action: std.async_noop}}
"""
    given = {"x": "." * ((BYTES - len('{"x":""}')) // 2)}
    told = small(text.replace("{more}", ""))
    told.start(input=given)
    assert told.state.state == "RUNNING"
    with pytest.raises(EvaluationError, match="class=WorkflowExecution, field=vars"):
        small(text.replace("{more}", ".")).start(input=given)


def test_the_input_of_an_execution(small: Callable[..., Story]) -> None:
    """One that is too large is refused, and nothing has happened."""
    told = small(PUBLISHING)
    with pytest.raises(InvalidRequest, match=r"class=WorkflowExecution, field=input, size=0\.392KB"):
        told.start(input={"x": text_of(BYTES + 1)})
    assert told.events == []
    told.start(input={"x": text_of(BYTES)})
    assert told.state.state == "RUNNING"


def test_the_params_of_an_execution(small: Callable[..., Story]) -> None:
    """The environment is part of them."""
    told = small(PUBLISHING)
    used = len(msgspec.json.encode({"env": {"x": ""}, "namespace": ""}))
    with pytest.raises(InvalidRequest, match="class=WorkflowExecution, field=params"):
        told.start(params={"env": {"x": "." * (BYTES - used + 1)}})
    told.start(params={"env": {"x": "." * (BYTES - used)}})
    told.pause()
    with pytest.raises(InvalidRequest, match="class=WorkflowExecution, field=params"):
        told.resume(env={"y": "."})
    assert told.state.state == "PAUSED"
    told.resume(env={"x": "."})
    assert told.state.state == "RUNNING"


CHANGES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        {"action": "rerun", "context": {"x": text_of(BYTES)}},
        {"action": "rerun", "context": {"x": text_of(BYTES + 1)}},
        "class=TaskExecution, field=context",
    ),
    (
        {"action": "continue", "published": {"x": text_of(BYTES)}},
        {"action": "continue", "published": {"x": text_of(BYTES + 1)}},
        "class=TaskExecution, field=published",
    ),
    (
        {"action": "continue", "context": {"y": text_of(BYTES)}},
        {"action": "continue", "context": {"y": text_of(BYTES + 1)}},
        "class=TaskExecution, field=context",
    ),
    (
        {"action": "rerun", "input": {}},
        {"action": "rerun", "input": {"x": text_of(BYTES + 1)}},
        "class=ActionExecution, field=input",
    ),
]


@pytest.mark.parametrize(("fitting", "large", "words"), CHANGES, ids=[f"{c[2]} {c[0]}"[:60] for c in CHANGES])
def test_changes_at_a_resume(
    small: Callable[..., Story], fitting: dict[str, Any], large: dict[str, Any], words: str
) -> None:
    """Too large a change is refused, and the execution stays as it was."""
    told = small(PUBLISHING.replace(", on-error: b", ""))
    told.start()
    told.fail("a")
    before = told.state
    with pytest.raises(InvalidRequest, match=words):
        told.resume_from({"task": "a", **large}, force=True)
    assert told.state is before
    told.resume_from({"task": "a", **fitting})
    assert told.state.state == "RUNNING"
