"""What a resume needs before it can be granted."""

from __future__ import annotations

from wf_es.execution.requirements.check import requirements
from wf_es.execution.requirements.choice import find_task, is_waiting_to_go_on
from wf_es.execution.requirements.report import (
    Missing,
    Outstanding,
    Refused,
    Repeat,
    Requirements,
    Undetermined,
    Use,
)

__all__ = [
    "Missing",
    "Outstanding",
    "Refused",
    "Repeat",
    "Requirements",
    "Undetermined",
    "Use",
    "find_task",
    "is_waiting_to_go_on",
    "requirements",
]
