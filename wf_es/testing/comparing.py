"""What was expected against what came: every difference, so that one can be understood.

A value *contains* another if it has at least its keys, with values that
contain those; lists are compared item by item and have to be of one length.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from difflib import ndiff

import msgspec

from wf_es.envelope import JSON
from wf_es.execution.digest import is_same
from wf_es.execution.scope import final_values
from wf_es.execution.state import ExecutionState, TaskExecution
from wf_es.testing.model import Calls, Exactly, Expectation, Step, TaskExpectation
from wf_es.testing.paths import comparison, first_missing, is_exactly
from wf_es.testing.playing import Call, Played

_SAME_MOMENT = 0.001
"""Seconds by which two durations may differ and still be the same."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as expected: what it is about, in one line, and more lines."""

    about: str
    message: str
    lines: tuple[str, ...] = ()


def differences(expect: Expectation, played: Played) -> list[Difference]:
    """Return everything that is not as expected, the most telling first."""
    if played.trouble is not None:
        found = [Difference(about="case", message=played.trouble)]
        return [*found, *_path("path", expect.path, played.runs.get("", ()))]
    if played.state is None:
        return [Difference(about="case", message="nothing happened")]
    return [
        *_execution(expect, played.state),
        *_paths(expect, played),
        *_tasks(expect, played),
        *_calls(expect, played),
        *_duration(expect, played),
    ]


def contains(actual: JSON, expected: JSON) -> bool:
    """Return whether a value has at least what is expected of it."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(name in actual and contains(actual[name], value) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(actual) == len(expected) and all(map(contains, actual, expected))
    return is_same(actual, expected)


# --- the execution -------------------------------------------------------------


def _execution(expect: Expectation, state: ExecutionState) -> Iterator[Difference]:
    yield from _state("state", expect.state, state.state, state.state_info)
    yield from _text("state-info", expect.state_info, state.state_info)
    yield from _value("output", expect.output, state.output, is_same)
    yield from _value("output-contains", expect.output_contains, state.output, contains)
    if expect.variables is not None:
        yield from _value("variables", expect.variables, final_values(state), contains)


def _state(about: str, expected: str | None, actual: str, info: str | None) -> Iterator[Difference]:
    if expected is not None and expected != actual:
        lines = tuple((info or "").rstrip().splitlines())
        yield Difference(about=about, message=f"expected {expected}, got {actual}", lines=lines)


def _text(about: str, expected: str | None, actual: str | None) -> Iterator[Difference]:
    if expected is not None and expected not in (actual or ""):
        lines = tuple((actual or "").rstrip().splitlines())
        yield Difference(about=about, message=f"does not contain {_short(expected)}; it is:", lines=lines)


def _value(
    about: str, expected: Exactly | None, actual: JSON, fits: Callable[[JSON, JSON], bool]
) -> Iterator[Difference]:
    if expected is None or fits(actual, expected.value):
        return
    if isinstance(expected.value, dict | list) and isinstance(actual, dict | list):
        lines = tuple(_value_lines(expected.value, actual))
        yield Difference(about=about, message="- expected, + got", lines=lines)
    else:
        yield Difference(about=about, message=f"expected {_short(expected.value)}, got {_short(actual)}")


def _value_lines(expected: JSON, actual: JSON) -> list[str]:
    lines = ndiff(_pretty(expected), _pretty(actual))
    return [line.rstrip() for line in lines if not line.startswith("?")]


def _pretty(value: JSON) -> list[str]:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


# --- paths and tasks -----------------------------------------------------------


def _paths(expect: Expectation, played: Played) -> Iterator[Difference]:
    runs = played.runs.get("", ())
    yield from _path("path", expect.path, runs)
    missing = first_missing(expect.path_includes, runs)
    if missing is not None:
        lines = tuple(comparison(expect.path_includes, runs))
        state = f" {missing.state}" if missing.state else ""
        message = f"{missing.task}{state} is not on the path, or not at its place; - expected, + got"
        yield Difference(about="path-includes", message=message, lines=lines)
    ran = [name for name in expect.path_excludes if any(run.name == name for run in runs)]
    if ran:
        yield Difference(about="path-excludes", message=f"{', '.join(ran)} ran, and should not")
    for above, path in expect.paths.items():
        yield from _path(f"paths.{above}", path, played.runs.get(above, ()))


def _path(about: str, path: Sequence[Step] | None, runs: Sequence[TaskExecution]) -> Iterator[Difference]:
    if path is not None and not is_exactly(path, runs):
        yield Difference(about=about, message="- expected, + got", lines=tuple(comparison(path, runs)))


def _tasks(expect: Expectation, played: Played) -> Iterator[Difference]:
    for path, expected in expect.tasks.items():
        above, _, name = path.rpartition("/")
        runs = [run for run in played.runs.get(above, ()) if run.name == name]
        about = f"tasks.{path}"
        if expected.runs is not None and expected.runs != len(runs):
            yield Difference(about=about, message=f"expected {expected.runs} runs, got {len(runs)}")
        if runs:
            yield from _task(about, expected, runs[-1])
        elif expected.runs is None:
            yield Difference(about=about, message="it did not run")


def _task(about: str, expected: TaskExpectation, run: TaskExecution) -> Iterator[Difference]:
    yield from _state(f"{about}.state", expected.state, run.state, run.state_info)
    yield from _text(f"{about}.state-info", expected.state_info, run.state_info)
    yield from _value(f"{about}.result", expected.result, run.result, is_same)
    yield from _value(f"{about}.published", expected.published, run.published, contains)
    if expected.attempts is not None and expected.attempts != run.attempt:
        message = f"expected {expected.attempts} attempts, got {run.attempt}"
        yield Difference(about=about, message=message)


# --- calls and time ------------------------------------------------------------


def _calls(expect: Expectation, played: Played) -> Iterator[Difference]:
    for name, expected in expect.calls.items():
        calls = [call for call in played.calls if name in (call.path, call.action)]
        if expected.count != len(calls):
            lines = tuple(_short(call.input) for call in calls)
            message = f"expected {_times(expected.count)}, got {_times(len(calls))}{':' if calls else ''}"
            yield Difference(about=f"calls.{name}", message=message, lines=lines)
        else:
            yield from _inputs(name, expected, calls)


def _inputs(name: str, expected: Calls, calls: Sequence[Call]) -> Iterator[Difference]:
    for number, (wanted, call) in enumerate(zip(expected.inputs or (), calls, strict=False), 1):
        yield from _value(f"calls.{name} no. {number}", Exactly(wanted), dict(call.input), contains)


def _duration(expect: Expectation, played: Played) -> Iterator[Difference]:
    if expect.duration is not None and abs(expect.duration - played.duration) > _SAME_MOMENT:
        message = f"expected {expect.duration:g} s, got {played.duration:g} s"
        yield Difference(about="duration", message=message)


def _times(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def _short(value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 200 else f"{text[:197]}..."
