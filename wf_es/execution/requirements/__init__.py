"""What a resume needs before it can be granted."""

from __future__ import annotations

from wf_es.execution.requirements.check import requirements
from wf_es.execution.requirements.choice import find_task, is_waiting_to_go_on
from wf_es.execution.requirements.report import (
    Missing,
    Outstanding,
    Present,
    Refused,
    Repeat,
    Requirements,
    Undetermined,
    Unknown,
    Use,
)

__all__ = [
    "Missing",
    "Outstanding",
    "Present",
    "Refused",
    "Repeat",
    "Requirements",
    "Undetermined",
    "Unknown",
    "Use",
    "find_task",
    "is_waiting_to_go_on",
    "requirements",
]
