"""What a task publishes when it has ended.

Three places may publish: the specific clause (``on-success: publish`` and its
like), the task itself (``publish``, ``publish-on-error``, ``publish-on-skip``)
and ``on-complete: publish``. All of them count. Where two name the same
variable, the specific clause wins over the task, and the task over
``on-complete``.

``branch`` and ``global`` see what was there when the task ended. ``atomic``
comes last: it sees the newest global variables, with what the task itself has
just published globally, and its values take the place of the old ones. Since
an execution takes one decision after the other, nothing gets in between, and
no update is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from wf_es.definition import Publish, TaskSpec
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError
from wf_es.execution import scope
from wf_es.execution.context import deep_merge, with_globals
from wf_es.execution.decision import Draft
from wf_es.execution.lifecycle import ERROR, SKIPPED, SUCCESS
from wf_es.execution.state import TaskExecution
from wf_es.expressions import Scope, Template


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What a task publishes: for its branch, merged into the global variables, in place of them."""

    branch: dict[str, JSON]
    global_: dict[str, JSON]
    atomic: dict[str, JSON]


NOTHING = Published(branch={}, global_={}, atomic={})
"""What a run publishes whose place another one has taken."""


def published(draft: Draft, ended: TaskExecution) -> Published:
    """Return what a task publishes; ``ended`` is the task in its final state.

    Raises:
        EvaluationError: One of the expressions failed.

    """
    spec = draft.definition.workflow.spec.tasks[ended.name]
    sees = scope.for_publish(draft, draft.state, ended)
    found = list(publishers(spec, ended.state))
    branch: dict[str, JSON] = {}
    workflow: dict[str, JSON] = {}
    for clause in found:
        branch.update(_evaluated(clause.branch, sees))
        workflow = deep_merge(workflow, _evaluated(clause.global_, sees))
    return Published(branch=branch, global_=workflow, atomic=_atomic(draft, ended, found, workflow))


def _atomic(
    draft: Draft, ended: TaskExecution, found: list[Publish], merged: dict[str, JSON]
) -> dict[str, JSON]:
    """Return the atomic updates, each made with those before it in view."""
    replaced: dict[str, JSON] = {}
    state = draft.state
    for clause in found:
        if clause.atomic is not None:
            newest, _ = with_globals(state, merged, replaced)
            seen = msgspec.structs.replace(state, published_global=newest)
            replaced.update(_evaluated(clause.atomic, scope.for_publish(draft, seen, ended)))
    return replaced


def publishers(spec: TaskSpec, outcome: str) -> Iterator[Publish]:
    """Yield what publishes after ``outcome``, the weakest first."""
    own, clause = {
        SUCCESS: (spec.publish, spec.on_success),
        ERROR: (spec.publish_on_error, spec.on_error),
        SKIPPED: (spec.publish_on_skip, spec.on_skip),
    }.get(outcome, (None, None))
    if outcome in (SUCCESS, ERROR) and spec.on_complete is not None and spec.on_complete.publish is not None:
        yield spec.on_complete.publish
    if own is not None:
        yield Publish(branch=own)
    if clause is not None and clause.publish is not None:
        yield clause.publish


def published_names(spec: TaskSpec, outcome: str) -> set[str]:
    """Return the names of all variables that are published after ``outcome``."""
    return _names(
        template
        for publisher in publishers(spec, outcome)
        for template in (publisher.branch, publisher.global_, publisher.atomic)
    )


def _names(templates: Iterable[Template | None]) -> set[str]:
    names: set[str] = set()
    for template in templates:
        if template is not None and isinstance(template.source, dict):
            names.update(template.source)
    return names


def _evaluated(template: Template | None, sees: Scope) -> dict[str, JSON]:
    if template is None:
        return {}
    values = template.evaluate(sees)
    if not isinstance(values, dict):
        raise EvaluationError(f"publish must give a mapping, and gave {type(values).__name__}")
    return values
