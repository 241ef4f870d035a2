"""``wf-es workflow validate`` and its like: everything wrong with a definition, without a server.

One line per problem in the form editors and build systems can click; ``-v``
adds the line of the author's text with a caret below the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.cli.exits import Exit
from api.cli.groups import example
from api.cli.output import note, print_json
from api.cli.workflow_file import limits_in_force
from wf_es.actions import Catalogue
from wf_es.definition import ActionReading, ActionSpec, AdHocAction, Problem, Reading, WorkbookReading
from wf_es.definition.adhoc import specifications
from wf_es.definition.detection import AnyReading, read_any

FORMS = ("text", "json", "github")


def files_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``FILE...`` to a command, as its parameter ``files``."""
    return click.argument(
        "files",
        metavar="FILE...",
        nargs=-1,
        required=True,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
    )(command)


_HELP = {
    "workflow": "Check the definitions in each FILE: workflows, ad-hoc actions or a workbook.",
    "workbook": "Check the workbook in each FILE.",
    "action": "Check the ad-hoc actions in each FILE.",
}


def validate_command(noun: str) -> click.Command:
    """Return the command that checks files; that of ``workflow`` takes files of every kind."""
    command = f"wf-es {noun} validate"

    @click.command(
        "validate",
        help=f"{_HELP[noun]} No server is needed.\n\n"
        "Exit code 3 if there is an error; warnings alone leave it at 0.",
        epilog=example(f"{command} release.yaml", f"{command} -v flows/*.yaml"),
    )
    @files_argument
    @click.option("-v", "--verbose", is_flag=True, help="Show the place in the text below each problem.")
    @click.option(
        "-o",
        "--format",
        "form",
        type=click.Choice(FORMS),
        default="text",
        show_default=True,
        help="text, JSON, or the annotations of GitHub's workflows.",
    )
    def validate(files: tuple[Path, ...], verbose: bool, form: str) -> None:
        _validate(None if noun == "workflow" else noun, files, verbose, form)

    return validate


def _validate(kind: str | None, files: tuple[Path, ...], verbose: bool, form: str) -> None:
    """Check files of one kind, or each as what it seems to be."""
    texts = {str(file): _text_of(file) for file in files}
    found: list[Problem] = []
    counts: Counter[str] = Counter()
    for reading in _readings(texts, kind):
        found += reading.problems
        counts.update(_counts(reading))
    _print_problems(found, texts if verbose else {}, form)
    wrong = sum(1 for problem in found if problem.severity == "error")
    note(_summary(len(files), counts, kind or "workflow", wrong, len(found) - wrong))
    if wrong:
        click.get_current_context().exit(Exit.REFUSED)


def _readings(texts: dict[str, str], kind: str | None) -> list[AnyReading]:
    """Read texts, given by file; each may call the ad-hoc actions of the others."""
    actions: dict[str, ActionSpec] = dict(Catalogue.standard())
    limits = limits_in_force()

    def read() -> list[AnyReading]:
        return [
            read_any(text, kind, file=file, actions=actions, limits=limits) for file, text in texts.items()
        ]

    first = read()
    adhoc = {action.name: action.spec for reading in first for action in _actions_of(reading)}
    if len(texts) == 1 or not adhoc:
        return first
    actions = {**specifications(adhoc), **actions}
    return read()


def _actions_of(reading: AnyReading) -> tuple[AdHocAction, ...]:
    """Return the ad-hoc actions that were read, by their whole names."""
    if isinstance(reading, ActionReading):
        return reading.actions
    if isinstance(reading, WorkbookReading) and reading.workbook is not None:
        return reading.workbook.actions
    return ()


def excerpt(text: str, line: int, column: int) -> list[str]:
    """Return a line of a text and below it a caret at a column, both from 1."""
    lines = text.splitlines()
    if not 1 <= line <= len(lines):
        return []
    source = lines[line - 1]
    # Tabs stay tabs in the second line, or the caret would stand elsewhere.
    lead = "".join("\t" if char == "\t" else " " for char in source[: column - 1])
    margin = f"{line:>5} | "
    return [margin + source, " " * (len(margin) - 2) + "| " + lead + "^"]


def _text_of(file: Path) -> str:
    """Return what a file holds; bytes that are no UTF-8 become marks the reader refuses."""
    return file.read_bytes().decode("utf-8", errors="replace")


def _print_problems(found: list[Problem], texts: dict[str, str], form: str) -> None:
    """Print the problems in the form asked for."""
    if form == "json":
        print_json([_as_data(problem) for problem in found])
        return
    for problem in found:
        if form == "github":
            click.echo(_annotation(problem))
            continue
        click.echo(str(problem))
        for line in excerpt(texts.get(problem.file, ""), problem.line, problem.column):
            click.echo(line)


def _as_data(problem: Problem) -> dict[str, Any]:
    """Return a problem as plain data."""
    names = ("file", "line", "column", "severity", "code", "subject", "message")
    return {name: getattr(problem, name) for name in names}


def _annotation(problem: Problem) -> str:
    """Return a problem as GitHub's workflows show it beside the code."""
    place = f"file={_escaped(problem.file)},line={problem.line},col={problem.column}"
    subject = f"{problem.subject}: " if problem.subject else ""
    return f"::{problem.severity} {place},title={problem.code}::{_escaped(subject + problem.message)}"


def _escaped(text: str) -> str:
    """Return a text in the escaping of GitHub's annotations."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _counts(reading: AnyReading) -> dict[str, int]:
    """Return how many definitions of each kind were read."""
    if isinstance(reading, Reading):
        return {"workflow": len(reading.workflows)}
    if isinstance(reading, ActionReading):
        return {"action": len(reading.actions)}
    return {"workbook": 0 if reading.workbook is None else 1}


def _summary(files: int, counts: Counter[str], noun: str, wrong: int, warned: int) -> str:
    """Return the closing line; ``noun`` is what is counted if nothing was read."""
    read = [_count(number, kind) for kind, number in sorted(counts.items(), reverse=True) if number]
    counted = ", ".join([_count(files, "file"), *(read or [_count(0, noun)])])
    return f"{counted}: {_count(wrong, 'error')}, {_count(warned, 'warning')}"


def _count(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
