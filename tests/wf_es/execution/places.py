"""Every place of the language that allows expressions, as a table.

A row says what stands around the expression and where its value shows. Whoever
adds a place to the language adds a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from wf_es.execution import commands

DATA = {"a": [1, {"b": None}]}
GIVEN = {"data": DATA, "n": 5, "yes": True, "who": "noop", "run": "std.noop", "hosts": ["x", "y"]}


class Place(NamedTuple):
    """A place: what stands around the expression, and where to see what it gave.

    ``reads`` is the variable of ``GIVEN`` that is read, ``gives`` what then
    shows; ``inside`` what shows for an expression within text, if that is
    allowed (``@`` stands for the value as text).
    """

    around: Callable[[Any], dict[str, Any]]
    look: Callable[[Any], Any]
    reads: str = "data"
    gives: Any = DATA
    inside: str | None = "<@>"


def w(task: Any = None, **keys: Any) -> dict[str, Any]:
    """Return a workflow with one task ``t``, or with the given ``tasks``."""
    declared = [*GIVEN, *keys.pop("more", [])]
    tasks = keys.pop("tasks", {"t": task or {"action": "std.noop"}})
    return {"input": declared, "tasks": tasks, **keys}


def run(told: Any) -> Any:
    """Run everything, and let what is asynchronous succeed."""
    told.run_everything()
    while any(action.is_async for action in told.unfinished()):
        action = next(action for action in told.unfinished() if action.is_async)
        told.when(commands.CompleteAction, action_id=action.id, state="SUCCESS", output=7)
        told.run_everything()
    return told


def ended(told: Any) -> Any:
    """Return the only task after it has ended."""
    return run(told).task("t")


def failed(told: Any) -> Any:
    """Return the only task after it has failed."""
    told.fail("t")
    return told.task("t")


def skipped(told: Any) -> Any:
    """Return the only task after it has failed and was skipped."""
    told.when(commands.SkipTask, task_id=failed(told).id)
    return told.task("t")


def first(told: Any) -> Any:
    """Return the first action."""
    return told.unfinished()[0]


def waits(told: Any) -> float:
    """Return the seconds of the only timer."""
    (timer,) = told.state.timers.values()
    return float(timer.seconds)


def retries(told: Any) -> float:
    """Return how long it is until the next attempt, after a failure."""
    told.fail("t")
    return waits(told)


def follows(told: Any) -> list[str]:
    """Return the tasks that have run behind ``t``."""
    return [name for name in run(told).tasks() if name != "t"]


def guarded(clause: str, action: str = "std.noop") -> Callable[[Any], dict[str, Any]]:
    """Return a workflow whose clause leads on if a guard holds."""
    return lambda e: w(tasks={"t": {"action": action, clause: [{"next": e}]}, "next": {"action": "std.noop"}})


def says(told: Any) -> Any:
    """Return the reason that the execution has, after ``t`` succeeded."""
    return run(told).state.state_info


def runs(told: Any) -> Any:
    """Return the name of the first action."""
    return first(told).name


def calls(told: Any) -> Any:
    """Return the name of the first sub-workflow."""
    return called(told)[0].workflow_name


def gets(told: Any) -> Any:
    """Return the input ``x`` of the first sub-workflow."""
    return called(told)[0].input["x"]


def called(told: Any) -> list[Any]:
    """Return the sub-workflows, the first one first."""
    return sorted(told.state.children.values(), key=lambda child: child.number)


def publishes(clause: str, scope: str, end: Callable[[Any], Any]) -> Place:
    """Return the place of an advanced publish; ``end`` lets the task end so that the clause applies."""

    def look(told: Any) -> Any:
        task = end(told)
        return (task.published if scope == "branch" else task.published_global)["p"]

    return Place(lambda e: w({"action": ASYNC, clause: {"publish": {scope: {"p": e}}}}), look)


ASYNC = "std.async_noop"
ENDS = {"on-success": ended, "on-error": failed, "on-complete": ended, "on-skip": skipped}
PLACES = {
    "vars": Place(lambda e: w(vars={"v": e}), lambda told: told.state.vars["v"]),
    "vars, nested": Place(lambda e: w(vars={"v": [{"x": e}]}), lambda told: told.state.vars["v"][0]["x"]),
    "output": Place(lambda e: w(output={"o": e}), lambda told: run(told).state.output["o"]),
    "output, nested": Place(
        lambda e: w(output={"o": {"p": [0, e]}}), lambda told: run(told).state.output["o"]["p"][1]
    ),
    "output-on-error": Place(
        lambda e: w({"action": "std.fail"}, **{"output-on-error": {"o": e}}),
        lambda told: run(told).state.output["o"],
    ),
    "action": Place(lambda e: w({"action": e}), runs, reads="run", gives="std.noop", inside=None),
    "action within text": Place(
        lambda e: w({"action": f"std.{e}"}), runs, reads="who", gives="std.noop", inside=None
    ),
    "inline parameter": Place(
        lambda e: w({"action": f"std.echo output={e}"}), lambda told: first(told).input["output"], inside=None
    ),
    "inline parameter in quotes": Place(
        lambda e: w({"action": f"std.echo output='{e}'"}), lambda told: first(told).input["output"]
    ),
    "input": Place(
        lambda e: w({"action": "std.echo", "input": {"output": e}}), lambda told: first(told).input["output"]
    ),
    "input, nested": Place(
        lambda e: w({"action": "std.echo", "input": {"output": {"x": [e]}}}),
        lambda told: first(told).input["output"]["x"][0],
    ),
    "whole input": Place(
        lambda e: w({"action": "std.echo", "input": e}, vars={"v": 1}),
        lambda told: first(told).input,
        reads="whole",
        gives={"output": 5},
        inside=None,
    ),
    "workflow": Place(lambda e: w({"workflow": e}), calls, reads="who", gives="noop", inside=None),
    "workflow within text": Place(
        lambda e: w({"workflow": f"book.{e}"}), calls, reads="who", gives="book.noop", inside=None
    ),
    "workflow of an item": Place(
        lambda e: w({"with-items": "i in [1, 2]", "workflow": e}),
        lambda told: [child.workflow_name for child in called(told)],
        reads="who",
        gives=["noop", "noop"],
        inside=None,
    ),
    "inline parameter of a sub-workflow": Place(lambda e: w({"workflow": f"sub x={e}"}), gets, inside=None),
    "inline parameter of a sub-workflow in quotes": Place(lambda e: w({"workflow": f"sub x='{e}'"}), gets),
    "input of a sub-workflow": Place(lambda e: w({"workflow": "sub", "input": {"x": e}}), gets),
    "input of a sub-workflow, nested": Place(
        lambda e: w({"workflow": "sub", "input": {"x": {"y": [e]}}}), lambda told: gets(told)["y"][0]
    ),
    "whole input of a sub-workflow": Place(
        lambda e: w({"workflow": "sub", "input": e}),
        lambda told: called(told)[0].input,
        reads="whole",
        gives={"output": 5},
        inside=None,
    ),
    "input of a sub-workflow for an item": Place(
        lambda e: w({"with-items": "i in [1, 2]", "workflow": "sub", "input": {"x": e}}),
        lambda told: [child.input["x"] for child in called(told)],
        reads="n",
        gives=[5, 5],
        inside=None,
    ),
    "target": Place(
        lambda e: w({"action": "std.noop", "target": e}),
        lambda told: first(told).target,
        reads="who",
        gives="noop",
    ),
    "safe-rerun": Place(
        lambda e: w({"action": "std.noop", "safe-rerun": e}),
        lambda told: first(told).safe_rerun,
        reads="yes",
        gives=True,
        inside=None,
    ),
    "keep-result": Place(
        lambda e: w({"action": ASYNC, "keep-result": e}),
        lambda told: ended(told).keep_result,
        reads="yes",
        gives=True,
        inside=None,
    ),
    "with-items": Place(
        lambda e: w({"with-items": f"i in {e}", "action": "std.echo output=<% $.i %>"}),
        lambda told: [action.input["output"] for action in told.unfinished()],
        reads="hosts",
        gives=["x", "y"],
        inside=None,
    ),
    "concurrency": Place(
        lambda e: w({"with-items": "i in [1, 2, 3, 4, 5, 6, 7]", "action": ASYNC, "concurrency": e}),
        lambda told: len(told.unfinished()),
        reads="n",
        gives=5,
        inside=None,
    ),
    "publish": Place(lambda e: w({"publish": {"p": e}}), lambda told: ended(told).published["p"]),
    "publish, nested": Place(
        lambda e: w({"publish": {"p": {"q": [e]}}}), lambda told: ended(told).published["p"]["q"][0]
    ),
    "publish-on-error": Place(
        lambda e: w({"action": ASYNC, "publish-on-error": {"p": e}}), lambda told: failed(told).published["p"]
    ),
    "publish-on-skip": Place(
        lambda e: w({"action": ASYNC, "publish-on-skip": {"p": e}}), lambda told: skipped(told).published["p"]
    ),
    **{
        f"{clause}.publish.{scope}": publishes(clause, scope, end)
        for clause, end in ENDS.items()
        for scope in ("branch", "global", "atomic")
    },
    "guard of on-success": Place(guarded("on-success"), follows, reads="yes", gives=["next"], inside=None),
    "guard of on-error": Place(
        guarded("on-error", "std.fail"), follows, reads="yes", gives=["next"], inside=None
    ),
    "guard of on-complete": Place(guarded("on-complete"), follows, reads="yes", gives=["next"], inside=None),
    "guard of on-skip": Place(
        guarded("on-skip", ASYNC),
        lambda told: skipped(told) and follows(told),
        reads="yes",
        gives=["next"],
        inside=None,
    ),
    "message of fail": Place(lambda e: w({"on-success": f'fail msg="{e}"'}), says, reads="who", gives="noop"),
    "message of succeed": Place(
        lambda e: w({"on-success": [f"succeed(msg='{e}')"]}), says, reads="who", gives="noop"
    ),
    "message of pause": Place(
        lambda e: w({"on-success": {"next": [f"pause msg='{e}'"]}}), says, reads="who", gives="noop"
    ),
    "pause-before": Place(
        lambda e: w({"pause-before": e}),
        lambda told: told.state.state,
        reads="yes",
        gives="PAUSED",
        inside=None,
    ),
    "wait-before": Place(lambda e: w({"wait-before": e}), waits, reads="n", gives=5, inside=None),
    "timeout": Place(lambda e: w({"action": ASYNC, "timeout": e}), waits, reads="n", gives=5, inside=None),
    "wait-after": Place(
        lambda e: w({"wait-after": e}), lambda told: waits(run(told)), reads="n", gives=5, inside=None
    ),
    "fail-on": Place(
        lambda e: w({"fail-on": e}), lambda told: ended(told).state, reads="yes", gives="ERROR", inside=None
    ),
    "retry.delay": Place(
        lambda e: w({"action": ASYNC, "retry": {"count": 1, "delay": e}}),
        retries,
        reads="n",
        gives=5,
        inside=None,
    ),
    "retry.count": Place(
        lambda e: w({"action": ASYNC, "retry": {"count": e, "delay": 3}}),
        retries,
        reads="n",
        gives=3,
        inside=None,
    ),
    "retry.break-on": Place(
        lambda e: w({"action": ASYNC, "retry": {"count": 1, "delay": 3, "break-on": e}}),
        lambda told: failed(told).state,
        reads="yes",
        gives="ERROR",
        inside=None,
    ),
    "retry.continue-on": Place(
        lambda e: w({"retry": {"count": 1, "delay": 3, "continue-on": e}}),
        lambda told: waits(run(told)),
        reads="yes",
        gives=3,
        inside=None,
    ),
    "retry in one line": Place(
        lambda e: w({"action": ASYNC, "retry": f"count=1 delay={e}"}),
        retries,
        reads="n",
        gives=5,
        inside=None,
    ),
    "default clause": Place(
        lambda e: w({"action": ASYNC}, **{"task-defaults": {"on-error": f"fail msg='{e}'"}}),
        lambda told: failed(told) and told.state.state_info,
        reads="who",
        gives="noop",
    ),
    "default policy": Place(
        lambda e: w({"action": ASYNC}, **{"task-defaults": {"timeout": e}}),
        waits,
        reads="n",
        gives=5,
        inside=None,
    ),
}


def expression(language: str, name: str) -> str:
    """Return the expression that reads a variable of ``GIVEN``."""
    path = {"whole": "{output => $.n}" if language == "yaql" else "{'output': _.n}"}
    root = "$" if language == "yaql" else "_"
    code = path.get(name, f"{root}.{name}")
    return f"<% {code} %>" if language == "yaql" else f"{{{{ {code} }}}}"


def begun(story: Any, spec: dict[str, Any], **start: Any) -> Any:
    """Start the workflow; JSON is YAML."""
    told = story("w: " + json.dumps(spec))
    told.start(input=GIVEN, **start)
    return told
