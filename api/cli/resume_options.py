"""The options that say from which tasks, and with which data, an execution goes on.

``--from`` chooses tasks to run again and ``--continue`` tasks that count as
done; the data given is for all of those that it makes sense for. Where each
task needs data of its own, ``--wish`` says it as the interface does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from api.cli.assignments import ABSENT, assignment_option, assignments, json_object, json_value_or_absent
from wf_es.envelope import JSON

FAILED = "failed"


def _items(context: click.Context, parameter: click.Parameter, value: str | None) -> str | list[int] | None:
    """Read which items: a word, or numbers separated by commas."""
    if value in (None, "all", "failed"):
        return value
    try:
        return [int(number) for number in value.split(",")]
    except ValueError:
        raise click.BadParameter(
            f"'{value}' is neither all nor failed nor numbers separated by commas", context, parameter
        ) from None


def _versions(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[str, str | int]:
    """Read which versions of definitions, by the paths of sub-workflows; "" is the execution itself."""
    found: dict[str, str | int] = {}
    for value in values:
        path, _, version = value.rpartition("=")
        if not (version in ("original", "latest") or (version.isascii() and version.isdigit())):
            raise click.BadParameter(
                f"'{version}' is neither original nor latest nor the number of a version", context, parameter
            )
        if path in found:
            raise click.BadParameter(f"there are two versions for {path or 'it'}", context, parameter)
        found[path] = int(version) if version.isdigit() else version
    return found


def _item_inputs(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[int, dict[str, JSON]]:
    """Read ``INDEX:NAME=VALUE``; several for one item go together."""
    found: dict[int, dict[str, JSON]] = {}
    for value in values:
        index, _, assignment = value.partition(":")
        if not index.isdecimal():
            raise click.BadParameter(f"'{value}' is not INDEX:NAME=VALUE", context, parameter)
        found.setdefault(int(index), {}).update(assignments(context, parameter, [assignment]))
    return found


def _wishes(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> list[JSON]:
    """Read one JSON object for each task."""
    return [json_object(context, parameter, value) for value in values]


def resume_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say from where and with which data."""
    return _which_tasks(_which_data(_which_rules(command)))


def _which_tasks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what chooses tasks."""
    for option in reversed(
        (
            click.option(
                "--from",
                "origins",
                multiple=True,
                metavar="TASK",
                help="A task to go on from: a name, an id, or a path into sub-workflows such as "
                "outer/inner/task or outer[2]/task; 'failed': all that failed. May be repeated.",
            ),
            click.option("--task", "tasks", multiple=True, metavar="TASK", help="The same as --from TASK."),
            click.option(
                "--continue",
                "done",
                multiple=True,
                metavar="TASK",
                help="A task that counts as done: go on with what follows it. May be repeated.",
            ),
            click.option(
                "--action",
                type=click.Choice(["rerun", "continue"]),
                default="rerun",
                help="What to do with the tasks of --from and --task.  [default: rerun]",
            ),
            click.option(
                "--wish",
                "wishes",
                multiple=True,
                metavar="JSON",
                callback=_wishes,
                help='All of one task: {"task": ..., "action": ..., "context": {...}, ...}. May be repeated.',
            ),
        )
    ):
        command = option(command)
    return command


def _which_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what is changed."""
    for option in reversed(
        (
            assignment_option(
                "--set",
                "context",
                about="A variable of the task's context; NAME:=JSON must be JSON, null removes it.",
            ),
            assignment_option("--input", about="For what runs again: change the input of its action."),
            assignment_option(
                "--published",
                "--publish",
                "published",
                about="For what is done: what it should have published.",
            ),
            click.option(
                "--result",
                metavar="JSON",
                callback=json_value_or_absent,
                help="For what is done: the result it should have had; null is one, too.",
            ),
            click.option(
                "--items",
                metavar="WHICH",
                callback=_items,
                help="With many items: run all again, only the failed ones, or some, such as 0,3.",
            ),
            click.option(
                "--item-input",
                "item_inputs",
                multiple=True,
                metavar="INDEX:NAME=VALUE",
                callback=_item_inputs,
                help="Run this item again with changed input of its own. May be repeated.",
            ),
        )
    ):
        command = option(command)
    return command


