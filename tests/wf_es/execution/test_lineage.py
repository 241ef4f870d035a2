"""Where a task stands in a family, and which tasks have failed."""

from __future__ import annotations

import pytest

from tests.wf_es.execution.families import Family
from tests.wf_es.execution.plights import HANDLED, ITEMS, TREE, broken, deep
from wf_es.errors import CorruptHistory, InvalidRequest, NotFound, NothingToResume
from wf_es.execution import commands
from wf_es.execution.commands import TaskResumption
from wf_es.execution.lineage import failed_places, locate
from wf_es.execution.state import ExecutionState

# -- all that has failed --------------------------------------------------------------------


def test_all_that_failed_runs_again_where_it_failed() -> None:
    """Deep down, and beside it; what had succeeded is left alone."""
    family = broken()
    told = family.resume(failed=True)
    again = [words for words in told if "TaskRerun" in words]
    assert again == ["sub TaskRerun t", "sub TaskRerun t", "main TaskRerun own"]
    assert family.states() == {"main": "RUNNING", "sub": "RUNNING RUNNING"}


def test_items_that_failed_run_again_alone() -> None:
    """Those of actions as items of their task, those of sub-workflows inside of these."""
    family = Family("""
main:
  tasks:
    a: {with-items: "i in [1, 2]", action: std.async_noop}
""")
    family.start()
    family.complete("main", "a")
    family.fail("main", "a")
    family.resume(failed=True)
    assert len(family.of("main").unfinished) == 1

    family = Family(ITEMS)
    family.start()
    for run, state in enumerate(("ERROR", "SUCCESS", "ERROR")):
        family.complete("sub", "t", None, state, run=run)
    family.resume(failed=True)
    assert family.states() == {"main": "RUNNING", "sub": "RUNNING SUCCESS RUNNING"}


def test_what_was_stopped_goes_on_where_it_stood() -> None:
    """Nothing had failed, so the tasks that had not ended are meant."""
    family = Family(TREE)
    family.start()
    family.complete("main", "a")
    family.give("main", commands.StopWorkflow, state="CANCELLED", message="no")
    assert family.states() == {"main": "CANCELLED", "mid": "CANCELLED", "leaf": "CANCELLED"}
    told = family.resume(failed=True)
    assert "leaf TaskRerun t" in told
    assert family.states() == {"main": "RUNNING", "mid": "RUNNING", "leaf": "RUNNING"}


def test_a_task_fails_though_its_sub_workflow_did_not() -> None:
    """Then it is the task that runs again, with a new one."""
    family = Family("""
main:
  tasks:
    outer: {workflow: sub, fail-on: true}
sub:
  tasks:
    t: {action: std.async_noop}
""")
    family.start()
    family.complete("sub", "t")
    assert "main TaskRerun outer" in family.resume(failed=True)
    assert family.states() == {"main": "RUNNING", "sub": "SUCCESS RUNNING"}


def test_nothing_has_failed() -> None:
    """Then there is nothing to resume like this, and the answer says what else can be done."""
    family = Family(HANDLED)
    family.start()
    with pytest.raises(NothingToResume, match="none of its tasks has failed: name the tasks"):
        family.resume(failed=True)


# -- ways that lead nowhere ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("ghost/t", NotFound, "not found .id=ghost."),
        ("outer/ghost", NotFound, "the execution has run: inner"),
        ("a/t", InvalidRequest, "'a' runs no sub-workflow"),
        ("outer[0]/inner", InvalidRequest, "'outer' has no items"),
        ("outer/", NotFound, "not found"),
        ("11111111-1111-4111-8111-111111111119", NotFound, "not found"),
    ],
)
def test_a_way_that_leads_nowhere(path: str, kind: type[Exception], message: str) -> None:
    """The answer says where it ends."""
    with pytest.raises(kind, match=message):
        deep().resume({"task": path})


def test_a_way_to_several_is_no_way() -> None:
    """An item must be named, and must have begun."""
    family = Family(ITEMS)
    family.start()
    for run in range(3):
        family.complete("sub", "t", None, "ERROR", run=run)
    with pytest.raises(InvalidRequest, match=r"say in the path which one.*0: ERROR, 1: ERROR, 2: ERROR"):
        family.resume({"task": "outer/t"})
    with pytest.raises(NotFound, match="Item 7 of task 'outer' has begun no sub-workflow"):
        family.resume({"task": "outer[7]/t"})


