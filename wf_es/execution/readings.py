"""Which expressions of a task are evaluated when, with the key that each stands under.

Only those that certainly will be if the task succeeds: what a failure alone
brings about is not among them.
"""

from __future__ import annotations

from collections.abc import Iterator

from wf_es.definition import AdHocSpec, TaskSpec
from wf_es.execution.lifecycle import SUCCESS
from wf_es.execution.routing import clauses
from wf_es.expressions import Template

Reads = Iterator[tuple[str, Template | None]]


def before_items(spec: TaskSpec) -> Reads:
    """Yield what is evaluated once before the work: policies and the lists of items."""
    yield "pause-before", spec.pause_before
    yield "wait-before", spec.wait_before
    yield "timeout", spec.timeout
    for item in spec.with_items:
        yield "with-items", item.items
    yield "concurrency", spec.concurrency


def inputs(spec: TaskSpec) -> Reads:
    """Yield what is evaluated for the work itself, for each item if there are items."""
    yield "action", spec.action
    yield "action", spec.parameters
    yield "input", spec.input
    yield "target", spec.target
    yield "safe-rerun", spec.safe_rerun


def adhoc_reads(spec: AdHocSpec) -> Reads:
    """Yield what an ad-hoc action passes to its base, as a part of the task's key ``action``."""
    yield f"action.{spec.name}.base-input", spec.base_input
    yield f"action.{spec.name}.base", spec.parameters


def publishes(spec: TaskSpec) -> Reads:
    """Yield what a task publishes on success."""
    yield "publish", spec.publish
    for event, clause in clauses(spec, SUCCESS):
        if clause.publish is not None:
            yield f"{event}.publish", clause.publish.branch
            yield f"{event}.publish", clause.publish.global_
            yield f"{event}.publish", clause.publish.atomic


def after_work(spec: TaskSpec) -> Reads:
    """Yield the policies that are evaluated after the work whenever it succeeds."""
    yield "wait-after", spec.wait_after
    yield "fail-on", spec.fail_on
    if spec.retry is not None:
        yield "retry.count", spec.retry.count
        yield "retry.continue-on", spec.retry.continue_on


def guards(spec: TaskSpec) -> Reads:
    """Yield what decides where it goes after a success."""
    for event, clause in clauses(spec, SUCCESS):
        for item in clause.next:
            yield event, item.guard
            yield event, item.message
