"""What a task publishes when it has ended.

Three places may publish: the specific clause (``on-success: publish`` and its
like), the task itself (``publish``, ``publish-on-error``, ``publish-on-skip``)
and ``on-complete: publish``. All of them count. Where two name the same
variable, the specific clause wins over the task, and the task over
``on-complete``.
"""

from __future__ import annotations

from collections.abc import Iterator

from wf_es.definition import Publish, TaskSpec
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError
from wf_es.execution.context import deep_merge
from wf_es.execution.lifecycle import ERROR, SKIPPED, SUCCESS
from wf_es.expressions import Scope, Template


def published(spec: TaskSpec, outcome: str, sees: Scope) -> tuple[dict[str, JSON], dict[str, JSON]]:
    """Return what goes into the branch and what into the workflow's context.

    Raises:
        EvaluationError: One of the expressions failed.

    """
    branch: dict[str, JSON] = {}
    workflow: dict[str, JSON] = {}
    for clause in publishers(spec, outcome):
        branch.update(_evaluated(clause.branch, sees))
        workflow = deep_merge(workflow, _evaluated(clause.global_, sees))
    return branch, workflow


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


def _evaluated(template: Template | None, sees: Scope) -> dict[str, JSON]:
    if template is None:
        return {}
    values = template.evaluate(sees)
    if not isinstance(values, dict):
        raise EvaluationError(f"publish must give a mapping, and gave {type(values).__name__}")
    return values
