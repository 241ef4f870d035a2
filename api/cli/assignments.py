"""``name=value`` on the command line, and files that hold many of them.

A value is read as JSON if it is JSON (``3``, ``true``, ``[1, 2]``, ``"3"``) and
as plain text otherwise, so ``host=web2`` needs no quotes. With ``name:=value``
it has to be JSON: a typing error is then reported instead of becoming text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

_NOT_JSON = object()


def assignments(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, JSON]:
    """Read the values of a repeatable option; use it as the option's callback."""
    return dict(_assignment(context, parameter, value) for value in values)


ABSENT = "\0absent"
"""What stands for a value that was not given, where null would be one."""


def json_value_or_absent(_context: click.Context, _parameter: click.Parameter, value: str | None) -> JSON:
    """Read JSON or plain text, or return ``ABSENT``; an option's callback."""
    return ABSENT if value is None else _json_or(value, value)


def json_value(_context: click.Context, _parameter: click.Parameter, value: str | None) -> JSON:
    """Read JSON, or plain text where the text is not JSON; an option's callback."""
    return None if value is None else _json_or(value, value)


def json_object(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> dict[str, JSON] | None:
    """Read one JSON object or refuse the value; an option's callback."""
    if value is None:
        return None
    data = _json_or(value, _NOT_JSON)
    if not isinstance(data, dict):
        raise click.BadParameter(f"not a JSON object: {value}", context, parameter)
    return data


def assignment_option(*names: str, about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a repeatable option that takes ``NAME=VALUE`` and gives a dict."""
    return click.option(*names, metavar="NAME=VALUE", multiple=True, callback=assignments, help=about)


def input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--input``, ``--input-json`` and ``--input-file`` to a command."""
    for option in (
        click.option(
            "--input-file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A file with all inputs as one object, in JSON or YAML.",
        ),
        click.option(
            "--input-json", metavar="JSON", callback=json_object, help="All inputs as one JSON object."
        ),
        assignment_option(
            "-i",
            "--input",
            "input_pairs",
            about="One input; VALUE is JSON or text, NAME:=JSON must be JSON. May be repeated.",
        ),
    ):
        command = option(command)
    return command


def parameter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--env``, ``--environment`` and ``--task`` to a command that starts an execution."""
    task = "The task to reach; a workflow of type reverse needs it."
    stored = "A stored environment to start with, by its name."
    command = click.option("--task", metavar="NAME", help=task)(command)
    command = click.option("--environment", metavar="NAME", help=stored)(command)
    return assignment_option("--env", about="One variable of the environment.")(command)


def parameters(env: Mapping[str, JSON], environment: str | None, task: str | None) -> dict[str, JSON]:
    """Return the parameters of an execution that the options give together.

    Raises:
        UsageError: variables and a stored environment are both given.

    """
    if env and environment:
        raise click.UsageError("give variables with --env, or a stored environment with --environment")
    given: dict[str, JSON] = {"env": environment or dict(env)} if env or environment else {}
    return given if task is None else {**given, "task_name": task}


def whole_input(
    input_file: Path | None, input_json: dict[str, JSON] | None, input_pairs: Mapping[str, JSON]
) -> dict[str, JSON]:
    """Return the input that the three options give together: single ones win."""
    given = read_object_file(input_file) if input_file else {}
    return {**given, **(input_json or {}), **input_pairs}


def read_object_file(path: Path) -> dict[str, JSON]:
    """Read a file that holds one object, as JSON or YAML.

    Raises:
        InvalidRequest: the file holds something else.

    """
    text = path.read_bytes().decode("utf-8", errors="replace")
    data = _json_or(text, _NOT_JSON)
    if data is _NOT_JSON:
        data = _read_yaml(text, str(path))
    if not isinstance(data, dict):
        raise InvalidRequest(f"{path} must hold one object, such as {{\"a\": 1}} or the line 'a: 1'")
    return data


def _read_yaml(text: str, file: str) -> JSON:
    """Return what a YAML text says; InvalidRequest with each problem's place if it cannot be read."""
    # Loaded only when needed: it brings the whole workflow language with it.
    from wf_es.definition.problems import Report
    from wf_es.definition.text import read_text
    from wf_es.limits import DEFAULT_LIMITS

    report = Report(file)
    node = read_text(text, report, DEFAULT_LIMITS.definitions)
    if report.problems:
        raise InvalidRequest("\n".join(str(problem) for problem in report.problems))
    return node.data if node is not None else None


def _assignment(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, JSON]:
    """Split at the first ``=`` and read what stands after it."""
    name, separator, text = value.partition("=")
    must_be_json = name.endswith(":")
    name = name.removesuffix(":")
    if not separator or not name:
        raise click.BadParameter(f"'{value}' is not NAME=VALUE", context, parameter)
    data = _json_or(text, _NOT_JSON)
    if data is not _NOT_JSON:
        return name, data
    if must_be_json:
        raise click.BadParameter(f"the value of '{name}' is not JSON: {text}", context, parameter)
    return name, text


def _json_or(text: str, otherwise: Any) -> JSON:
    """Return the JSON value that the text is, or something else if it is none."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        return otherwise


def _refuse_constant(name: str) -> None:
    """NaN and the infinities are no JSON, whatever Python's reader says."""
    raise ValueError(name)
