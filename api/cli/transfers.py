"""``wf-es execution export``, ``import`` and ``activate``: executions as files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from api.cli.client import Client
from api.cli.files import file_bytes
from api.cli.groups import example
from api.cli.output import form_option, note, print_record
from api.cli.remote import find_execution, remote


@click.command(
    "export",
    epilog=example(
        "wf-es execution export @latest > failed.jsonl",
        "wf-es execution export 3f2a --include-secrets --file failed.jsonl",
    ),
)
@click.argument("identifier", metavar="ID")
@click.option("--file", type=click.Path(path_type=Path), help="Write here instead of to standard output.")
@click.option("--include-secrets", is_flag=True, help="With all values; otherwise it cannot be activated.")
@remote
def export_execution(client: Client, identifier: str, file: Path | None, include_secrets: bool) -> None:
    """Write an execution with its sub-workflows and definitions as one file.

    It is JSON lines, can be read by anybody and checks itself. 'wf-es replay'
    replays it without any server, 'wf-es execution import' takes it into
    another store. Secrets are replaced by '***' unless they are asked for.
    """
    execution_id = find_execution(client, identifier)
    content = client.download(
        f"executions/{execution_id}/export", secrets="true" if include_secrets else None
    )
    if file is None:
        sys.stdout.buffer.write(content)
    else:
        file.write_bytes(content)
        note(f"execution {execution_id} written to {file}")


@click.command(
    "import",
    epilog=example("wf-es execution import failed.jsonl", "wf-es execution import moved.jsonl --activate"),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--activate", "at_once", is_flag=True, help="Let it run at once.")
@form_option
@remote
def import_execution(client: Client, file: Path, at_once: bool, form: str) -> None:
    """Take the executions of an exported FILE into this store.

    They keep their ids and their whole history, and are frozen: nothing of
    them runs, and nobody is called, before 'wf-es execution activate'.
    Importing the same file again changes nothing; an id that is taken by
    something else is a conflict. FILE may be - for standard input.
    """
    record = client.send("executions/import", file_bytes(file), activate="true" if at_once else None)
    print_record(_brief(client.decoded("executions", record)), form)
    if record["frozen"]:
        note(f"frozen; let it run with: wf-es execution activate {record['id']}")


@click.command(epilog=example("wf-es execution activate 3f2a"))
@click.argument("identifier", metavar="ID")
@form_option
@remote
def activate(client: Client, identifier: str, form: str) -> None:
    """Let an imported execution run, with all its sub-workflows.

    What was open where it was exported is now run here, like after a crash:
    actions that had not begun begin, those that had begun are only repeated if
    that is safe. See to it that it does not run on in both places.
    """
    record = client.post(f"executions/{find_execution(client, identifier)}/activate", {})
    print_record(_brief(client.decoded("executions", record)), form)


def _brief(record: dict[str, object]) -> dict[str, object]:
    names = ("id", "workflow_name", "state", "state_info", "frozen", "created_at", "updated_at")
    return {name: record.get(name) for name in names if record.get(name) not in (None, "")}
