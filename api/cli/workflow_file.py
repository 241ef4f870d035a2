"""A file with workflows, for the commands that take one of them: ``run`` and ``graph``."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.output import note
from wf_es.actions import Catalogue
from wf_es.definition import Reading, Workflow, read_workflows
from wf_es.limits import Limits


def read_file(file: Path) -> Reading:
    """Read a file; bytes that are no UTF-8 become marks the reader refuses."""
    text = file.read_bytes().decode("utf-8", errors="replace")
    return read_workflows(text, file=str(file), actions=Catalogue.standard(), limits=limits_in_force())


def limits_in_force() -> Limits:
    """Return the limits that the environment sets, for what is read or run without a server.

    Raises:
        InvalidRequest: A variable has a value that cannot be used.

    """
    # Imported only here: commands that need no limits start faster without it.
    from wf_es.config import Settings

    return Settings().limits


def chosen(reading: Reading, wanted: str | None) -> Workflow:
    """Return the workflow that is meant; show warnings, refuse errors.

    Args:
        reading: What a file holds.
        wanted: Its name; None if the file holds only one.

    Raises:
        InvalidDefinition: The file has errors.
        UsageError: The file holds several, or none of this name.

    """
    reading.raise_for_errors()
    for problem in reading.problems:
        note(str(problem))
    workflows = {workflow.name: workflow for workflow in reading.workflows}
    if wanted is None and len(workflows) == 1:
        return reading.workflows[0]
    if wanted not in workflows:
        raise click.UsageError(f"say with --workflow which one is meant: {', '.join(workflows)}")
    return workflows[wanted]
