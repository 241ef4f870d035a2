"""The passage that readers hand on: key, place, doubts, expressions."""

from __future__ import annotations

from wf_es.definition.model import Place
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Gathered, Moment, Passage
from wf_es.definition.problems import Report
from wf_es.expressions import template


def passage() -> Passage:
    """Return the passage of task a."""
    return Passage(report=Report("w.yaml"), gathered=Gathered(), subject="task 'a'", task="a")


def test_keys_are_joined_with_dots() -> None:
    """A passage further in knows the whole way, and keeps its moment unless told."""
    outer = passage()
    inner = outer.within("on-success", Moment.AFTER).within("publish").within("branch", Moment.BEFORE)
    assert (outer.here, inner.here) == ("the task", "'on-success.publish.branch'")
    assert (outer.within("x", Moment.AFTER).within("y").moment, inner.moment) == (Moment.AFTER, Moment.BEFORE)


def test_problems_have_the_subject_of_the_passage() -> None:
    """A problem may stand at a node or at a place."""
    here = passage()
    here.problem("E104", Node("x", Place(2, 3)), "one")
    here.problem("E105", Place(1, 1), "two")
    assert [str(problem) for problem in here.report.problems] == [
        "w.yaml:1:1: error[E105] task 'a': two",
        "w.yaml:2:3: error[E104] task 'a': one",
    ]


def test_doubts_and_uses_are_shared_by_all_passages_of_a_workflow() -> None:
    """What is gathered deep inside is there for the checks; constants are not gathered."""
    here = passage()
    inner = here.within("input")
    inner.doubt("variables")
    inner.use(template("<% $.x %>"), Node("<% $.x %>", Place(1, 1)))
    inner.use(template("constant"), Node("constant", Place(1, 1)))
    assert here.gathered.doubts == {"variables"}
    (use,) = here.gathered.uses
    assert (use.key, use.task, use.subject, use.moment) == ("input", "a", "task 'a'", Moment.BEFORE)
