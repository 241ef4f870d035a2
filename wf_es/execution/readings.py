"""Which expressions of a task are evaluated when, with the key that each stands under.

A task goes through moments: before its work, for its work (for each item if
there are items), after it, when it publishes, and when it is decided where it
goes. What happens at the later ones depends on the outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import NamedTuple

from wf_es.definition import AdHocSpec, Publish, TaskSpec
from wf_es.execution.lifecycle import ERROR, SUCCESS
from wf_es.execution.publishing import publishers
from wf_es.execution.routing import clauses
from wf_es.expressions import Template


class Reading(NamedTuple):
    """A template under its key; ``at`` is the key that its place is noted under, if that is another.

    ``is_sure`` unless it depends on other values whether it is evaluated.
    """

    key: str
    template: Template | None
    is_sure: bool = True
    at: str = ""


Readings = Iterator[Reading]


def before_work(spec: TaskSpec) -> Readings:
    """Yield the policies that are evaluated once before the work."""
    yield Reading("pause-before", spec.pause_before)
    yield Reading("wait-before", spec.wait_before)
    yield Reading("timeout", spec.timeout)


def lists(spec: TaskSpec) -> Readings:
    """Yield what says which items there are, and how many run at a time."""
    for number, item in enumerate(spec.with_items):
        yield Reading("with-items", item.items, at=f"with-items.{number}")
    if spec.with_items:
        yield Reading("concurrency", spec.concurrency)


def inputs(spec: TaskSpec, replaced: Set[str] = frozenset()) -> Readings:
    """Yield what is evaluated for the work itself, for each item if there are items.

    What takes the place of the ``replaced`` inputs is given otherwise.
    """
    yield from _given(spec, lambda given: given.without(replaced))
    if spec.workflow is not None:
        yield Reading("workflow", spec.workflow)
        return
    yield Reading("action", spec.action)
    yield Reading("target", spec.target)
    yield Reading("safe-rerun", spec.safe_rerun)


def only_inputs(spec: TaskSpec, names: Set[str]) -> Readings:
    """Yield what is evaluated for some inputs of the work alone, if it is evaluated at all."""

    def only(given: Template) -> Template:
        return given.without(given.source.keys() - names) if isinstance(given.source, dict) else given

    for reading in _given(spec, only):
        yield reading._replace(is_sure=False)


def _given(spec: TaskSpec, part: Callable[[Template], Template]) -> Readings:
    key = "action" if spec.workflow is None else "workflow"
    for name, given, at in (("input", spec.input, ""), (key, spec.parameters, "parameters")):
        if given is not None:
            yield Reading(name, part(given), at=at)


def adhoc_reads(spec: AdHocSpec) -> Readings:
    """Yield what an ad-hoc action passes to its base, as a part of the task's key ``action``."""
    yield Reading(f"action.{spec.name}.base-input", spec.base_input)
    yield Reading(f"action.{spec.name}.base", spec.parameters)


def after_work(spec: TaskSpec, outcome: str) -> Readings:
    """Yield the policies that are evaluated after the work has ended in ``outcome``."""
    yield Reading("wait-after", spec.wait_after)
    if outcome == SUCCESS:
        yield Reading("fail-on", spec.fail_on)
    retry = spec.retry
    if retry is not None:
        yield Reading("retry.count", retry.count)
        is_counted = retry.count.is_constant and retry.count.source != 0
        yield Reading("retry.continue-on", retry.continue_on, is_counted)
        if outcome == ERROR or retry.continue_on is not None:
            yield Reading("retry.break-on", retry.break_on, is_sure=False)
            yield Reading("retry.delay", retry.delay, is_sure=False)


def publishes(spec: TaskSpec, outcome: str) -> Readings:
    """Yield what a task publishes after ``outcome``, but for what is atomic."""
    for key, publisher in _publishers(spec, outcome):
        yield Reading(key if key in OWN.values() else f"{key}.branch", publisher.branch)
        yield Reading(f"{key}.global", publisher.global_)
    yield Reading("keep-result", spec.keep_result)


def atomic_publishes(spec: TaskSpec, outcome: str) -> Readings:
    """Yield the atomic updates, which see what the task has published globally."""
    for key, publisher in _publishers(spec, outcome):
        yield Reading(f"{key}.atomic", publisher.atomic)


OWN = {SUCCESS: "publish", ERROR: "publish-on-error"}
"""The key under which a task itself publishes after an outcome."""


def _publishers(spec: TaskSpec, outcome: str) -> Iterator[tuple[str, Publish]]:
    keys = {id(clause.publish): f"{event}.publish" for event, clause in clauses(spec, outcome)}
    for publisher in publishers(spec, outcome):
        yield keys.get(id(publisher), OWN[outcome]), publisher


def guards(spec: TaskSpec, outcome: str) -> Readings:
    """Yield what decides where a task goes after ``outcome``."""
    for event, clause in clauses(spec, outcome):
        for number, item in enumerate(clause.next):
            ways = (f"next.{number}", str(number), "next", "")
            places = [f"{event}.{way}.{item.target}".replace("..", ".") for way in ways]
            places += [f"{event}.{way}" for way in ways[:2]]
            at = next((place for place in places if place in spec.places), event)
            yield Reading(event, item.guard, at=at)
            yield Reading(event, item.message, item.guard is None, at)
