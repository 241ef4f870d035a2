"""Whether the names in a test file are names of something.

A result that is given for a task that nobody has would never be missed, and
the test would test something else. So names are looked for in the
definitions: workflows, and tasks of any workflow.
"""

from __future__ import annotations

from collections.abc import Iterator

from wf_es.definition import Place, Problem
from wf_es.definition.problems import Report
from wf_es.simulation import Library
from wf_es.testing.model import Case, Expectation, Given, Suite

NO_SUCH_THING = "E601"
"""The code for a name, or a file, that does not exist."""


def check_names(suite: Suite, library: Library) -> tuple[Problem, ...]:
    """Return a problem for each workflow, task or environment that does not exist."""
    report = Report(suite.file)
    tasks = {name for workflow in library.workflows.values() for name in workflow.spec.tasks}
    checker = _Checker(report, tasks)
    checker.check_given(suite.given, "")
    for case in suite.cases:
        subject = f"case '{case.name}'"
        _check_workflow(case, library, report, subject)
        if isinstance(case.env, str) and case.env not in suite.environments:
            hint = report.suggestion(case.env, suite.environments)
            message = f"there is no environment '{case.env}'{hint}"
            report.add(NO_SUCH_THING, case.places["env"], message, subject)
        checker.check_given(case.given, subject)
        for order in case.commands:
            if order.task is not None:
                checker.check(order.task, order.place, subject)
        for key, path in _expected(case.expect):
            checker.check(path, case.expect.places[key], subject)
    return report.problems


def _check_workflow(case: Case, library: Library, report: Report, subject: str) -> None:
    names = list(library.workflows)
    if case.workflow is None and len(names) != 1:
        message = f"say with 'workflow' which one is meant: {', '.join(names)}"
        report.add("E107", case.place, message, subject)
    elif case.workflow is not None and case.workflow not in library.workflows:
        hint = report.suggestion(case.workflow, names)
        message = f"there is no workflow '{case.workflow}'{hint}"
        report.add(NO_SUCH_THING, case.places["workflow"], message, subject)


def _expected(expect: Expectation) -> Iterator[tuple[str, str]]:
    """Yield each task that an expectation names, after the dotted key that it stands at."""
    paths = {"path": expect.path or (), "path-includes": expect.path_includes}
    paths |= {f"paths.{above}": path for above, path in expect.paths.items()}
    for key, path in paths.items():
        yield from ((f"{key}.{index}", step.task) for index, step in enumerate(path))
    yield from ((f"path-excludes.{index}", name) for index, name in enumerate(expect.path_excludes))
    yield from ((f"paths.{path}", path) for path in expect.paths)
    yield from ((f"tasks.{path}", path) for path in expect.tasks)


class _Checker:
    """Looks for tasks, and reports those that no workflow has."""

    def __init__(self, report: Report, tasks: set[str]) -> None:
        self._report = report
        self._tasks = tasks

    def check_given(self, given: Given, subject: str) -> None:
        """Check the tasks for which results are given."""
        for path, endings in given.tasks.items():
            self.check(path, endings.place, subject)

    def check(self, path: str, place: Place, subject: str) -> None:
        """Check each task on a path."""
        if path in self._tasks:
            return
        for name in path.split("/"):
            if name not in self._tasks:
                hint = self._report.suggestion(name, sorted(self._tasks))
                self._report.add(NO_SUCH_THING, place, f"no workflow has a task '{name}'{hint}", subject)
