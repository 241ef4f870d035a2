"""How large values are, and the words in which too large ones are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wf_es.errors import InvalidRequest, TooLarge
from wf_es.execution.sizes import check_given, check_size, size_of
from wf_es.limits import Limits


@pytest.mark.parametrize("value", [None, 1.5, "ä", [1, {"a": []}], {}], ids=repr)
def test_a_size_is_that_of_the_compact_json(value: Any) -> None:
    """In bytes, not in characters."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    assert size_of(value) == len(text.encode())


def test_what_cannot_be_stored_has_no_size() -> None:
    """The store refuses it, with a better message."""
    assert size_of({"a": "\ud800"}) == 0


def test_the_limit_itself_is_allowed_and_one_more_is_not() -> None:
    """In Mistral's words, with the setting that changes the limit."""
    check_size(1024 * 1024, "TaskExecution", "published", Limits())
    with pytest.raises(TooLarge) as caught:
        check_size(1024 * 1024 + 1, "TaskExecution", "published", Limits())
    assert caught.value.message == (
        "Field size limit exceeded [class=TaskExecution, field=published, size=1024.001KB, limit=1024KB] "
        "(WF_ES_LIMIT_CONTEXT_BYTES)"
    )
    assert caught.value.field == "published"


def test_a_request_is_refused_as_one() -> None:
    """Its class says that the caller can do something about it."""
    check_given("x" * 1022, "WorkflowExecution", "input", Limits(context_bytes=1024))
    with pytest.raises(InvalidRequest, match=r"field=input, size=1\.001KB, limit=1KB"):
        check_given("x" * 1023, "WorkflowExecution", "input", Limits(context_bytes=1024))
