"""Sub-workflows: input goes down, results come up, and both sides agree."""

from __future__ import annotations

import pytest

from tests.wf_es.execution.families import Family
from wf_es.errors import IllegalState, NotFound
from wf_es.execution import commands, events
from wf_es.limits import Limits

ONE = """
main:
  tasks:
    a: {workflow: sub, on-success: z, on-error: mend}
    z: {action: std.async_noop}
    mend: {action: std.async_noop}
sub:
  tasks:
    t: {action: std.async_noop, on-success: u}
    u: {action: std.async_noop}
"""
PLAIN = """
main:
  tasks:
    a: {workflow: sub}
sub:
  tasks:
    t: {action: std.async_noop}
"""
THREE = """
main:
  tasks:
    a: {workflow: mid}
mid:
  tasks:
    b: {workflow: leaf}
leaf:
  tasks:
    c: {action: std.async_noop}
"""


# -- input, output, what it inherits ---------------------------------------------------


def test_the_output_of_a_sub_workflow_is_the_result_of_its_task() -> None:
    """It is published from like an action's result, and the child knows where it belongs."""
    family = Family("""
main:
  output: {r: <% $.r %>}
  tasks:
    a: {workflow: sub x=4, input: {y: 2}, publish: {r: <% task().result.sum %>}}
sub:
  input: [x, y, {z: 1}]
  output: {sum: <% $.x + $.y + $.z %>}
  tasks:
    t: {action: std.async_noop}
""")
    main = family.start()
    sub = family.of("sub")

    assert family.states() == {"main": "RUNNING", "sub": "RUNNING"}
    assert family.task("main", "a").type == "WORKFLOW"
    assert sub.input == {"x": 4, "y": 2, "z": 1}
    assert sub.description == "sub-workflow execution"
    assert sub.root_execution_id == sub.parent_execution_id == main.id
    assert sub.task_execution_id == family.task("main", "a").id

    family.complete("sub", "t")

    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS"}
    assert family.task("main", "a").result == {"sum": 7}
    assert family.of("main").output == {"r": 7}


def test_what_a_sub_workflow_says_of_its_success_stays_with_it() -> None:
    """Its task has succeeded, and a success needs no reason."""
    family = Family("""
main: {tasks: {a: {workflow: sub}}}
sub: {tasks: {t: {action: std.async_noop, on-success: [succeed msg='all is well']}}}
""")
    family.start()
    family.complete("sub", "t")
    assert family.of("sub").state_info == "all is well"
    assert (family.task("main", "a").state, family.task("main", "a").state_info) == ("SUCCESS", None)


def test_the_name_may_be_an_expression() -> None:
    """It is evaluated when the task begins."""
    family = Family(
        PLAIN.replace("workflow: sub", 'workflow: "<% $.which %>"').replace(
            "main:", "main:\n  input: [which]"
        )
    )

    family.start(input={"which": "sub"})

    assert family.states() == {"main": "RUNNING", "sub": "RUNNING"}


@pytest.mark.parametrize("name", ["null", "5", "[1, 2]", "''"])
def test_a_name_that_nothing_has_is_an_error_of_the_task(name: str) -> None:
    """Whatever an expression gives for a name: there is no such workflow, and on-error may handle it."""
    family = Family(PLAIN.replace("workflow: sub", f'workflow: "<% {name} %>", on-error: noop'))

    family.start()

    assert family.of("main").state == "SUCCESS"
    assert family.task("main", "a").state == "ERROR"
    assert "not found" in (family.task("main", "a").state_info or "")


def test_input_that_is_not_declared_becomes_params_and_env_is_the_roots() -> None:
    """As in Mistral; notify is handed down, too."""
    family = Family("""
main:
  tasks:
    a: {workflow: mid}
mid:
  tasks:
    b: {workflow: leaf, input: {x: 1, task_name: c, env: {k: wrong}}}
leaf:
  input: [x]
  output: {k: <% env().k %>}
  tasks:
    c: {action: std.async_noop}
""")
    main = family.start(params={"env": {"k": "E"}, "notify": [{"type": "noop"}]})
    leaf = family.of("leaf")

    assert leaf.input == {"x": 1}
    assert leaf.params["task_name"] == "c"
    assert leaf.params["notify"] == [{"type": "noop"}]
    assert leaf.env == leaf.params["env"] == {"k": "E"}
    assert (leaf.root_execution_id, leaf.depth) == (main.id, 2)

    family.complete("leaf", "c")

    assert family.of("leaf").output == {"k": "E"}


# -- failure ----------------------------------------------------------------------------


