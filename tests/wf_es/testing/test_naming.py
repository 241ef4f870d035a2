"""Names in a test file that are names of nothing."""

from __future__ import annotations

import pytest

from wf_es.testing import check_names, definitions, read_suite

WORKFLOWS = """
version: '2.0'
release: {tasks: {build: {action: std.noop, on-success: ship it}, "ship it": {action: std.noop}}}
other: {tasks: {"a/b": {action: std.noop}}}
"""


def found(case: str, more: str = "") -> list[str]:
    """Return place and message of each name that does not exist."""
    reading = read_suite(f"files: [w.yaml]\n{more}\ncases:\n  c: {{{case}}}\n")
    reading.raise_for_errors()
    assert reading.suite is not None
    library = definitions({"w.yaml": WORKFLOWS}).library(reading.suite, {})
    return [f"{one.line}:{one.column} {one.message}" for one in check_names(reading.suite, library)]


def test_names_that_exist_are_no_problem() -> None:
    """Also those of paths, and of a task whose name looks like one."""
    case = (
        "workflow: release, given: {tasks: {build: success, ship it/build: error, a/b: success}}, "
        "commands: [{command: skip, task: build}], "
        "expect: {path: [build, ship it: ERROR], paths: {ship it: [build]}, tasks: {ship it/build: SUCCESS}}"
    )

    assert found(case) == []


WRONG = {
    "workflow": ("workflow: relase, expect: {}", "there is no workflow 'relase'; did you mean 'release'?"),
    "no workflow": ("expect: {}", "say with 'workflow' which one is meant: release, other"),
    "environment": ("workflow: release, env: x, expect: {}", "there is no environment 'x'"),
    "given": (
        "workflow: release, given: {tasks: {biuld: success}}, expect: {}",
        "no workflow has a task 'biuld'; did you mean 'build'?",
    ),
    "command": (
        "workflow: release, commands: [{command: skip, task: x}], expect: {}",
        "no workflow has a task 'x'",
    ),
    "path": ("workflow: release, expect: {path: [x]}", "no workflow has a task 'x'"),
    "includes": ("workflow: release, expect: {path-includes: [x]}", "no workflow has a task 'x'"),
    "excludes": ("workflow: release, expect: {path-excludes: [x]}", "no workflow has a task 'x'"),
    "paths": ("workflow: release, expect: {paths: {x: [build]}}", "no workflow has a task 'x'"),
    "task": ("workflow: release, expect: {tasks: {build/x: ERROR}}", "no workflow has a task 'x'"),
}


@pytest.mark.parametrize(("case", "message"), WRONG.values(), ids=WRONG)
def test_a_name_of_nothing_is_a_problem(case: str, message: str) -> None:
    """It is told once, at its place."""
    (told,) = found(case)

    assert told.startswith("4:")
    assert told.endswith(message)


def test_what_is_given_for_all_cases_is_looked_at_too() -> None:
    """It stands at the top of the file."""
    (told,) = found("workflow: release, expect: {}", "given: {tasks: {x: success}}")

    assert told.startswith("2:20 no workflow has a task 'x'")
