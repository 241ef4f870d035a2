"""Sub-workflows in a case: played themselves, or given."""

from __future__ import annotations

from collections.abc import Callable

from tests.wf_es.testing.conftest import Theatre

Make = Callable[..., Theatre]

FAMILY = """
version: '2.0'
w:
  output: {got: <% $.get(got) %>}
  tasks:
    prepare: {action: std.noop, on-success: part}
    part:
      workflow: part
      input: {size: 3}
      publish: {got: <% task().result %>}
      retry: {count: 1, delay: 10}
      on-error: mend
    mend: {action: std.noop}
part:
  input: [size]
  output: {made: <% $.made %>}
  tasks:
    make: {action: std.http url=<% $.size %>, publish: {made: <% task().result %>}, on-success: inner}
    inner: {workflow: inner}
inner:
  tasks: {make: {action: std.http url=inner}}
"""


def test_sub_workflows_are_played(theatre: Make) -> None:
    """Each has a path of its own; the longest path of a task counts."""
    made = theatre(
        """
workflow: w
given: {tasks: {make: {success: 1, after: 5}, part/inner/make: {success: 2, after: 7}}}
expect:
  output: {got: {made: 1}}
  path: [prepare, part: SUCCESS]
  paths: {part: [make, inner], part/inner: [make: SUCCESS]}
  tasks: {part/make: {result: 1}, part/inner/make: {result: 2}}
  calls: {part: [{size: 3}], part/make: 1, part/inner/make: 1, std.http: 2}
  duration: 12
""",
        FAMILY,
    )

    assert made.told() == []


def test_a_sub_workflow_can_be_given(theatre: Make) -> None:
    """It does not begin; its task gets the result."""
    case = """
workflow: w
given: {tasks: {part: {success: {made: 5}, after: 3}}}
expect: {output: {got: {made: 5}}, duration: 3}
"""
    made = theatre(case, FAMILY)

    assert made.told() == []
    assert list(made.play().runs) == [""]
    assert [(call.path, call.action, call.input) for call in made.play().calls if call.path == "part"] == [
        ("part", "part", {"size": 3})
    ]


def test_a_given_sub_workflow_can_fail_and_be_tried_again(theatre: Make) -> None:
    """A list gives one end for each attempt."""
    case = """
workflow: w
given: {tasks: {part: [{error: no clay}, {error: no fire}]}}
expect:
  path: [prepare, part: ERROR, mend]
  tasks: {part: {attempts: 2, state-info: no fire}}
  duration: 10
"""
    assert theatre(case, FAMILY).told() == []


def test_a_given_sub_workflow_ends_with_its_parent(theatre: Make) -> None:
    """Also one that would never end by itself."""
    case = """
workflow: w
given: {tasks: {part: never}}
commands: [{at: 60, command: cancel, message: enough}]
expect: {state: CANCELLED, tasks: {part: CANCELLED}, duration: 60}
"""
    assert theatre(case, FAMILY).told() == []


def test_a_pause_reaches_sub_workflows(theatre: Make) -> None:
    """What ends meanwhile is taken up when all go on."""
    case = """
workflow: w
given: {tasks: {make: {success: 1, after: 30}}}
commands: [{at: 10, command: pause}, {at: 100, command: resume}]
expect: {path: [prepare, part], paths: {part: [make, inner]}, duration: 130}
"""
    assert theatre(case, FAMILY).told() == []


def test_commands_find_tasks_in_sub_workflows(theatre: Make) -> None:
    """By their path; what follows reaches the outermost execution."""
    case = """
workflow: w
given: {tasks: {part/make: [error, error, {success: 4}], part/inner: success}}
commands: [{command: rerun, task: part/make}]
expect:
  output: {got: {made: 4}}
  tasks: {part: {attempts: 2}}
"""
    unhandled = FAMILY.replace("      on-error: mend\n    mend: {action: std.noop}\n", "")

    assert theatre(case, unhandled).told() == []
