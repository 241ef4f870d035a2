"""The definitions that a test file names: workflows, workbooks and ad-hoc actions."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition import ActionSpec, AdHocAction, Problem, WorkbookReading, Workflow
from wf_es.definition.detection import read_any
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.simulation import Library
from wf_es.testing.model import Suite


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """What the files hold, and all that is wrong with them."""

    workflows: tuple[Workflow, ...] = ()
    actions: tuple[AdHocAction, ...] = ()
    problems: tuple[Problem, ...] = ()
    limits: Limits = DEFAULT_LIMITS

    def library(self, suite: Suite, installed: Mapping[str, ActionSpec]) -> Library:
        """Return what can be run in the cases of a suite.

        An action for which results are given need not be installed here.
        """
        named = {
            name for given in (suite.given, *(case.given for case in suite.cases)) for name in given.actions
        }
        own = {action.name for action in self.actions}
        elsewhere = {
            name: ActionSpec(name=name, inputs={}, any_input=True)
            for name in sorted(named)
            if name not in installed and name not in own
        }
        actions = {**installed, **elsewhere}
        return Library(self.workflows, actions, self.actions, suite.environments, self.limits)


def definitions(texts: Mapping[str, str], limits: Limits = DEFAULT_LIMITS) -> Definitions:
    """Read the definitions in some texts, given by the names that problems call them.

    Which actions there are is not looked at: an action may be installed elsewhere.
    """
    workflows: list[Workflow] = []
    actions: list[AdHocAction] = []
    problems: list[Problem] = []
    for file, text in texts.items():
        reading = read_any(text, file=file, limits=limits)
        problems += reading.problems
        held = reading.workbook if isinstance(reading, WorkbookReading) else reading
        workflows += getattr(held, "workflows", ())
        actions += getattr(held, "actions", ())
    return Definitions(
        workflows=tuple(workflows), actions=tuple(actions), problems=tuple(problems), limits=limits
    )
