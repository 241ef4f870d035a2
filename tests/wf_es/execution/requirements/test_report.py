"""The report of a resume in one sentence."""

from __future__ import annotations

from typing import Any

from tests.wf_es.execution.requirements.asking import asked


def test_what_is_missing_is_said_in_one_sentence(told: Any) -> None:
    """Each variable is named once, in alphabetical order."""
    assert asked(told, {"task": "deploy"}).sentence() == (
        "The execution cannot be resumed yet. Missing variables: blocked, host, ticket"
    )


def test_a_refused_task_comes_first(told: Any) -> None:
    """What cannot be resumed at all matters more than what it would need."""
    assert asked(told, {"task": "build"}).sentence().startswith("Task 'build' cannot be resumed: already")
