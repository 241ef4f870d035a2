"""The commands that are alike for workflows, workbooks and actions.

Each kind is sent as the text of a file, listed by name, shown and deleted.
What only one kind can do stands in its own module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from api.cli.client import Client, Row
from api.cli.exits import Exit
from api.cli.failures import explain
from api.cli.groups import example
from api.cli.output import columns_option, form_option, note, print_record, print_rows
from api.cli.remote import confirmed, remote, yes_option
from api.cli.validation import files_argument
from wf_es.errors import InvalidDefinition


@dataclass(frozen=True)
class Kind:
    """What is particular about a kind of definition.

    ``noun`` names one of it, ``content`` what a file of it defines, ``file``
    and ``name`` stand in examples. ``is_namespaced``: a name means another one
    in another namespace.
    """

    noun: str
    content: str
    columns: tuple[str, ...]
    file: str
    name: str
    is_namespaced: bool = True

    @property
    def collection(self) -> str:
        """Where the server keeps them."""
        return f"{self.noun}s"

    def path(self, name: str, rest: str) -> str:
        """Return where the server keeps what belongs to one of them."""
        return f"{self.collection}/{quote(name, safe='')}/{rest}"


def namespace_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--namespace`` to a command."""
    return click.option("--namespace", help="Its namespace; without it, the default one.")(command)


def version_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--version NUMBER`` to a command that shows one definition, as its parameter ``number``."""
    return click.option(
        "--version",
        "number",
        type=click.IntRange(min=1),
        metavar="NUMBER",
        help="This version of it, also of a deleted one. Without it, the current one.",
    )(command)


def find_version(
    client: Client, kind: Kind, name: str, number: int | None, namespace: str | None = None
) -> Row:
    """Return one definition as it is, or as it was in one of its versions."""
    if number is None:
        return client.record(kind.collection, name, namespace=namespace)
    found: Row = client.get(kind.path(name, f"versions/{number}"), namespace=namespace)
    return found


def create_command(kind: Kind) -> click.Command:
    """Return the command that stores new ones."""

    @click.command(
        "create",
        help=f"Store {kind.content} that each FILE defines; refused if one is there already.",
        epilog=example(f"wf-es {kind.noun} create {kind.file}"),
    )
    @files_argument
    @namespace_option
    @columns_option
    @form_option
    @remote
    def create(
        client: Client, files: tuple[Path, ...], namespace: str | None, columns: str | None, form: str
    ) -> None:
        print_rows(_upload(client, kind, "POST", files, namespace), kind.columns, form, columns)

    return create


def update_command(kind: Kind, also: str = "") -> click.Command:
    """Return the command that stores new versions; ``also`` says what else it does."""

    @click.command(
        "update",
        help=f"Store a new version of {kind.content} that each FILE defines.\n\n"
        f"Executions that have begun keep the version they began with.{also}",
        epilog=example(f"wf-es {kind.noun} update {kind.file}"),
    )
    @files_argument
    @namespace_option
    @columns_option
    @form_option
    @remote
    def update(
        client: Client, files: tuple[Path, ...], namespace: str | None, columns: str | None, form: str
    ) -> None:
        print_rows(_upload(client, kind, "PUT", files, namespace), kind.columns, form, columns)

    return update


def list_command(kind: Kind, what: str) -> click.Command:
    """Return the command that lists them by name; ``what`` says what is listed."""
    command = f"wf-es {kind.noun} list"

    @click.command("list", help=f"List {what} by name.", epilog=example(command, f"{command} -o json"))
    @click.option(
        "--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many."
    )
    @columns_option
    @form_option
    @remote
    def list_all(client: Client, limit: int, columns: str | None, form: str) -> None:
        rows = client.rows(kind.collection, limit=limit, sort_keys="name", sort_dirs="asc")
        print_rows(rows, kind.columns, form, columns)

    return list_all


def get_command(kind: Kind) -> click.Command:
    """Return the command that shows one."""

    @click.command(
        "get",
        help=f"Show one {kind.noun} by NAME or id.",
        epilog=example(
            f"wf-es {kind.noun} get {kind.name}", f"wf-es {kind.noun} get {kind.name} --version 2"
        ),
    )
    @click.argument("name")
    @version_option
    @namespace_option
    @form_option
    @remote
    def get(client: Client, name: str, number: int | None, namespace: str | None, form: str) -> None:
        print_record(find_version(client, kind, name, number, namespace), form)

    return get


def get_definition_command(kind: Kind) -> click.Command:
    """Return the command that prints the stored text."""

    @click.command(
        "get-definition",
        help=f"Print the text of one {kind.noun} by NAME or id, and nothing else.",
        epilog=example(f"wf-es {kind.noun} get-definition {kind.name} > {kind.file}"),
    )
    @click.argument("name")
    @version_option
    @namespace_option
    @remote
    def get_definition(client: Client, name: str, number: int | None, namespace: str | None) -> None:
        definition = str(find_version(client, kind, name, number, namespace)["definition"])
        click.echo(definition, nl=not definition.endswith("\n"))

    return get_definition


def delete_command(kind: Kind) -> click.Command:
    """Return the command that deletes one."""

    @click.command(
        "delete",
        help=f"Delete one {kind.noun} by NAME or id; executions that have begun go on.",
        epilog=example(f"wf-es {kind.noun} delete {kind.name} --yes"),
    )
    @click.argument("name")
    @namespace_option
    @yes_option
    @remote
    def delete(client: Client, name: str, namespace: str | None, yes: bool) -> None:
        confirmed(f"Delete {kind.noun} {name}?", yes)
        client.delete(kind.collection, name, namespace=namespace)
        note(f"{kind.noun} {name} deleted")

    return delete


def _upload(
    client: Client, kind: Kind, method: str, files: tuple[Path, ...], namespace: str | None
) -> list[Row]:
    """Send each file; name the file where the server refuses it."""
    rows: list[Row] = []
    for file in files:
        try:
            rows += client.upload(
                method, file.read_text(encoding="utf-8"), kind.collection, namespace=namespace
            )
        except InvalidDefinition as error:
            note(explain(error).replace("<text>", str(file)))
            note(f"{file} was refused; 'wf-es {kind.noun} validate -v {file}' shows the places")
            click.get_current_context().exit(Exit.REFUSED)
    return rows
