"""Playing cases that are written as text."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from wf_es.actions import Catalogue
from wf_es.testing import Case, Played, Suite, definitions, differences, play, read_suite

WORKFLOW = """
version: '2.0'
w:
  input: [n: 1]
  output: {got: <% $.got %>}
  tasks:
    ask:
      action: std.http url="http://there/<% $.n %>"
      publish: {got: <% task().result %>}
      on-success: tell
      on-error: [excuse, fail]
    tell: {action: std.echo output=<% $.got %>}
    excuse: {action: std.noop}
"""


class Theatre(msgspec.Struct, frozen=True):
    """A suite whose cases can be played."""

    suite: Suite
    workflows: str

    def play(self, name: str = "c") -> Played:
        """Play one case."""
        catalogue = Catalogue.standard()
        found = definitions({"w.yaml": self.workflows})
        errors = [problem for problem in found.problems if problem.severity == "error"]
        assert errors == []
        return play(self.case(name), self.suite, found.library(self.suite, catalogue), catalogue)

    def case(self, name: str = "c") -> Case:
        """Return one case."""
        return next(case for case in self.suite.cases if case.name == name)

    def told(self, name: str = "c") -> list[str]:
        """Play one case and return what is not as expected, without the details."""
        found = differences(self.case(name).expect, self.play(name))
        return [f"{one.about}: {one.message}" for one in found]


@pytest.fixture
def theatre() -> Callable[..., Theatre]:
    """Return a function that takes the keys of the case ``c``, as YAML in one line or more."""

    def made(case: str, workflows: str = WORKFLOW, more: str = "") -> Theatre:
        lines = "\n".join(f"    {line}" for line in case.strip("\n").splitlines())
        reading = read_suite(f"files: [w.yaml]\n{more}\ncases:\n  c:\n{lines}\n", file="t.yaml")
        reading.raise_for_errors()
        assert reading.suite is not None
        return Theatre(reading.suite, workflows)

    return made
