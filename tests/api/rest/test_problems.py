"""Every error class has its status, and every refusal the members clients read."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from api.rest import problems
from wf_es import errors


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidDefinition(), 400),
        (errors.EvaluationError(), 400),
        (errors.InvalidInput(), 400),
        (errors.IllegalState(), 400),
        (errors.NotAllowed(), 403),
        (errors.NotFound(), 404),
        (errors.AlreadyExists(), 409),
        (errors.CompletionConflict(), 409),
        (errors.RequirementsMissing(), 409),
        (errors.StoreUnavailable(), 503),
        (errors.CorruptHistory(), 409),
        (errors.WfEsError(), 503),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_statuses(error: errors.WfEsError, status: int) -> None:
    """The class of an error decides on its status; above 499 there is only 503."""
    document = problems.describe(error)
    assert document["status"] == status
    assert document["faultcode"] == ("Server" if status == 503 else "Client")
    assert document["faultstring"] == document["detail"] == error.message
    assert document["debuginfo"] is None
    assert document["code"] == error.code
    assert document["type"] == f"urn:wf-es:error:{error.code}"


def test_every_error_class_has_a_status() -> None:
    """A new class of errors is not forgotten in the table."""
    classes = [item for item in vars(errors).values() if isinstance(item, type)]
    ours = [kind for kind in classes if issubclass(kind, errors.WfEsError)]
    assert all(problems.status_of(kind()) in (400, 403, 404, 409, 503) for kind in ours)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("Workflow execution", "WorkflowExecution not found [id=x]"),
        ("execution", "WorkflowExecution not found [id=x]"),
        ("Task execution", "Task execution not found [id=x]"),
        ("ActionExecution", "ActionExecution not found [id=x]"),
        ("Workflow", "Workflow not found [workflow_identifier=x, namespace=]"),
        ("action", "Action not found [name=x, namespace=]"),
        ("something else", "whatever"),
    ],
)
def test_what_is_not_there_is_named_in_mistrals_words(kind: str, text: str) -> None:
    """Clients of Mistral match on these texts."""
    assert problems.describe(errors.NotFound("whatever", kind=kind, id="x"))["detail"] == text


def test_a_text_that_says_more_is_kept() -> None:
    """A message that begins in Mistral's words may go on."""
    message = "Task execution not found [id=x]; the execution has run: a, b"
    assert problems.describe(errors.NotFound(message, kind="Task execution", id="x"))["detail"] == message


def test_ids_are_not_repeated_at_length() -> None:
    """A name of 10 KB does not come back."""
    assert len(problems.describe(errors.NotFound(kind="task", id="x" * 10_000))["detail"]) < 400


@dataclass
class _Problem:
    file: str = "w.yaml"
    line: int = 8
    column: int = 7
    severity: str = "error"
    code: str = "E104"
    subject: str = ""
    message: str = "unknown key"


def test_problems_of_a_definition_have_their_places() -> None:
    """Each problem is listed with line and column; empty members are left out."""
    document = problems.describe(errors.InvalidDefinition(problems=(_Problem(),)))
    assert document["errors"] == [
        {
            "file": "w.yaml",
            "line": 8,
            "column": 7,
            "severity": "error",
            "code": "E104",
            "message": "unknown key",
        }
    ]


def test_the_report_of_a_refused_resume_is_in_the_body() -> None:
    """What is missing stands beside the usual members and never replaces one."""
    report = {"resumable": False, "missing": [{"variable": "host"}], "status": "x"}
    document = problems.describe(errors.RequirementsMissing(report=report))
    assert document["missing"] == [{"variable": "host"}]
    assert document["resumable"] is False
    assert document["status"] == 409
