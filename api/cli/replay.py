"""``wf-es replay``: an exported execution as a test of this release, or of an edited definition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from api.cli.exits import Exit
from api.cli.files import file_bytes
from api.cli.groups import example
from api.cli.output import form_option, note, print_data, print_rows
from api.cli.workflow_file import limits_in_force
from wf_es.actions import Catalogue
from wf_es.errors import InvalidRequest
from wf_es.exports import Edited, Replay, edited_definitions, read_export
from wf_es.exports import replay as replay_export
from wf_es.limits import Limits
from wf_es.store import standard_codec

COLUMNS = ("execution", "event", "subject", "text")
_DEFINITIONS = ("*.yaml", "*.yml")


@click.command(
    epilog=example(
        "wf-es replay failed.jsonl",
        "wf-es replay failed.jsonl -o json",
        "wf-es replay failed.jsonl --definition deploy.yaml",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--definition",
    "paths",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="Decide with this definition instead of the recorded one of its name: a file of workflows or "
    "actions, a workbook, or a directory of such files. May be given several times.",
)
@form_option
def replay(file: Path, paths: tuple[Path, ...], form: str) -> None:
    """Replay an exported FILE with this release and compare it, decision by decision.

    The file says what the execution, its tasks and actions had become after
    each decision; folding its events must lead to the same. Then each decision
    is made again: the command that led to its events is told from these and
    given once more, and the same events must follow. With --definition this
    shows where executions would have gone another way.

    The first difference of each execution is named, and the exit code is 14. No
    server is needed and nothing runs: a file from production is a regression
    test. What cannot be decided again is counted, with the reason. FILE may be
    - for standard input.
    """
    codec, limits = standard_codec(), limits_in_force()
    document = read_export(file_bytes(file), codec)
    found = replay_export(document, codec, Catalogue.standard(), _edited(paths, limits), limits)
    rows = [msgspec.to_builtins(difference) for difference in found.differences]
    if form != "table":
        print_data({"ok": not rows, **msgspec.to_builtins(found), "differences": rows}, form)
    elif rows:
        print_rows(rows, COLUMNS, form)
    _tell(found)
    if rows:
        click.get_current_context().exit(Exit.DAMAGED)


def _edited(paths: tuple[Path, ...], limits: Limits) -> Edited | None:
    """Return the definitions in files and directories; None if there are no paths."""
    if not paths:
        return None
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise InvalidRequest(f"There is no definition in {', '.join(map(str, paths))}")
    return edited_definitions(
        {str(file): file_bytes(file).decode("utf-8", errors="replace") for file in files}, limits
    )


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(file for pattern in _DEFINITIONS for file in path.glob(pattern))


def _tell(found: Replay) -> None:
    """Say how much was looked at, and what could only be folded."""
    plural = "s" * (found.executions != 1)
    counts = f"{found.events} events, {found.decisions} decisions, {found.executions} execution{plural}"
    note(f"{counts}: {'no difference' if not found.differences else 'not the same any more'}")
    folded = sum(one.count for one in found.folded)
    note(f"{found.decided} decided again" + (f", {folded} only folded:" if folded else ""))
    for one in found.folded:
        note(f"  {one.count} x {one.kind}: {one.why}")
