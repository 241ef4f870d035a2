"""What commands that talk to a server share: ``--url``, and ways to name things.

An execution may be named by its id, by the beginning of its id if only one
begins so, or as ``@latest``: the newest one that somebody has started, never
a sub-workflow of it. A task or an action may also be named through its
execution: ``@latest/deploy`` is the last run of the task ``deploy`` there.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from typing import Any, Final

import click

from api.cli.client import DEFAULT_URL, Client, Row
from wf_es.errors import InvalidRequest, NotFound

LATEST = "@latest"

_FULL = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ROOTS: Final = {"nulls": "task_execution_id"}
"""The query for executions that no task has started."""

_NEWEST_FIRST = {"sort_keys": "created_at", "sort_dirs": "desc"}
_SEARCHED = 10_000
"""How many of the newest rows are searched for one whose id begins so."""


def remote(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--url`` and, as its first argument, a client for it."""

    @click.option(
        "--url",
        envvar="WF_ES_URL",
        default=DEFAULT_URL,
        show_default=True,
        show_envvar=True,
        help="Address of the server.",
    )
    @functools.wraps(command)
    def connected(*arguments: Any, url: str, **options: Any) -> Any:
        with Client(url) as client:
            return command(client, *arguments, **options)

    return connected


def confirmed(question: str, yes: bool) -> None:
    """Ask before something that cannot be taken back; without a terminal want --yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Nobody is there to answer: add --yes to go ahead")
    click.confirm(question, abort=True, err=True)


def yes_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--yes`` to a command that asks before it acts."""
    return click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can answer.")(command)


def find_execution(client: Client, name: str) -> str:
    """Return the id of the execution that a person named."""
    if name == LATEST:
        rows = client.rows("executions", limit=1, fields="id", **ROOTS, **_NEWEST_FIRST)
        if not rows:
            raise NotFound("there is no execution yet; start one with 'wf-es execution start WORKFLOW'")
        return str(rows[0]["id"])
    return _find(client, "executions", name, "execution")


def find_task(client: Client, name: str, at: str | None = None) -> str:
    """Return the id of the task execution that a person named; with ``at`` the last run at that moment."""
    execution, separator, task = name.partition("/")
    if not separator:
        return _find(client, "tasks", name, "task")
    rows = _tasks_named(client, find_execution(client, execution), task, at)
    return str(rows[-1]["id"])


def find_action(client: Client, name: str, at: str | None = None) -> str:
    """Return the id of the action execution that a person named.

    Through its task an action is named only if it is the task's running one,
    or the last one where none is running; with ``at`` as of that moment.
    """
    execution, separator, task = name.partition("/")
    if not separator:
        return _find(client, "action_executions", name, "action execution")
    tasks = _tasks_named(client, find_execution(client, execution), task, at)
    rows = client.rows(f"tasks/{tasks[-1]['id']}/action_executions", at=at)
    if not rows:
        raise NotFound(f"task '{task}' has no action execution yet")
    running = [row for row in rows if row["state"] == "RUNNING"]
    if len(running) > 1:
        raise InvalidRequest(
            f"task '{task}' has {len(running)} running actions; name one of them by its id: "
            + ", ".join(row["id"] for row in running[:10])
        )
    return str((running or rows)[-1]["id"])


def _tasks_named(client: Client, execution_id: str, task: str, at: str | None = None) -> list[Row]:
    """Return the runs of a task in an execution, oldest first."""
    rows = client.rows(f"executions/{execution_id}/tasks", at=at)
    found = [row for row in rows if row["name"] == task]
    if not found:
        names = ", ".join(sorted({row["name"] for row in rows})) or "none has begun"
        has = f"has no task '{task}'" if at is None else f"had no task '{task}' at that moment"
        raise NotFound(f"execution {execution_id} {has} (tasks: {names})")
    return found


def _find(client: Client, collection: str, name: str, kind: str) -> str:
    """Return the one id that begins so."""
    if _FULL.fullmatch(name):
        return name.lower()
    if not re.fullmatch(r"[0-9a-fA-F-]+", name):
        raise NotFound(f"'{name}' is not the id of an {kind}" + _also(kind))
    rows = client.rows(collection, limit=_SEARCHED, fields="id", **_NEWEST_FIRST)
    found = [row["id"] for row in rows if row["id"].startswith(name.lower())]
    if not found:
        raise NotFound(f"no {kind} has an id that begins with '{name}'" + _also(kind))
    if len(found) > 1:
        shown = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
        raise InvalidRequest(f"'{name}' is the beginning of {len(found)} ids ({shown}); write more of it")
    return str(found[0])


def _also(kind: str) -> str:
    """Return what else could have been written."""
    if kind == "execution":
        return f"; {LATEST} names the newest one that is no sub-workflow, 'wf-es execution list' shows all"
    return f"; it can also be named through its execution, like {LATEST}/TASK"
