"""``wf-es workflow test``: play the cases of test files and say what is not as expected."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

import click
import msgspec

from api.cli.exits import Exit
from api.cli.groups import example
from api.cli.output import note, print_json
from api.cli.validation import excerpt, files_argument
from api.cli.verdicts import FORMS, Verdict, as_data, junit, lines_of, summary
from api.cli.workflow_file import limits_in_force
from wf_es.actions import Catalogue
from wf_es.definition import Problem
from wf_es.definition.problems import Report
from wf_es.limits import Limits
from wf_es.simulation import Library
from wf_es.testing import (
    NO_SUCH_THING,
    Case,
    Suite,
    check_names,
    definitions,
    differences,
    play,
    read_suite,
)


class _Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A test file that can be played."""

    suite: Suite
    library: Library


@click.command(
    "test",
    epilog=example(
        "wf-es workflow test release.test.yaml",
        "wf-es workflow test -o junit tests/*.test.yaml > report.xml",
        "wf-es workflow test release.test.yaml --case 'tests fail'",
    ),
)
@files_argument
@click.option("--case", "wanted", metavar="TEXT", help="Only the cases whose name contains TEXT.")
@click.option(
    "-o",
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    show_default=True,
    help="text, JSON, or the XML that build systems read as JUnit's.",
)
def workflow_test(files: tuple[Path, ...], wanted: str | None, form: str) -> None:
    """Play the cases in each test FILE against given results, on a simulated clock.

    Nothing is called and nothing is waited for: what actions give, and when, stands in the file, and
    so does what is expected to follow. Exit code 13 if a case fails, 3 if a file cannot be used.
    """
    catalogue, limits = Catalogue.standard(), limits_in_force()
    found = [_load(file, catalogue, limits) for file in files]
    loaded = [one for one in found if one is not None]
    if len(loaded) < len(files):
        click.get_current_context().exit(Exit.REFUSED)
    verdicts: list[Verdict] = []
    with _Progress(sum(1 for _ in _cases(loaded, wanted))) as progress:
        for one, case in _cases(loaded, wanted):
            progress.show(one.suite, case)
            verdicts.append(_verdict(one, case, catalogue))
            if form == "text":
                progress.clear()
                click.echo("\n".join(lines_of(verdicts[-1])))
    if not verdicts:
        raise click.UsageError(f"no case has a name that contains '{wanted}'")
    if form == "json":
        print_json([as_data(verdict) for verdict in verdicts])
    elif form == "junit":
        click.echo(junit(verdicts))
    note(summary(verdicts))
    if any(verdict.differences for verdict in verdicts):
        click.get_current_context().exit(Exit.TEST_FAILED)


def _load(file: Path, catalogue: Catalogue, limits: Limits) -> _Loaded | None:
    """Read a test file with its definitions; show what is wrong, and return None for an error."""
    texts = {str(file): _text_of(file)}
    reading = read_suite(texts[str(file)], file=str(file), limits=limits)
    if reading.suite is None:
        _show(reading.problems, texts)
        return None
    problems = _read_named(reading.suite, file, texts)
    found = definitions({name: text for name, text in texts.items() if name != str(file)}, limits)
    problems += found.problems
    library = found.library(reading.suite, catalogue)
    if not _has_errors(problems):
        problems += check_names(reading.suite, library)
    _show(problems, texts)
    return None if _has_errors(problems) else _Loaded(suite=reading.suite, library=library)


def _read_named(suite: Suite, file: Path, texts: dict[str, str]) -> tuple[Problem, ...]:
    """Read the files that a test file names; return which cannot be read."""
    report = Report(str(file))
    for name, place in suite.files:
        path = file.parent / name
        try:
            texts[str(path)] = _text_of(path)
        except OSError as error:
            report.add(NO_SUCH_THING, place, f"the file '{name}' cannot be read: {error.strerror}")
    return report.problems


def _has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _show(problems: Iterable[Problem], texts: Mapping[str, str]) -> None:
    """Show problems with their places; warnings, too."""
    for problem in problems:
        note(str(problem))
        for line in excerpt(texts.get(problem.file, ""), problem.line, problem.column):
            note(line)


def _text_of(file: Path) -> str:
    """Return what a file holds; bytes that are no UTF-8 become marks the reader refuses."""
    return file.read_bytes().decode("utf-8", errors="replace")


class _Progress:
    """One line on a terminal that says which case of how many is being played."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0
        self._is_shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, suite: Suite, case: Case) -> None:
        """Say that a case begins."""
        self._count += 1
        if self._is_shown:
            line = f"{self._count} of {self._total}  {suite.file}: {case.name}"
            click.echo(f"\r\033[K{line[: shutil.get_terminal_size().columns - 1]}", err=True, nl=False)

    def clear(self) -> None:
        """Make room for what is printed next."""
        if self._is_shown:
            click.echo("\r\033[K", err=True, nl=False)


def _cases(loaded: list[_Loaded], wanted: str | None) -> Iterator[tuple[_Loaded, Case]]:
    """Yield the cases that are to be played, each with its file."""
    for one in loaded:
        yield from ((one, case) for case in one.suite.cases if wanted is None or wanted in case.name)


def _verdict(loaded: _Loaded, case: Case, catalogue: Catalogue) -> Verdict:
    """Play one case and compare what came of it."""
    began = time.monotonic()
    played = play(case, loaded.suite, loaded.library, catalogue)
    return Verdict(
        file=loaded.suite.file,
        line=case.place.line,
        case=case.name,
        differences=tuple(differences(case.expect, played)),
        tasks=sum(map(len, played.runs.values())),
        simulated_seconds=played.duration,
        seconds=time.monotonic() - began,
    )
