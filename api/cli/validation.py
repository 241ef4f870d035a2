"""``wf-es workflow validate``: everything wrong with a definition, without a server.

One line per problem in the form editors and build systems can click; ``-v``
adds the line of the author's text with a caret below the place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.cli.exits import Exit
from api.cli.groups import example
from api.cli.output import note, print_json
from wf_es.actions import Catalogue
from wf_es.definition import Problem, read_workflows

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


@click.command(
    epilog=example("wf-es workflow validate release.yaml", "wf-es workflow validate -v flows/*.yaml")
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
    """Check the workflows in each FILE; no server is needed.

    Exit code 3 if there is an error; warnings alone leave it at 0.
    """
    texts = {str(file): _text_of(file) for file in files}
    actions = Catalogue.standard()
    found: list[Problem] = []
    workflows = 0
    for file, text in texts.items():
        reading = read_workflows(text, file=file, actions=actions)
        found += reading.problems
        workflows += len(reading.workflows)
    _print_problems(found, texts if verbose else {}, form)
    wrong = sum(1 for problem in found if problem.severity == "error")
    note(_summary(len(files), workflows, wrong, len(found) - wrong))
    if wrong:
        click.get_current_context().exit(Exit.REFUSED)


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


def _summary(files: int, workflows: int, wrong: int, warned: int) -> str:
    """Return the closing line."""
    counted = f"{_count(files, 'file')}, {_count(workflows, 'workflow')}"
    return f"{counted}: {_count(wrong, 'error')}, {_count(warned, 'warning')}"


def _count(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