def test_a_failed_sub_workflow_fails_its_task_with_its_text() -> None:
    """The text names the task, then the sub-workflow with its own text."""
    family = Family(PLAIN)
    family.start()
    family.fail("sub", "t")
    main, sub, a = family.of("main"), family.of("sub"), family.task("main", "a")

    assert a.state == main.state == "ERROR"
    assert a.state_info == sub.state_info
    assert a.result == sub.output == {"result": sub.state_info}
    assert main.state_info == (
        f"Failure caused by error in tasks: a\n\n  a [task_ex_id={a.id}] -> {sub.state_info}\n"
        f"    [wf_ex_id={sub.id}, idx=0]: {sub.state_info}\n"
    )


def test_a_failed_sub_workflow_can_be_handled() -> None:
    """Its task fails normally, so on-error takes over."""
    family = Family(ONE)
    family.start()
    family.fail("sub", "t")

    assert family.task("main", "a").handled
    family.complete("main", "mend")
    assert family.of("main").state == "SUCCESS"


LISTED = {
    "tasks(execution().id, recursive => true).name": ["a", "mend", "t"],
    "tasks(execution().id, true, ERROR).name": ["a", "t"],
    "tasks(execution().id, true, ERROR, true).name": ["t"],
    "tasks(execution().id, flat => true).name": ["mend"],
}


@pytest.mark.parametrize("code", LISTED)
def test_tasks_goes_on_into_sub_workflows(code: str) -> None:
    """If it is recursive; flat leaves out the tasks that are in the state of their sub-workflow."""
    family = Family(ONE.replace("main:\n", f"main:\n  output: {{found: '<% {code} %>'}}\n"))
    family.start()
    family.fail("sub", "t")
    family.complete("main", "mend")

    assert family.of("main").output == {"found": LISTED[code]}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("workflow: sub", "workflow: nobody"), "nobody"),
        (("sub:\n", "sub:\n  input: [x]\n"), "missing=['x']"),
    ],
)
def test_a_sub_workflow_that_cannot_start_fails_its_task(change: tuple[str, str], why: str) -> None:
    """The text says why, and on-error may handle it; there is no execution."""
    family = Family(ONE.replace(*change))

    family.start()

    a = family.task("main", "a")
    assert family.states() == {"main": "RUNNING"}
    assert (a.state, a.handled) == ("ERROR", True)
    assert "Failed to start sub-workflow" in (a.state_info or "")
    assert why in (a.state_info or "")


def test_a_workflow_that_calls_itself_ends_at_the_depth_limit() -> None:
    """At the limit it still runs; one more is refused, and the error comes all the way up."""
    text = "main:\n  tasks:\n    a: {workflow: main}\n"

    family = Family(text, limits=Limits(depth=4))
    main = family.start()

    assert [state.depth for state in family.all_of("main")] == [0, 1, 2, 3]
    assert {state.state for state in family.all_of("main")} == {"ERROR"}
    assert "the limit is 4 (WF_ES_LIMIT_DEPTH)" in (family.world.state(main.id).state_info or "")


# -- once more ------------------------------------------------------------------------------------


def test_a_rerun_in_a_sub_workflow_lets_all_parents_run_again() -> None:
    """As in Mistral: the same executions, and at the end all have succeeded."""
    family = Family(THREE)
    family.start()
    family.fail("leaf", "c")
    assert family.states() == {"main": "ERROR", "mid": "ERROR", "leaf": "ERROR"}

    family.give("leaf", commands.RerunTask, task_id=family.task("leaf", "c").id)
    assert family.states() == {"main": "RUNNING", "mid": "RUNNING", "leaf": "RUNNING"}
    assert family.task("main", "a").state == "RUNNING"

    family.complete("leaf", "c", {"x": 1})
    assert family.states() == {"main": "SUCCESS", "mid": "SUCCESS", "leaf": "SUCCESS"}
    assert len(family.world.states) == 3


def test_a_rerun_that_fails_again_fails_the_parents_again() -> None:
    """Also if the parent hears of both at once."""
    family = Family(PLAIN, prompt=False)
    family.start()
    family.deliver()
    family.fail("sub", "t", "first")
    family.deliver()
    family.give("sub", commands.RerunTask, task_id=family.task("sub", "t").id)
    family.fail("sub", "t", "second")

    family.deliver()

    assert family.states() == {"main": "ERROR", "sub": "ERROR"}
    assert "second" in (family.of("main").state_info or "")


