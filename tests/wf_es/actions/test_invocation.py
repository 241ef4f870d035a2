"""Whatever an action does, the caller gets a Result."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Generator

import pytest

from wf_es.actions import LATER, Action, ActionContext, Result, action, action_from, check_input, perform
from wf_es.envelope import JSON
from wf_es.errors import ActionError, InvalidInput


def _returns_set() -> object:
    return {1}


def _raises() -> None:
    raise KeyError("x")


def _exits() -> None:
    sys.exit(3)


def _raises_action_error() -> None:
    raise ActionError("no luck", data=None)


def _raises_with_data() -> None:
    raise ActionError("no luck", data={"code": 7})


def _raises_with_bad_data() -> None:
    raise ActionError("no luck", data={7})


def _says_error() -> Result:
    return Result(error=["e"])


def _says_cancelled() -> Result:
    return Result(cancelled=True)


def _says_later() -> Result:
    return LATER


def _raises_half_a_character() -> None:
    raise ValueError("bad \ud800")


async def _waits() -> int:
    await asyncio.sleep(0)
    return 5


async def _is_cancelled() -> None:
    raise asyncio.CancelledError


def _gives_a_future() -> object:
    class Ready:
        def __await__(self) -> Generator[object, None, int]:
            yield from asyncio.sleep(0).__await__()
            return 6

    return Ready()


def _text(message: str) -> Result:
    return Result(error=f"The action raised an exception [action=f, action_ex_id=a-1, msg='{message}']")


CASES: list[tuple[Callable[..., object], Result]] = [
    (_returns_set, _text("the action returned something that is not JSON: result is a set")),
    (_raises, _text("KeyError: 'x'")),
    (_exits, _text("SystemExit: 3")),
    (_raises_action_error, _text("no luck")),
    (_raises_with_data, Result(error={"code": 7})),
    (_raises_with_bad_data, _text("no luck (its error data is not JSON: error is a set)")),
    (_says_error, Result(error=["e"])),
    (_says_cancelled, Result(cancelled=True)),
    (_says_later, LATER),
    (_raises_half_a_character, _text("ValueError: bad ?")),
    (_waits, Result(5)),
    (_is_cancelled, _text("CancelledError: ")),
    (_gives_a_future, Result(6)),
]


@pytest.mark.parametrize(("function", "expected"), CASES, ids=[case[0].__name__ for case in CASES])
def test_results(function: Callable[..., object], expected: Result, context: ActionContext) -> None:
    """Values, results, errors of all kinds and coroutines are all understood."""
    assert perform(_named(function), {}, context) == expected


def _named(function: Callable[..., object]) -> Action:
    return action_from(action("f")(function))


def test_what_an_async_action_returns_is_not_its_result(context: ActionContext) -> None:
    """A plain value means "begun"; a Result ends it at once; an error, too."""

    @action("begun", is_async=True)
    def begun(how: str) -> object:
        if how == "raise":
            raise ActionError("no")
        return Result("done") if how == "result" else "a job number"

    made = action_from(begun)

    assert perform(made, {"how": "plain"}, context) == LATER
    assert perform(made, {"how": "result"}, context) == Result("done")
    assert perform(made, {"how": "raise"}, context).state == "ERROR"


def test_the_traceback_goes_to_the_log(context: ActionContext, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the traceback but neither inputs nor the callback URL; the result has no traceback."""

    def breaks(password: str) -> None:
        raise RuntimeError("broken")

    with caplog.at_level(logging.DEBUG):
        result = perform(action_from(breaks), {"password": "hunter2"}, context)

    assert "Traceback" in caplog.text
    assert "hunter2" not in caplog.text
    assert "callback" not in caplog.text
    assert "Traceback" not in result.error


def test_long_texts_are_cut(context: ActionContext) -> None:
    """An exception cannot fill the log with its text."""

    def shouts() -> None:
        raise ValueError("x" * 100_000)

    assert len(perform(action_from(shouts), {}, context).error) < 5_000


@pytest.mark.parametrize(
    ("inputs", "missing", "unexpected"),
    [
        pytest.param({}, ("a",), (), id="missing"),
        pytest.param({"a": 1, "z": 2}, (), ("z",), id="unexpected"),
        pytest.param({"z": 2}, ("a",), ("z",), id="both"),
    ],
)
def test_wrong_input(inputs: dict[str, JSON], missing: tuple[str, ...], unexpected: tuple[str, ...]) -> None:
    """The error lists the names."""

    def one(a: int, b: int = 0) -> int:
        return a + b

    with pytest.raises(InvalidInput) as caught:
        check_input(action_from(one).spec, inputs)

    assert (caught.value.missing, caught.value.unexpected) == (missing, unexpected)
