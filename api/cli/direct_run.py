"""``wf-es action run``: one action, without a workflow around it."""

from __future__ import annotations

from typing import Any

import click

from api.cli.assignments import assignment_option, input_options, parameters, whole_input
from api.cli.client import Client, Row
from api.cli.exits import EXIT_BY_STATE, Exit
from api.cli.groups import example
from api.cli.output import cell, form_option, note, print_data, print_record
from api.cli.remote import remote
from wf_es.envelope import JSON

_COLLECTION = "action_executions"


@click.command(
    "run",
    epilog=example(
        "wf-es action run greet --input name=Ada",
        "wf-es action run std.http -i url=http://127.0.0.1/ --timeout 5 --save",
    ),
)
@click.argument("name")
@input_options
@assignment_option("--env", about="One variable of the environment that the action sees.")
@click.option("--environment", metavar="NAME", help="A stored environment for it, by its name.")
@click.option("--namespace", metavar="NAME", default="", help="Where an ad-hoc action is looked for first.")
@click.option("--save", is_flag=True, help="Keep the run: it gets an id, and is listed with the others.")
@click.option("--wait", is_flag=True, help="Wait for the end of a run that is kept, at most a minute.")
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Give it up after this.")
@click.option("--target", metavar="NAME", help="Kept with the run, as for a task.")
@form_option
@remote
def run_action(client: Client, name: str, namespace: str, form: str, **options: Any) -> None:
    """Run the action NAME once, on the server, and print its result.

    Nothing is kept of it, and there is no id. With --save, or if the action ends by a callback, the run is
    kept, and what is printed is the run instead: see it with 'wf-es action-execution get'.
    """
    params = _params(**{key: options.pop(key) for key in ("env", "environment", "save", "wait", "timeout")})
    target = options.pop("target")
    body: dict[str, JSON] = {"name": name, "input": whole_input(**options), "params": params}
    if target:
        params["target"] = target
    if namespace:
        body["workflow_namespace"] = namespace
    _show(client.decoded(_COLLECTION, client.post(_COLLECTION, body)), form)


def _params(
    env: dict[str, JSON], environment: str | None, save: bool, wait: bool, timeout: float | None
) -> dict[str, JSON]:
    given = {"save_result": save, "run_sync": wait, "timeout": timeout}
    return {**parameters(env, environment, None), **{key: value for key, value in given.items() if value}}


def _show(row: Row, form: str) -> None:
    """Print the result of a run that left no trace, or else the run; end with its state."""
    state = row["state"]
    output = row["output"]
    result = output.get("result") if isinstance(output, dict) else None
    if row["id"] is not None:
        print_record(row, form)
    elif state == "SUCCESS":
        print_data(result, form)
    else:
        note(f"action {row['name']} {'is' if state == 'RUNNING' else 'ended in'} {state}")
        note(f"  {row['state_info'] or cell(result)}")
    if state != "RUNNING":
        click.get_current_context().exit(EXIT_BY_STATE.get(state, Exit.BUG))
