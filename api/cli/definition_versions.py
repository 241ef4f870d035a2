"""The commands about versions of definitions: list them, show one, compare two; alike for all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from api.cli.client import Client, Row
from api.cli.definitions import Kind, namespace_option
from api.cli.groups import example
from api.cli.output import aligned, columns_option, form_option, print_data, print_rows
from api.cli.remote import remote

COLUMNS = ("version", "change", "created_at", "actor", "withdrawn_at")

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_TITLES = {
    "task": "tasks",
    "workflow": "workflows",
    "action": "actions",
    "variable": "variables",
    "key": "keys",
    "property": "beside the text",
}


def versions_command(kind: Kind) -> click.Command:
    """Return the command that lists the versions of one."""

    @click.command(
        "versions",
        help=f"List all versions of one {kind.noun} by NAME or id, the oldest first.\n\n"
        "Each change makes a version. Those of a deleted one are there, too; a deletion takes a number.",
        epilog=example(f"wf-es {kind.noun} versions {kind.name}"),
    )
    @click.argument("name")
    @_shelf_option(kind)
    @columns_option
    @form_option
    @remote
    def versions(
        client: Client, name: str, columns: str | None, form: str, namespace: str | None = None
    ) -> None:
        rows = client.get(kind.path(name, "versions"), namespace=namespace)["versions"]
        print_rows(rows, COLUMNS, form, columns)

    return versions


def diff_command(kind: Kind) -> click.Command:
    """Return the command that compares two versions of one."""

    @click.command(
        "diff",
        help=f"Show what differs between versions A and B of one {kind.noun}, by NAME or id.\n\n"
        "First its parts: + was added, - was removed, ~ was changed. Then the text, line by line. "
        "Without B, A is compared with the last version; without both, the last one with the one before.",
        epilog=example(f"wf-es {kind.noun} diff {kind.name} 1 3", f"wf-es {kind.noun} diff {kind.name}"),
    )
    @click.argument("name")
    @click.argument("a", type=click.IntRange(min=1), required=False)
    @click.argument("b", type=click.IntRange(min=1), required=False)
    @_shelf_option(kind)
    @form_option
    @remote
    def diff(
        client: Client, name: str, a: int | None, b: int | None, form: str, namespace: str | None = None
    ) -> None:
        found = client.get(kind.path(name, "diff"), namespace=namespace, **{"from": a, "to": b})
        if form != "table":
            print_data(found, form)
            return
        for line in lines(found):
            click.echo(line)

    return diff


def lines(found: Row) -> Iterator[str]:
    """Yield the difference between two versions as lines of text."""
    yield from aligned([[name, *_side(found[name])] for name in ("from", "to")])
    if found["same"]:
        yield "nothing differs"
        return
    is_first = True
    for kind, title in _TITLES.items():
        rows = [_part(part) for part in found["changes"] if part["kind"] == kind]
        if rows:
            yield f"{title if kind != 'key' or is_first else f'other {title}'}:"
            is_first = False
        for row in aligned(rows):
            yield f"  {row}"
    if found["diff"]:
        yield ""
        yield from found["diff"].splitlines()


def _side(version: Row) -> list[str]:
    return [
        f"version {version['version']}",
        f"{version['change']} {version['created_at']} by {version['actor']}",
    ]


def _part(part: Row) -> list[str]:
    return [_SIGNS[part["change"]], part["name"], ", ".join(part["keys"])]


def _shelf_option(kind: Kind) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what adds ``--namespace`` to a command about a kind that has namespaces."""
    return namespace_option if kind.is_namespaced else lambda command: command
