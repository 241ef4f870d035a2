"""``wf-es environment``: variables kept on a server, for executions to start with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.cli.assignments import read_object_file
from api.cli.client import Client, Row
from api.cli.definition_versions import diff_command, versions_command
from api.cli.definitions import Kind, find_version, version_option
from api.cli.exits import Exit
from api.cli.groups import NounGroup, example
from api.cli.output import columns_option, form_option, note, print_record, print_rows
from api.cli.remote import confirmed, remote, yes_option
from api.cli.validation import files_argument
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest, WfEsError

_ENVIRONMENT = Kind(
    noun="environment",
    content="the environment",
    columns=("name", "description", "scope", "updated_at"),
    file="test.yaml",
    name="test",
    is_namespaced=False,
)

_KEYS = {"name": str, "description": str, "variables": dict, "scope": str}
"""What a file may hold, and of which type."""


def _file_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``FILE`` to a command."""
    return click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))(command)


@click.command(epilog=example("wf-es environment validate test.yaml"))
@files_argument
def validate(files: tuple[Path, ...]) -> None:
    """Check the environment in each FILE; no server is needed.

    Exit code 3 if there is an error.
    """
    wrong = 0
    for file in files:
        try:
            _check(_read(file, "name", "variables"), file)
        except WfEsError as error:
            wrong += 1
            click.echo(error.message)
    note(f"{len(files)} checked, {wrong} with errors")
    if wrong:
        click.get_current_context().exit(Exit.REFUSED)


@click.command(epilog=example("wf-es environment create test.yaml"))
@_file_argument
@form_option
@remote
def create(client: Client, file: Path, form: str) -> None:
    """Store the environment in FILE; refused if there is one of its name already.

    FILE is YAML or JSON: an object with a name, variables, and if you like a description and a scope
    (private or public).
    """
    print_record(client.decoded("environments", client.post("environments", _read(file, "name"))), form)


@click.command(epilog=example("wf-es environment update test.yaml"))
@_file_argument
@form_option
@remote
def update(client: Client, file: Path, form: str) -> None:
    """Change the environment that FILE names.

    Variables are replaced as a whole; what FILE does not give stays. Executions that have begun keep
    the variables they began with.
    """
    print_record(client.decoded("environments", client.put("environments", _read(file, "name"))), form)


@click.command("list", epilog=example("wf-es environment list", "wf-es environment list -o json"))
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@columns_option
@form_option
@remote
def list_environments(client: Client, limit: int, columns: str | None, form: str) -> None:
    """List the stored environments by name."""
    rows = client.rows("environments", limit=limit, sort_keys="name", sort_dirs="asc")
    print_rows(rows, _ENVIRONMENT.columns, form, columns)


@click.command(epilog=example("wf-es environment get test", "wf-es environment get test -o yaml"))
@click.argument("name")
@version_option
@form_option
@remote
def get(client: Client, name: str, number: int | None, form: str) -> None:
    """Show one environment by NAME or id; its secrets are not shown."""
    print_record(find_version(client, _ENVIRONMENT, name, number), form)


@click.command(epilog=example("wf-es environment delete test --yes"))
@click.argument("name")
@yes_option
@remote
def delete(client: Client, name: str, yes: bool) -> None:
    """Delete one environment by NAME or id; executions that began with it keep it."""
    confirmed(f"Delete environment {name}?", yes)
    client.delete("environments", name)
    note(f"environment {name} deleted")


@click.group(
    cls=NounGroup,
    commands=(
        validate,
        create,
        update,
        list_environments,
        get,
        versions_command(_ENVIRONMENT),
        diff_command(_ENVIRONMENT),
        delete,
    ),
)
def environment() -> None:
    """Keep variables on a server, for executions to start with."""


def _read(file: Path, *needed: str) -> Row:
    """Return what a file says of an environment.

    Raises:
        InvalidRequest: it lacks something, or holds something else.

    """
    given = read_object_file(file)
    for key, value in given.items():
        wanted = _KEYS.get(key)
        if wanted is None:
            raise InvalidRequest(f"{file}: unknown key '{key}'; there are: {', '.join(_KEYS)}")
        if value is not None and not isinstance(value, wanted):
            raise InvalidRequest(f"{file}: '{key}' must be {'an object' if wanted is dict else 'a text'}")
    missing = [key for key in needed if not given.get(key) and given.get(key) != {}]
    if missing:
        raise InvalidRequest(f"{file}: '{missing[0]}' is missing")
    return given


def _check(given: dict[str, JSON], file: Path) -> None:
    """Refuse variables with expressions that cannot be parsed."""
    # Loaded only when needed: it brings the whole expression language with it.
    from wf_es.expressions import template

    try:
        template(given["variables"])
    except WfEsError as error:
        raise InvalidRequest(f"{file}: {error.message}") from error
