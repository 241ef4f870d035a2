"""What a resume needs before it can be granted."""

from __future__ import annotations

from wf_es.execution.requirements.check import requirements
from wf_es.execution.requirements.choice import find_task, is_waiting_to_go_on
from wf_es.execution.requirements.leftovers import left_items
from wf_es.execution.requirements.report import (
    LeftFailed,
    Missing,
    Outstanding,
    Present,
    Refused,
    Repeat,
    Requirements,
    Undetermined,
    Unknown,
    Use,
    as_one,
)

__all__ = [
    "LeftFailed",
    "Missing",
    "Outstanding",
    "Present",
    "Refused",
    "Repeat",
    "Requirements",
    "Undetermined",
    "Unknown",
    "Use",
    "as_one",
    "find_task",
    "is_waiting_to_go_on",
    "left_items",
    "requirements",
]