def test_a_way_into_the_past_is_no_way() -> None:
    """A sub-workflow whose place another one has taken is not resumed from its parent."""
    family = deep()
    gone = family.task("leaf", "t").id
    family.resume({"task": "outer/inner"})
    with pytest.raises(InvalidRequest, match="does not count any more: resume 'inner' itself"):
        family.resume({"task": gone})


def test_a_sub_workflow_that_never_began() -> None:
    """There is nothing in it; its task is what can run again."""
    family = Family("main: {tasks: {outer: {workflow: nobody}}}")
    family.start()
    assert family.of("main").state == "ERROR"
    with pytest.raises(NotFound, match="has not begun"):
        family.resume({"task": "outer/t"})
    assert "main TaskRerun outer" in family.resume(failed=True, force=True)


def test_a_task_of_another_family_is_not_found() -> None:
    """Its id alone does not make it belong here."""
    family = deep()
    stranger = family.world.start("leaf", input={"m": 1}).after
    with pytest.raises(NotFound):
        family.resume({"task": stranger.latest["t"]})


def test_items_that_were_given_up_are_not_waited_for() -> None:
    """A task that took too long gave up its second item, so it is the task that runs again."""
    family = Family("""
main:
  tasks:
    outer: {with-items: "i in [1, 2]", workflow: sub, timeout: 5}
sub:
  tasks:
    t: {action: std.async_noop}
""")
    family.start()
    family.complete("sub", "t", run=0)
    state, timer = family.world.timers()[0]
    family.world.fire(state, timer)
    family.deliver()
    assert family.states() == {"main": "ERROR", "sub": "SUCCESS CANCELLED"}
    first = family.all_of("sub")[0]
    for named in ("outer[0]/t", first.latest["t"]):
        with pytest.raises(InvalidRequest, match="does not count any more: resume 'outer' itself"):
            family.resume({"task": named}, allow_succeeded=True)

    family.world.resume(first.id, tasks=(TaskResumption(task="t"),), allow_succeeded=True)
    family.deliver()
    assert family.states() == {"main": "ERROR", "sub": "RUNNING CANCELLED"}

    family.resume(failed=True)
    assert family.states() == {"main": "RUNNING", "sub": "CANCELLED CANCELLED RUNNING RUNNING"}


# -- what is read on the way ------------------------------------------------------------------


def items_of_which_one_failed() -> Family:
    """Return a family with a list of sub-workflows of which the second has failed."""
    family = Family(ITEMS)
    family.start()
    for run, state in enumerate(("SUCCESS", "ERROR", "SUCCESS")):
        family.complete("sub", "t", None, state, run=run)
    return family


def test_only_what_has_failed_is_looked_for() -> None:
    """A long list costs what has failed in it: the others are not even read."""
    family = items_of_which_one_failed()
    read = list[str]()

    def lookup(execution_id: str) -> ExecutionState:
        read.append(execution_id)
        return family.world.states[execution_id]

    (place,) = failed_places(family.of("main"), lookup)

    assert read == [place.members[0]] == [family.all_of("sub")[1].id]


def test_what_can_be_done_about_a_damaged_sub_workflow_is_said() -> None:
    """Its task can begin another one, for it alone; that need not read the damaged one."""
    family = items_of_which_one_failed()
    main = family.of("main")

    def lookup(execution_id: str) -> ExecutionState:
        raise CorruptHistory("Event 3 is damaged", stream=execution_id)

    told = list[CorruptHistory]()
    with pytest.raises(CorruptHistory) as error:
        list(failed_places(main, lookup))
    told.append(error.value)
    with pytest.raises(CorruptHistory) as error:
        locate(main, "outer[1]/t", lookup, lambda _: None)
    told.append(error.value)
    for one in told:
        assert one.message.startswith("Event 3 is damaged. Or task 'outer' of execution")
        assert "begins another one for item 1" in one.message
        assert one.details == {"stream": family.all_of("sub")[1].id}
    family.resume({"task": "outer", "items": "failed"})
    assert family.states() == {"main": "RUNNING", "sub": "SUCCESS ERROR SUCCESS RUNNING"}