def _which_rules(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what holds for the execution as a whole."""
    for option in reversed(
        (
            assignment_option("--env", about="A variable of the environment."),
            click.option(
                "--definition",
                "versions",
                multiple=True,
                metavar="[PATH=]VERSION",
                callback=_versions,
                help="Go on with another version of the workflow: latest, or its number. With a PATH such as "
                "outer/inner, of that sub-workflow; '*=latest': of all that are resumed. May be repeated.",
            ),
            click.option(
                "--allow-succeeded",
                is_flag=True,
                help="Let tasks be chosen that have succeeded.",
            ),
        )
    ):
        command = option(command)
    return command


def resume_body(  # noqa: PLR0913  (one for each option)
    *,
    origins: tuple[str, ...] = (),
    tasks: tuple[str, ...] = (),
    done: tuple[str, ...] = (),
    action: str = "rerun",
    wishes: Sequence[JSON] = (),
    env: Mapping[str, JSON] | None = None,
    versions: Mapping[str, str | int] | None = None,
    allow_succeeded: bool = False,
    **data: Any,
) -> dict[str, JSON]:
    """Return the request for these options; refuse what cannot be meant.

    ``data`` is what is asked of each task: ``context``, ``input``,
    ``published``, ``result``, ``items`` and ``item_inputs``.
    """
    again, done = _split(origins, tasks, done, action)
    wanted = _data(**data)
    body: dict[str, JSON] = {"env": dict(env)} if env else {}
    body |= _definitions(versions or {})
    if allow_succeeded:
        body["allow_succeeded"] = True
    if FAILED in origins:
        if any((again, done, wishes, wanted.keys() - {"context"})):
            raise click.UsageError(
                "'--from failed' runs all again, with --set if need be; for anything else name the tasks"
            )
        return body | {"tasks": FAILED, **wanted}
    _refuse_useless(wanted, again, done)
    chosen: list[JSON] = [
        *({"task": task, "action": "rerun", **_only(wanted, _RERUN)} for task in again),
        *({"task": task, "action": "continue", **_only(wanted, _CONTINUE)} for task in done),
        *wishes,
    ]
    return body | ({"tasks": chosen} if chosen else {})


def _definitions(versions: Mapping[str, str | int]) -> dict[str, JSON]:
    below: dict[str, JSON] = {path: version for path, version in versions.items() if path}
    own: dict[str, JSON] = {"definition": versions[""]} if "" in versions else {}
    return own | ({"definitions": below} if below else {})


_RERUN = ("context", "input", "items")
_CONTINUE = ("context", "published", "result")


def _split(
    origins: tuple[str, ...], tasks: tuple[str, ...], done: tuple[str, ...], action: str
) -> tuple[list[str], tuple[str, ...]]:
    """Return the tasks that run again, and those that count as done."""
    named = [*(task for task in origins if task != FAILED), *tasks]
    if action == "continue" and not named:
        raise click.UsageError("say with --task NAME which task this is for")
    return (named, done) if action == "rerun" else ([], (*named, *done))


def _refuse_useless(wanted: Mapping[str, JSON], again: Sequence[str], done: Sequence[str]) -> None:
    if wanted and not (again or done):
        raise click.UsageError("say with --from TASK or --continue TASK which task this is for")
    if not done and {"published", "result"} & wanted.keys():
        raise click.UsageError(
            "--published and --result are for a task that is done; name it with --continue"
        )
    if not again and {"input", "items"} & wanted.keys():
        raise click.UsageError("--input and --items are for a task that runs again: name it with --from")


def _only(wanted: Mapping[str, JSON], names: Sequence[str]) -> dict[str, JSON]:
    return {name: wanted[name] for name in names if name in wanted}


def _data(
    context: Mapping[str, JSON] | None = None,
    input: Mapping[str, JSON] | None = None,
    published: Mapping[str, JSON] | None = None,
    result: JSON = ABSENT,
    items: str | list[int] | None = None,
    item_inputs: Mapping[int, dict[str, JSON]] | None = None,
) -> dict[str, JSON]:
    """Return what was asked of each task, by the name that the request has for it."""
    given = {"context": context, "input": input, "published": published}
    wanted: dict[str, JSON] = {name: dict(values) for name, values in given.items() if values}
    if result != ABSENT:
        wanted["result"] = result
    chosen = _chosen_items(items, item_inputs or {})
    return wanted | ({"items": chosen} if chosen else {})


def _chosen_items(items: str | list[int] | None, inputs: Mapping[int, dict[str, JSON]]) -> JSON:
    if not inputs:
        return items
    if isinstance(items, str):
        raise click.UsageError(f"--item-input needs the items by their numbers, not --items {items}")
    plain = [index for index in items or () if index not in inputs]
    return [*plain, *({"index": index, "input": patch} for index, patch in sorted(inputs.items()))]
