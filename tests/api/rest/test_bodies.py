"""Bodies are refused by size, depth and form before anything is done with them."""

from __future__ import annotations

import json

import pytest

from api.rest import bodies
from tests.effort import cost
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.limits import BodyLimits

GOOD = [
    pytest.param(b"{}", {}, id="empty object"),
    pytest.param(b'{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}, id="values"),
    pytest.param('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}, id="surrogate pair"),
    pytest.param(b'{"a": "[[[[ {{{ \\" ]"}', {"a": '[[[[ {{{ " ]'}, id="brackets in a text"),
    pytest.param(b"[" * 64 + b"]" * 64, None, id="as deep as allowed"),
    pytest.param(b'{"big": 123456789012345678901234567890}', None, id="large integer"),
]

BAD = [
    pytest.param(b"{", id="unfinished"),
    pytest.param(b"state=SUCCESS", id="a form"),
    pytest.param(b'{"a": NaN}', id="NaN"),
    pytest.param(b'{"a": -Infinity}', id="infinity"),
    pytest.param(b'{"a": 1e400}', id="beyond a double"),
    pytest.param(b'{"a": ' + b"9" * 5000 + b"}", id="5,000 digits"),
    pytest.param(b'{"a": 1, "a": 2}', id="repeated key"),
    pytest.param(b'{"x": {"a": 1, "b": 0, "a": 1}}', id="repeated key below"),
    pytest.param(b'{"a": "\\ud800"}', id="lone surrogate"),
    pytest.param(b'{"\\udfff": 1}', id="lone surrogate in a key"),
    pytest.param(b'{"a": "\xff"}', id="not UTF-8"),
    pytest.param("{}".encode("utf-16"), id="UTF-16"),
    pytest.param(b"[" * 65 + b"]" * 65, id="one too deep"),
    pytest.param(b"[" * 100_000, id="very deep"),
    pytest.param(b'{"a":' * 100_000, id="very deep objects"),
    pytest.param(b"{} {}", id="two documents"),
]


@pytest.mark.parametrize(("body", "value"), GOOD)
def test_reads_json(body: bytes | str, value: object) -> None:
    """What is JSON in the strict sense is read."""
    read = bodies.parse(body)
    assert value is None or read == value


@pytest.mark.parametrize("body", BAD)
def test_refuses_what_is_not_strict_json(body: bytes) -> None:
    """Everything else is refused with Mistral's sentence."""
    with pytest.raises(InvalidRequest, match="^Request is not in valid JSON format"):
        bodies.parse(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'"' + b'\\"' * 500_000, id="a text that never ends"),
        pytest.param(b'"' * 1_000_000, id="quotes"),
        pytest.param(b"\\" * 1_000_000, id="backslashes"),
        pytest.param(b"[]" * 500_000, id="brackets"),
    ],
)
def test_the_scan_is_linear(body: bytes) -> None:
    """A megabyte made to be slow is refused quickly."""

    def refused() -> None:
        with pytest.raises(InvalidRequest):
            bodies.parse(body)

    assert cost(refused, limit=2) < 2


def test_unknown_members_are_refused_by_name() -> None:
    """The message names the member, as Mistral's does."""
    with pytest.raises(InvalidRequest, match="Unknown attribute for argument wf_ex: colour"):
        bodies.only({"workflow_name": "w", "colour": "red"}, "wf_ex", ("workflow_name",))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        pytest.param({}, {}, id="absent"),
        pytest.param({"input": None}, {}, id="null"),
        pytest.param({"input": ""}, {}, id="empty text"),
        pytest.param({"input": {"a": 1}}, {"a": 1}, id="object"),
        pytest.param({"input": '{"a": 1}'}, {"a": 1}, id="text of an object"),
    ],
)
def test_objects_may_be_json_text(given: dict[str, JSON], read: dict[str, JSON]) -> None:
    """Clients of Mistral send objects inside a body as text."""
    assert bodies.embedded(bodies.Body(given), "input", "wf_ex") == read


@pytest.mark.parametrize("value", [[1], 5, "[1]", "5", True])
def test_other_values_are_no_objects(value: JSON) -> None:
    """A list or a number is refused where an object belongs."""
    with pytest.raises(InvalidRequest, match="must be a JSON object"):
        bodies.embedded(bodies.Body({"input": value}), "input", "wf_ex")


@pytest.mark.parametrize("nesting", [3, 64, 100])
def test_json_text_may_be_nested_as_deep_as_a_body(nesting: int) -> None:
    """It is read at the limit, also in an object that was text itself, and refused one above it."""
    limits = BodyLimits(nesting=nesting)
    inner = '{"a": ' + "[" * (nesting - 1) + "]" * (nesting - 1) + "}"
    body = bodies.Body({"params": {"env": inner}}, limits)
    params = bodies.embedded(body, "params", "wf_ex")
    assert bodies.embedded(params, "env", "wf_ex") == json.loads(inner)

    with pytest.raises(InvalidRequest, match=rf"deeper than {nesting} levels \(WF_ES_LIMIT_BODY_NESTING\)"):
        bodies.embedded(
            bodies.Body({"env": inner.replace(": ", ": [").replace("}", "]}")}, limits), "env", "x"
        )


@pytest.mark.parametrize(
    ("read", "member"),
    [(bodies.text, {"x": 5}), (bodies.text, {"x": "a" * 70_000}), (bodies.flag, {"x": "yes"})],
)
def test_members_of_another_kind_are_refused(read: object, member: dict[str, object]) -> None:
    """A text is a text of bounded length, and a flag is true or false."""
    with pytest.raises(InvalidRequest, match="'x'"):
        read(member, "x", "wf_ex")  # type: ignore[operator]
