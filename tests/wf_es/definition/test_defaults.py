"""``task-defaults``: what reaches which task."""

from __future__ import annotations

import pytest

from wf_es.definition import Clause, Reading, TaskSpec, read_workflows
from wf_es.envelope import JSON
from wf_es.limits import DefinitionLimits, Limits


def read(defaults: str, tasks: str, type_: str = "direct") -> Reading:
    """Read a workflow; its defaults stand in line 4, its tasks begin in line 6."""
    lines = "".join(f"    {line}\n" for line in tasks.splitlines())
    text = f"version: '2.0'\nw:\n  type: {type_}\n  task-defaults: {defaults}\n  tasks:\n{lines}"
    return read_workflows(text)


def tasks_of(defaults: str, tasks: str, type_: str = "direct") -> dict[str, TaskSpec]:
    """Return the tasks of a text without problems."""
    reading = read(defaults, tasks, type_)
    assert reading.problems == ()
    return dict(reading.workflows[0].spec.tasks)


def shown(clause: Clause | None) -> JSON:
    """Return a clause as its targets and what it publishes for the branch."""
    if clause is None:
        return None
    branch = clause.publish.branch.source if clause.publish and clause.publish.branch else None
    return [[transition.target for transition in clause.next], branch]


CLAUSES: list[tuple[str, str, str, JSON]] = [
    ("none of its own", "rescue", "{action: x}", [["rescue"], None]),
    ("its own transition", "rescue", "{on-error: own}", [["own"], None]),
    ("its own command", "rescue", "{on-error: noop}", [["noop"], None]),
    ("itself left out", "[rescue, a]", "{action: x}", [["rescue"], None]),
    ("nothing but itself", "a", "{action: x}", None),
    (
        "published, nothing follows",
        "rescue",
        "{on-error: {publish: {branch: {v: 1}}}}",
        [["rescue"], {"v": 1}],
    ),
    (
        "published by default",
        "{publish: {branch: {d: 1}}, next: rescue}",
        "{action: x}",
        [["rescue"], {"d": 1}],
    ),
    (
        "published by both",
        "{publish: {branch: {d: 1}}, next: rescue}",
        "{on-error: {publish: {branch: {v: 1}}}}",
        [["rescue"], {"v": 1}],
    ),
    (
        "its own, default publishes",
        "{publish: {branch: {d: 1}}, next: rescue}",
        "{on-error: own}",
        [["own"], None],
    ),
]


@pytest.mark.parametrize(
    ("default", "task", "expected"), [case[1:] for case in CLAUSES], ids=[case[0] for case in CLAUSES]
)
def test_clauses(default: str, task: str, expected: JSON) -> None:
    """A default clause counts only where the task's own leads nowhere."""
    rest = "rescue: {on-error: noop}\nown: {on-error: noop}"
    reading = read(f"{{on-error: {default}}}", f"a: {task}\n{rest}")
    assert reading.errors == ()
    assert shown(reading.workflows[0].spec.tasks["a"].on_error) == expected


@pytest.mark.parametrize("clause", ["on-success", "on-error", "on-complete", "on-skip"])
def test_every_clause_may_be_a_default(clause: str) -> None:
    """It becomes part of the graph, too."""
    workflow = read(f"{{{clause}: end}}", "a: {action: x}\nend: {action: y}").workflows[0]
    assert shown(getattr(workflow.spec.tasks["a"], clause.replace("-", "_"))) == [["end"], None]
    assert workflow.graph.outbound == {"a": ("end",), "end": ()}
    assert workflow.graph.start_tasks == ("a",)


def test_policies_are_replaced_one_by_one() -> None:
    """A policy of the task takes the place of the default of the same kind, false and 0 too."""
    tasks = tasks_of(
        "{timeout: 60, wait-before: 1, pause-before: true, retry: count=1 delay=1, safe-rerun: true}",
        "a: {timeout: 5, pause-before: false, wait-before: 0}\n"
        "b: {retry: {count: 9, delay: 9}, safe-rerun: false}",
    )
    a, b = tasks["a"], tasks["b"]
    sources = [
        template and template.source for template in (a.timeout, a.wait_before, a.pause_before, a.safe_rerun)
    ]
    assert sources == [5, 0, False, True]
    assert a.retry is not None
    assert b.retry is not None
    assert (a.retry.count.source, b.retry.count.source) == (1, 9)
    assert b.timeout is not None
    assert b.safe_rerun is not None
    assert (b.timeout.source, b.safe_rerun.source) == (60, False)


