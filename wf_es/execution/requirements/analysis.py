"""What a workflow will need from given beginnings to its end: each expression at its point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

import msgspec

from wf_es.definition import TaskSpec
from wf_es.execution.publishing import publishers
from wf_es.execution.readings import (
    Reading,
    after_work,
    atomic_publishes,
    before_work,
    guards,
    inputs,
    lists,
    only_inputs,
    publishes,
)
from wf_es.execution.requirements.beginnings import Beginnings
from wf_es.execution.requirements.ending import final_facts
from wf_es.execution.requirements.facts import Facts, Vocabulary
from wf_es.execution.requirements.findings import Findings
from wf_es.execution.requirements.flow import Flow, Point
from wf_es.execution.requirements.overrides import Overrides, combined
from wf_es.execution.requirements.places import task_owner, workflow_owner
from wf_es.execution.requirements.reads import Reader, Surroundings
from wf_es.execution.requirements.shape import ENDS, OUTCOMES, Shape

Examine = Callable[[TaskSpec, Point, Overrides], list[str]]
"""Looks at what a task calls, given patches on its input; returns what that will run, by path."""


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: ``will_run`` are the tasks, each after those that lead to it."""

    findings: Findings
    will_run: list[str]
    flow: Flow


def analysed(
    shape: Shape,
    beginnings: Beginnings,
    words: Vocabulary,
    around: Surroundings,
    calls: Callable[[Reader, Findings], Examine],
) -> Analysis:
    """Follow a workflow from its beginnings to its end.

    Args:
        shape: Its tasks, and what may follow each.
        beginnings: Where it goes on.
        words: Names and origins, as far as the beginnings have brought them up.
        around: What is there at every point.
        calls: Gives what looks at the actions and sub-workflows that tasks call.

    """
    flow, findings = Flow(shape, beginnings, words), Findings()
    reader = Reader(flow, words, around, findings)
    walk = _Walk(flow, reader, calls(reader, findings))
    for name in flow.reached():
        walk.visit(shape.task(name))
    walk.end()
    return Analysis(findings=findings, will_run=list(walk.will_run), flow=flow)


class _Walk:
    """One walk over all tasks that may come to something, in the order in which they do."""

    def __init__(self, flow: Flow, reader: Reader, examine: Examine) -> None:
        self._flow = flow
        self._reader = reader
        self._examine = examine
        self.will_run: dict[str, None] = {}

    def visit(self, spec: TaskSpec) -> None:
        begin = self._flow.begins.get(spec.name)
        if begin is not None:
            self._begin(spec, begin)
        else:
            self._go_on(spec)
        for outcome in ENDS:
            self._judge(spec, outcome)
            self._publish(spec, outcome)
        for outcome in OUTCOMES:
            self._route(spec, outcome)

    def end(self) -> None:
        """Look at the output, for a success and for a failure."""
        spec, left = self._flow.shape.spec, self._flow.beginnings.left
        if spec.output is None and spec.output_on_error is None:
            return
        facts = final_facts(self._flow)
        owner = workflow_owner(spec)
        if spec.output is not None:
            self._reader.read(owner, [Reading("output", spec.output)], Point(facts=facts, is_plain=True))
        if spec.output_on_error is not None:
            failed = Point(facts=Facts(left.certain, facts.possible), is_plain=False)
            self._reader.read(owner, [Reading("output-on-error", spec.output_on_error)], failed)

    def _begin(self, spec: TaskSpec, point: Point) -> None:
        if point.is_plain:
            self.will_run[spec.name] = None
        self._read(spec, before_work(spec), point)
        if spec.name not in self._flow.beginnings.kept_lists:
            self._read(spec, lists(spec), point)
        for start, overrides in self._flow.runs(spec.name):
            self._inputs(spec, start, overrides)
            inner = self._examine(spec, start, overrides)
            self.will_run.update(dict.fromkeys(inner if start.is_plain else ()))

    def _go_on(self, spec: TaskSpec) -> None:
        """Look at a task at work that will begin further items, or try again if it fails."""
        point = self._flow.works.get(spec.name)
        if point is None or not (spec.retry is not None or spec.name in self._flow.beginnings.goes_on):
            return
        if spec.name not in self._flow.beginnings.goes_on:
            point = Point(facts=point.facts, is_plain=False, after_error=spec.name)
        begun = self._flow.beginnings
        overrides = combined(begun.works_with[spec.name], len(begun.works[spec.name]))
        self._inputs(spec, point, overrides)
        self._examine(spec, point, overrides)

    def _inputs(self, spec: TaskSpec, point: Point, overrides: Overrides) -> None:
        items = frozenset(item.name for item in spec.with_items)
        self._read(spec, inputs(spec, overrides.needless()), point, items)
        if doubtful := overrides.doubtful(spec):
            self._read(spec, only_inputs(spec, doubtful), point, items)

    def _judge(self, spec: TaskSpec, outcome: str) -> None:
        point = self._flow.judged(spec.name, outcome)
        if point is not None:
            self._read(spec, after_work(spec, outcome), point)

    def _publish(self, spec: TaskSpec, outcome: str) -> None:
        point = self._flow.published(spec.name, outcome)
        if point is None:
            return
        self._read(spec, publishes(spec, outcome), point)
        own = {
            name
            for publisher in publishers(spec, outcome)
            if publisher.global_ is not None
            for name in publisher.global_.source
        }
        for reading in atomic_publishes(spec, outcome):
            self._read(spec, [reading], point, own)
            own.update(reading.template.source if reading.template is not None else ())

    def _route(self, spec: TaskSpec, outcome: str) -> None:
        point = self._flow.routed(spec.name, outcome)
        if point is not None and not self._flow.shape.is_reverse:
            self._read(spec, guards(spec, outcome), point)

    def _read(
        self, spec: TaskSpec, readings: Iterable[Reading], point: Point, own: Set[str] = frozenset()
    ) -> None:
        owner = task_owner(spec, self._flow.shape.spec)
        self._reader.read(owner, readings, point, own=own, task=spec.name)
