"""The std.* actions that need nothing but Python.

Their inputs and results are those of Mistral. All of them may be repeated
after a crash, so all are idempotent.
"""

from __future__ import annotations

from wf_es.actions.declaration import Action, action, action_from
from wf_es.actions.result import LATER, Result, duration
from wf_es.envelope import JSON
from wf_es.errors import ActionError

LARGEST_TEST_DICT = 1_000_000
"""More keys than any test wants, and few enough to fit into memory."""


@action("std.noop", idempotent=True)
def noop() -> None:
    """Do nothing and succeed."""


@action("std.async_noop", is_async=True, idempotent=True)
def async_noop() -> Result:
    """Do nothing and wait until somebody completes the action."""
    return LATER


@action("std.echo", idempotent=True)
def echo(output: JSON, delay: JSON = 0) -> Result:
    """Give back `output`, after `delay` seconds."""
    return Result(output, delay=duration(delay, "delay"))


@action("std.fail", idempotent=True)
def fail(error_data: JSON = None) -> None:
    """Fail, with `error_data` as the result if it is given."""
    raise ActionError("Fail action expected exception.", data=error_data or None)


@action("std.sleep", idempotent=True)
def sleep(seconds: JSON = 1) -> Result:
    """Succeed after `seconds` seconds."""
    return Result.after(duration(seconds, "seconds"))


@action("std.test_dict", idempotent=True)
def numbered_dict(size: JSON = 0, key_prefix: JSON = "", val: JSON = "") -> dict[str, JSON]:
    """Give a dict of `size` keys, `key_prefix` and a number each, all holding `val`."""
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= LARGEST_TEST_DICT:
        raise ActionError(f"'size' must be a whole number from 0 to {LARGEST_TEST_DICT}")
    return {f"{key_prefix}{number}": val for number in range(size)}


def standard_actions() -> tuple[Action, ...]:
    """Return the std.* actions of this file, as a new tuple."""
    plain = [action_from(thing) for thing in (noop, async_noop, echo, sleep, numbered_dict)]
    failing = action_from(fail)
    return (*plain, Action(failing.spec, failing.body, "Fail action"))