def test_requirements_are_added() -> None:
    """A task never requires itself by default."""
    tasks = tasks_of(
        "{requires: [setup]}", "setup: {action: x}\na: {action: x}\nb: {requires: [a]}", "reverse"
    )
    assert {name: task.requires for name, task in tasks.items()} == {
        "setup": (),
        "a": ("setup",),
        "b": ("a", "setup"),
    }


def test_the_source_is_kept_to_be_shown() -> None:
    """Tasks keep what their author wrote, the workflow its defaults."""
    spec = read("{timeout: 60}", "a: {action: x}").workflows[0].spec
    assert spec.task_defaults == {"timeout": 60}
    assert spec.tasks["a"].source == {"action": "x"}


MISTAKES = [
    ("{}", "4:18", "E106", "{} should be non-empty"),
    ("[timeout]", "4:18", "E105", "is not of type 'object'"),
    ("{keep-result: false}", "4:19", "E104", "('keep-result' was unexpected)"),
    ("{action: x}", "4:19", "E104", "('action' was unexpected)"),
    ("{on-eror: a}", "4:19", "E104", "did you mean 'on-error'?"),
    ("{on-error: ghost}", "4:29", "E201", "Task 'ghost' not found"),
    ("{on-error: {a: 5}}", "4:33", "E303", "one whole expression"),
    ("{timeout: -1}", "4:28", "E105", "'task-defaults.timeout' must be 0 or more"),
    ("{retry: {count: 1}}", "4:26", "E107", "'delay' is a required property"),
    ("{timeout: <% $. %>}", "4:34", "E301", "'task-defaults.timeout'"),
]


@pytest.mark.parametrize(("defaults", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(defaults: str, place: str, code: str, words: str) -> None:
    """One mistake gives one error, however many tasks there are."""
    (problem,) = read(defaults, "a: {action: x}\nb: {action: y}").errors
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert problem.subject == "workflow 'w'"
    assert words in problem.message


def test_a_circle_by_default_is_found() -> None:
    """What the defaults add is checked like the rest."""
    (problem,) = read("{requires: b}", "a: {action: x}\nb: {requires: a}", "reverse").errors
    assert (problem.code, problem.line) == ("E404", 6)


IDLE = [
    ("direct", "{requires: a}", "'task-defaults.requires'"),
    ("reverse", "{on-error: a}", "'task-defaults.on-error'"),
]


@pytest.mark.parametrize(("type_", "defaults", "words"), IDLE)
def test_warns_of_defaults_that_mean_nothing(type_: str, defaults: str, words: str) -> None:
    """They are taken, as in Mistral, and change nothing."""
    reading = read(defaults, "a: {action: x}\nb: {action: y}", type_)
    (problem,) = reading.problems
    assert (problem.code, problem.line, problem.column) == ("W507", 4, 19)
    assert words in problem.message
    task = reading.workflows[0].spec.tasks["b"]
    assert (task.requires, task.on_error) == ((), None)


def test_variables_of_defaults_are_known() -> None:
    """What a default clause publishes is seen by what follows; what nobody sets is reported once."""
    reading = read(
        "{on-error: {publish: {branch: {d: 1}}, next: end}, wait-before: <% $.nope %>}",
        "a: {action: x}\nb: {action: x}\nend: {input: {i: <% $.d %>}}",
    )
    assert [(problem.code, problem.line) for problem in reading.problems] == [("W501", 4)]


def test_a_default_clause_with_a_guard_counts_as_an_edge() -> None:
    """A join can be fed by defaults."""
    reading = read("{on-complete: {z: <% true %>}}", "a: {action: x}\nb: {action: x}\nz: {join: all}")
    assert reading.problems == ()
    assert reading.workflows[0].graph.inbound["z"] == ("a", "b")


@pytest.mark.parametrize(("targets", "codes"), [(100, []), (101, ["E101"])])
def test_defaults_cannot_make_a_small_text_huge(targets: int, codes: list[str]) -> None:
    """What they add to all tasks together counts against the limit of values."""
    tasks = "\n".join(f"t{number}: {{action: x}}" for number in range(200))
    names = ", ".join(f"t{number}" for number in range(targets))
    text = f"version: '2.0'\nw:\n  task-defaults: {{on-error: [{names}]}}\n  tasks:\n"
    text += "".join(f"    {line}\n" for line in tasks.splitlines()) + "    end: {action: x, on-error: noop}\n"
    limits = Limits(definitions=DefinitionLimits(values=201 * 100))
    assert [problem.code for problem in read_workflows(text, limits=limits).errors] == codes