def test_a_sub_workflow_whose_error_was_handled_and_forgotten_runs_alone() -> None:
    """The parent has succeeded; what the child does now concerns nobody."""
    family = Family(ONE)
    family.start()
    family.fail("sub", "t")
    family.complete("main", "mend")

    family.give("sub", commands.RerunTask, task_id=family.task("sub", "t").id)
    family.complete("sub", "t")
    family.complete("sub", "u")

    assert family.states() == {"main": "SUCCESS", "sub": "SUCCESS"}
    assert family.task("main", "a").state == "ERROR"
    assert not family.of("main").open


def test_a_rerun_supersedes_what_handled_the_error() -> None:
    """The run of mend is history; the task ends with its sub-workflow."""
    family = Family(ONE)
    family.start()
    family.fail("sub", "t")
    mend = family.task("main", "mend")

    family.give("sub", commands.RerunTask, task_id=family.task("sub", "t").id)

    assert family.of("main").tasks[mend.id].superseded
    family.complete("sub", "t")
    family.complete("sub", "u")
    family.complete("main", "z")
    assert family.of("main").incomplete == 1
    family.complete("main", "mend")
    assert family.of("main").state == "SUCCESS"


def test_a_rerun_of_the_parents_task_takes_a_new_sub_workflow() -> None:
    """An old one that is still running is cancelled, and its reports count no more."""
    family = Family(PLAIN.replace("a: {workflow: sub}", "a: {workflow: sub}\n    b: {action: std.fail}"))
    family.start()
    family.fail("main", "b")
    family.give("main", commands.StopWorkflow, state="ERROR")
    assert family.states() == {"main": "ERROR", "sub": "CANCELLED"}

    family.give(
        "main",
        commands.ResumeFrom,
        tasks=(commands.TaskResumption(task="a"), commands.TaskResumption(task="b", action="continue")),
    )
    assert family.states() == {"main": "RUNNING", "sub": "CANCELLED RUNNING"}
    family.complete("sub", "t")
    assert family.states() == {"main": "SUCCESS", "sub": "CANCELLED SUCCESS"}


def test_a_replaced_sub_workflow_that_runs_is_cancelled() -> None:
    """The task's new attempt has its own."""
    family = Family(PLAIN)
    family.start()
    family.prompt = False
    first = family.of("sub").id
    family.fail("sub", "t")
    family.deliver()
    family.give("sub", commands.RerunTask, task_id=family.task("sub", "t").id)
    family.give("main", commands.RerunTask, task_id=family.task("main", "a").id)

    family.deliver()

    states = {state.id == first: state.state for state in family.all_of("sub")}
    assert states == {True: "CANCELLED", False: "RUNNING"}
    assert family.of("main").state == "RUNNING"


# -- deletion ---------------------------------------------------------------------------------------


def test_a_deletion_takes_the_sub_workflows_along() -> None:
    """Whatever state they are in; that it was done is recorded."""
    family = Family(THREE)
    family.start()

    family.give("main", commands.DeleteExecution, force=True)

    assert {state.deleted for state in family.world.states.values()} == {True}
    assert [type(recorded.data) for recorded in family.world.logs[family.of("main").id][-2:]] == [
        events.ExecutionDeleted,
        events.Delivered,
    ]


def test_a_deleted_sub_workflow_cancels_its_task() -> None:
    """Nobody would ever report its end."""
    family = Family(PLAIN)
    family.start()

    family.give("sub", commands.DeleteExecution, force=True)

    assert (family.of("main").state, family.task("main", "a").state) == ("CANCELLED", "CANCELLED")
    assert "deleted" in (family.task("main", "a").state_info or "")


# -- what comes late, twice, or from nowhere -----------------------------------------------------------


def test_what_comes_twice_changes_nothing() -> None:
    """Every command that crosses is given once more at the end."""
    family = Family(ONE)
    family.start()
    family.give("main", commands.PauseWorkflow)
    family.give("main", commands.ResumeWorkflow)
    family.fail("sub", "t")
    family.complete("main", "mend")
    before = dict(family.world.states)

    for step in list(family.steps):
        if step.command.origin.cause is not None:
            assert family.world.carry_out(step.command).events == ()

    assert family.world.states == before


def test_a_report_of_a_stranger_is_refused() -> None:
    """The execution has no such sub-workflow."""
    family = Family(PLAIN)
    family.start()

    with pytest.raises(NotFound):
        family.give(
            "main",
            commands.ReportSubWorkflow,
            sub_execution_id=family.of("main").id,
            event=3,
            order=0,
            is_own=True,
            state="SUCCESS",
        )


def test_only_failed_tasks_run_again_in_mistrals_way() -> None:
    """A task whose sub-workflow runs is no exception."""
    family = Family(PLAIN)
    family.start()

    with pytest.raises(IllegalState):
        family.give("main", commands.RerunTask, task_id=family.task("main", "a").id)
