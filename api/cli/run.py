"""``wf-es run``: run one workflow here and now, without a server."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from api.cli.assignments import input_options, parameter_options, parameters, whole_input
from api.cli.embedded import IN_MEMORY, Embedded
from api.cli.groups import example
from api.cli.history import Row, Story
from api.cli.outcome import finish
from api.cli.output import form_option, note
from api.cli.progress import show_progress
from api.cli.workflow_file import chosen, read_file


@click.command(
    epilog=example(
        "wf-es run release.yaml --input stage=test",
        "wf-es run release.yaml -i stage=test --db-url sqlite:///release.sqlite",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@input_options
@parameter_options
@click.option("--workflow", help="Which workflow, if FILE holds several.")
@click.option(
    "--db-url",
    metavar="URL",
    default=IN_MEMORY,
    help="Keep the log here, to go on after a failure; otherwise it is forgotten.",
)
@click.option("--timeout", type=float, metavar="SECONDS", help="Wait no longer than this.")
@form_option
def run(
    file: Path, workflow: str | None, db_url: str, timeout: float | None, form: str, **options: Any
) -> None:
    """Run a workflow from FILE here and now.

    No server is needed; the output is printed. On a terminal progress is drawn; elsewhere each event
    is one line. The exit code tells how the execution ended.
    """
    params = parameters(options.pop("env"), options.pop("environment"), options.pop("task"))
    reading = read_file(file)
    name = chosen(reading, workflow).name
    with Embedded(db_url) as embedded:
        embedded.store(reading.workflows)
        execution_id = embedded.start(name, whole_input(**options), params)
        story = Story()
        show_progress(_told(embedded.events(execution_id, timeout)), sys.stderr, story)
        finish(execution_id, story, embedded.output(execution_id), form, _advice(execution_id, story, db_url))


def _told(events: Iterable[Row]) -> Iterator[Row]:
    """Pass events on; say so when one waits for what cannot come here."""
    for event in events:
        yield event
        if event["type"] == "ActionScheduled" and event["data"].get("is_async"):
            note(
                "this action waits for a result from outside, which 'run' cannot take; "
                "use 'wf-es serve' and 'wf-es execution start' for such workflows (Ctrl-C ends this)"
            )


def _advice(execution_id: str, story: Story, db_url: str) -> list[str]:
    """Return what can be done about an execution that did not end in SUCCESS."""
    if db_url == IN_MEMORY:
        return ["its log is gone now; to go on after a failure keep it: --db-url sqlite:///FILE"]
    task = " --from failed --set NAME=VALUE" if story.failed else ""
    return [
        "go on with it on a server:",
        f"  wf-es serve --db-url {db_url}",
        f"  wf-es execution resume {execution_id}{task}",
    ]
