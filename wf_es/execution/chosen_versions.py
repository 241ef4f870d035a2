"""Which version of its definition each execution of a family goes on with, by its path from the top.

A sub-workflow is named by the tasks on the way down to it: ``outer/inner``, and
``outer[2]`` if one of the items of a list is meant. A step without an item means
all of them, and ``*`` all sub-workflows that nothing else names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from wf_es.errors import InvalidRequest
from wf_es.execution.commands import ResumeFrom

EVERY = "*"
"""All sub-workflows on the way to the chosen tasks."""

_ITEM = re.compile(r"\[\d+\]$")
_SHOWN = 10


def version_for(command: ResumeFrom, way: str) -> Literal["original", "latest"] | int:
    """Return the version that is wanted for an execution; ``way`` is empty for the one at the top."""
    if not way:
        return command.definition
    named = sorted((key for key in command.definitions if _means(key, way)), key=_precision)
    key = named[-1] if named else EVERY
    return command.definitions.get(key, "original")


def refuse_useless(command: ResumeFrom, ways: Iterable[str]) -> None:
    """Refuse versions for sub-workflows that are not resumed.

    Args:
        command: What is asked for.
        ways: The paths of the sub-workflows on the way to the chosen tasks.

    Raises:
        InvalidRequest: One is named that is on no such way, or no tasks are chosen at all.

    """
    if command.definitions and not (command.tasks or command.failed):
        raise InvalidRequest(
            "'definitions' is about sub-workflows on the way to tasks; choose the tasks", field="definitions"
        )
    known = [way for way in dict.fromkeys(ways) if way]
    for key in command.definitions:
        if key != EVERY and not any(_means(key, way) for way in known):
            there = ", ".join(f"'{way}'" for way in known[:_SHOWN]) or "there is none"
            raise InvalidRequest(
                f"No sub-workflow '{key[:255]}' is on the way to the chosen tasks, so none can go on with "
                f"another version: {there}",
                field="definitions",
            )


def _means(key: str, way: str) -> bool:
    """Whether a key names the execution at the end of a way, perhaps with others."""
    steps, taken = key.split("/"), way.split("/")
    if len(steps) != len(taken):
        return False
    return all(one in (other, _ITEM.sub("", other)) for one, other in zip(steps, taken, strict=True))


def _precision(key: str) -> int:
    return sum(_ITEM.search(step) is not None for step in key.split("/"))
