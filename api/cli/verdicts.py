"""How the results of workflow tests look: lines for people, JSON and JUnit's XML for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import click
import msgspec

from wf_es.testing import Difference

FORMS = ("text", "json", "junit")


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One case that was played: without differences it has passed.

    ``tasks`` counts the runs of tasks; ``simulated_seconds`` is what the
    simulated clock has moved, ``seconds`` what playing it has really taken.
    """

    file: str
    line: int
    case: str
    differences: tuple[Difference, ...]
    tasks: int
    simulated_seconds: float
    seconds: float


def lines_of(verdict: Verdict) -> Iterator[str]:
    """Yield one line for the case, and below it what was not as expected."""
    word = (
        click.style("FAIL", fg="red", bold=True) if verdict.differences else click.style("ok  ", fg="green")
    )
    place = f"{verdict.file}:{verdict.line}" if verdict.differences else verdict.file
    about = f"{_count(verdict.tasks, 'task')}, {span(verdict.simulated_seconds)}"
    yield f"{word}  {place}: {verdict.case} ({about})"
    for difference in verdict.differences:
        yield f"        {difference.about}: {difference.message}"
        yield from (f"          {_coloured(line)}" for line in difference.lines)


def span(seconds: float) -> str:
    """Return simulated seconds in the largest units that fit: ``2 d 3 h``."""
    parts = []
    left = seconds
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        whole = int(left // size)
        left -= whole * size
        if whole:
            parts.append(f"{whole} {unit}")
    if left or not parts:
        parts.append(f"{left:g} s")
    return " ".join(parts)


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return the closing line."""
    failed = sum(1 for verdict in verdicts if verdict.differences)
    return f"{_count(len(verdicts), 'case')}: {len(verdicts) - failed} passed, {failed} failed"


def as_data(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain data."""
    return {
        "file": verdict.file,
        "line": verdict.line,
        "case": verdict.case,
        "passed": not verdict.differences,
        "tasks": verdict.tasks,
        "simulated_seconds": verdict.simulated_seconds,
        "differences": [
            {"about": one.about, "message": one.message, "lines": list(one.lines)}
            for one in verdict.differences
        ],
    }


def junit(verdicts: Iterable[Verdict]) -> str:
    """Return the XML in which build systems read test results: one suite for each file."""
    by_file: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_file.setdefault(verdict.file, []).append(verdict)
    suites = "\n".join(_suite(file, played) for file, played in by_file.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{suites}\n</testsuites>'


def _suite(file: str, verdicts: Sequence[Verdict]) -> str:
    failed = sum(1 for verdict in verdicts if verdict.differences)
    seconds = sum(verdict.seconds for verdict in verdicts)
    counts = f'tests="{len(verdicts)}" failures="{failed}" errors="0" time="{seconds:.3f}"'
    head = f"  <testsuite name={quoteattr(_visible(file))} {counts}>"
    return "\n".join([head, *(_case(verdict) for verdict in verdicts), "  </testsuite>"])


def _case(verdict: Verdict) -> str:
    names = f"classname={quoteattr(_visible(verdict.file))} name={quoteattr(_visible(verdict.case))}"
    head = f'    <testcase {names} time="{verdict.seconds:.3f}"'
    if not verdict.differences:
        return f"{head}/>"
    text = "\n".join(
        line for one in verdict.differences for line in (f"{one.about}: {one.message}", *one.lines)
    )
    first = verdict.differences[0]
    message = quoteattr(_visible(f"{first.about}: {first.message}"))
    return f"{head}>\n      <failure message={message}>{escape(_visible(text))}</failure>\n    </testcase>"


def _visible(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return "".join(char if char in "\t\n" or char.isprintable() else "?" for char in text)


def _coloured(line: str) -> str:
    colour = {"-": "red", "+": "green"}.get(line[:1])
    return click.style(line, fg=colour) if colour else line


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
