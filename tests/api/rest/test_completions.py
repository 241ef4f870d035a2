"""What a report about an action may say, and which command it becomes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
from falcon import testing

from api.rest import completions
from wf_es.envelope import Origin
from wf_es.errors import InvalidRequest
from wf_es.execution import commands

ORIGIN = Origin(actor="a", project="p", command="c", now=datetime(2026, 1, 1, tzinfo=UTC))


def read(body: object) -> completions.Report:
    """Read a report from a request with this body."""
    request = testing.create_asgi_req(body=msgspec.json.encode(body))
    return asyncio.run(completions.read_report(request))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (3, 3),
        (None, None),
        ("three words", "three words"),
        ('{"a": 1}', {"a": 1}),
        (" [1, 2]", [1, 2]),
        ("3", "3"),
        ('"x"', '"x"'),
        ("{not json", "{not json"),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ([1, {"k": None}], [1, {"k": None}]),
    ],
)
def test_any_json_is_an_output(sent: object, kept: object) -> None:
    """A text that holds an object or a list is decoded; everything else stays what it is."""
    assert read({"state": "SUCCESS", "output": sent}).output == kept


@pytest.mark.parametrize("given", [{}, {"output": None}, {"output": {}}, {"output": "{}"}])
def test_an_error_without_output_has_mistrals_text(given: dict[str, object]) -> None:
    """A failure always says something."""
    assert read({"state": "ERROR", **given}) == completions.Report("ERROR", "Unknown error")


def test_a_success_without_output_gives_an_empty_object() -> None:
    """Null is something that somebody has said; nothing is an object without members, as in Mistral."""
    assert read({"state": "SUCCESS"}) == completions.Report("SUCCESS", {})
    assert read({"state": "SUCCESS", "output": None}) == completions.Report("SUCCESS", None)


def test_a_cancellation_has_no_output() -> None:
    """What comes with CANCELLED is ignored, as in Mistral."""
    assert read({"state": "CANCELLED", "output": 5}) == completions.Report("CANCELLED")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"output": {}}, "Error. Expected one of .*'RUNNING'], actual: Unset"),
        ({"state": "DELAYED"}, "actual: DELAYED"),
        ({"state": ["SUCCESS"]}, "actual: "),
        ({"state": "SUCCESS", "colour": "red"}, "Unknown attribute for argument action_ex: colour"),
        ([], "must be a JSON object"),
    ],
)
def test_refusals(body: object, text: str) -> None:
    """The messages are Mistral's."""
    with pytest.raises(InvalidRequest, match=text):
        read(body)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("SUCCESS", commands.CompleteAction),
        ("ERROR", commands.CompleteAction),
        ("CANCELLED", commands.CompleteAction),
        ("PAUSED", commands.PauseAction),
        ("RUNNING", commands.ResumeAction),
    ],
)
def test_states_become_commands(state: str, kind: type[commands.Command]) -> None:
    """PAUSED and RUNNING report progress, the others an end."""
    command = completions.command(completions.Report(state, 1), "e", "a", ORIGIN)
    assert type(command) is kind
    assert (command.execution_id, command.origin) == ("e", ORIGIN)
