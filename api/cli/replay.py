"""``wf-es replay``: an exported execution as a test of this release."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from api.cli.exits import Exit
from api.cli.files import file_bytes
from api.cli.groups import example
from api.cli.output import form_option, note, print_data, print_rows
from wf_es.exports import read_export
from wf_es.exports import replay as replay_export
from wf_es.store import standard_codec

COLUMNS = ("execution", "event", "subject", "text")


@click.command(epilog=example("wf-es replay failed.jsonl", "wf-es replay failed.jsonl -o json"))
@click.argument("file", type=click.Path(path_type=Path))
@form_option
def replay(file: Path, form: str) -> None:
    """Replay an exported FILE with this release and compare it, decision by decision.

    The file says what the execution, its tasks and actions had become after
    each decision. If this release makes something else of the same events, the
    first difference of each execution is named, and the exit code is 14. No
    server is needed and nothing runs: a file from production is a regression
    test. FILE may be - for standard input.
    """
    codec = standard_codec()
    found = replay_export(read_export(file_bytes(file), codec), codec)
    rows = [msgspec.to_builtins(difference) for difference in found.differences]
    if form != "table":
        print_data({"ok": not rows, **msgspec.to_builtins(found), "differences": rows}, form)
    elif rows:
        print_rows(rows, COLUMNS, form)
    plural = "s" * (found.executions != 1)
    counts = f"{found.events} events, {found.decisions} decisions, {found.executions} execution{plural}"
    note(f"{counts}: {'no difference' if not rows else 'not the same any more'}")
    if rows:
        click.get_current_context().exit(Exit.DAMAGED)
