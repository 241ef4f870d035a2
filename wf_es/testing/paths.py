"""Paths: which tasks ran, in which order they began, and how they ended."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from wf_es.execution.state import TaskExecution
from wf_es.testing.model import Step


def fits(step: Step, run: TaskExecution) -> bool:
    """Return whether a run is what a step expects."""
    return step.task == run.name and step.state in (None, run.state)


def is_exactly(path: Sequence[Step], runs: Sequence[TaskExecution]) -> bool:
    """Return whether the runs are those of the path, in its order."""
    return len(path) == len(runs) and all(map(fits, path, runs))


def first_missing(path: Sequence[Step], runs: Sequence[TaskExecution]) -> Step | None:
    """Return the first step that does not occur in this order; others may come between."""
    rest = iter(runs)
    return next((step for step in path if not any(fits(step, run) for run in rest)), None)


def comparison(path: Sequence[Step], runs: Sequence[TaskExecution]) -> list[str]:
    """Return expected and real path as lines: ``-`` was expected only, ``+`` was there only."""
    real = [_line(run.name, run.state) for run in runs]
    expected = _aligned(path, runs)
    lines: list[str] = []
    matcher = SequenceMatcher(None, expected, real, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            lines += [f"  {line}" for line in real[j1:j2]]
        else:
            lines += [f"- {line}" for line in expected[i1:i2]]
            lines += [f"+ {line}" for line in real[j1:j2]]
    return lines


def _aligned(path: Sequence[Step], runs: Sequence[TaskExecution]) -> list[str]:
    """Return the steps as lines; one without a state takes the state of a run that it can stand for."""
    lines = []
    left = list(runs)
    for step in path:
        found = next((run for run in left if fits(step, run)), None)
        if found is not None:
            left = left[left.index(found) + 1 :]
        lines.append(_line(step.task, step.state or (found.state if found is not None else "")))
    return lines


def _line(task: str, state: str) -> str:
    return f"{task} {state}".rstrip()
