"""How a command fails: a message, what to do next, and a number for the shell.

Never a traceback: whoever wants it asks for ``--debug``. Refusals by the
server and by the embedded engine arrive as the same errors and read the same.
"""

from __future__ import annotations

import traceback
from typing import Any

import click
import msgspec

from api.cli.exits import Exit, exit_for_error
from api.cli.requirements import requirement_lines
from wf_es.errors import InvalidDefinition, RequirementsMissing, WfEsError


def report_failure(error: Exception, debug: bool) -> Exit:
    """Print what went wrong on standard error; return the code to leave with."""
    code = exit_for_error(error)
    message = explain(error)
    if debug:
        message += "\n\n" + "".join(traceback.format_exception(error)).rstrip()
    elif code == Exit.BUG:
        message += "\nThis is a fault in wf-es. 'wf-es --debug ...' shows where it happened."
    click.echo(f"Error: {message}", err=True)
    return code


def explain(error: Exception) -> str:
    """Return an error in words: what, where, and what to do next."""
    if not isinstance(error, WfEsError):
        return f"{type(error).__name__}: {error}"
    lines = [error.message.strip()]
    body = error.details.get("body") or {}
    if isinstance(error, InvalidDefinition):
        lines += [line for line in problem_lines(error, body) if line not in error.message]
    if isinstance(error, RequirementsMissing):
        report = _report(error, body)
        lines += requirement_lines({name: part for name, part in report.items() if name != "present"})
        if (report.get("missing") or report.get("unknown")) and not report.get("refused"):
            lines.append(
                "give what is missing with --set NAME=VALUE (or --publish), or go on regardless with --force"
            )
    if body.get("meanwhile"):
        lines += ["what happened meanwhile:", *map(_happening, body["meanwhile"])]
    return "\n".join(lines)


def _happening(event: dict[str, Any]) -> str:
    """Return an event that came in between, and who asked for it."""
    because = f", because: {event['reason']}" if event.get("reason") else ""
    return f"  {event.get('number')}  {event.get('summary')} (by {event.get('actor')}{because})"


def problem_lines(error: WfEsError, body: dict[str, Any]) -> list[str]:
    """Return a line for each problem of a refused definition."""
    own = [str(problem) for problem in getattr(error, "problems", ())]
    return own or [problem_line(problem) for problem in body.get("errors", ())]


def problem_line(problem: dict[str, Any]) -> str:
    """Return a problem that came as data in the form that editors can click."""
    place = f"{problem.get('file', '<text>')}:{problem.get('line', 0)}:{problem.get('column', 0)}"
    subject = f" {problem['subject']}:" if problem.get("subject") else ""
    kind = f"{problem.get('severity', 'error')}[{problem.get('code', '')}]"
    return f"{place}: {kind}{subject} {problem.get('message', '')}"


def _report(error: RequirementsMissing, body: dict[str, Any]) -> dict[str, Any]:
    """Return the requirement report as plain data, wherever it came from."""
    if "missing" in body or error.report is None:
        return body
    report: dict[str, Any] = msgspec.to_builtins(error.report)
    return report
