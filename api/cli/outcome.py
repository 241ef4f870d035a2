"""The end of an execution, told: its output, or why it failed and what to do next."""

from __future__ import annotations

import click

from api.cli.exits import EXIT_BY_STATE, Exit
from api.cli.history import Story
from api.cli.output import note, print_data
from wf_es.envelope import JSON


def finish(execution_id: str, story: Story, output: JSON, form: str, advice: list[str]) -> None:
    """Print the output of a settled execution and end the command.

    Standard output gets the execution's output and nothing else; why it
    failed and which command helps goes to standard error.

    Args:
        execution_id: Which execution it was.
        story: What its events told.
        output: What it gave.
        form: How to print that; a table of an output is its JSON.
        advice: What to do after anything but SUCCESS, line by line.

    """
    if story.state == "SUCCESS":
        print_data(output, form)
    else:
        verb = "is" if story.state == "PAUSED" else "ended in"
        note(f"execution {execution_id} {verb} {story.state}")
        for line in (story.state_info or "").strip().splitlines():
            note(f"  {line}".rstrip())
        for line in advice:
            note(line)
    click.get_current_context().exit(EXIT_BY_STATE.get(story.state, Exit.BUG))


def advice(execution_id: str, story: Story) -> list[str]:
    """Return which commands help with an execution that a server keeps."""
    if story.state == "PAUSED":
        return [f"go on with: wf-es execution resume {execution_id}"]
    if story.state == "ERROR" and story.failed:
        where = f"{execution_id} --from failed"
        return [
            f"see what is missing: wf-es execution requirements {where}",
            f"go on from there:    wf-es execution resume {where} --set NAME=VALUE",
        ]
    return [f"read the whole story: wf-es execution events {execution_id}"]
