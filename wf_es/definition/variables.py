"""Flow analysis: whether a variable that is read may have been set by then.

The analysis errs on the side of silence. A variable counts as possibly set
when any path, whatever its guards, may set it: a declared input, ``vars``, a
global of any task, or a branch variable of any task that can run before the
reader (in a loop this includes the reader itself). The variables of
``with-items`` are there for what is evaluated per item. What is read with a
default, what cannot be determined, and names the engine provides never count
as missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from wf_es.definition.graph import Graph
from wf_es.definition.model import Clause, TaskSpec, WorkflowSpec
from wf_es.definition.passage import Gathered, Moment, Use
from wf_es.definition.problems import Report
from wf_es.definition.values import RESERVED_VARIABLES
from wf_es.expressions import Expression, Template

_BEYOND = "; declare it as an input, set it in vars, or publish it on the way"


def check_variables(spec: WorkflowSpec, graph: Graph, gathered: Gathered, report: Report) -> None:
    """Report variables that no path can have set, and ``task()`` of unknown names."""
    settings = None if gathered.doubts else _Settings(spec, graph)
    for use in gathered.uses:
        for expression in use.template.expressions:
            _check_task_names(use, expression, spec, report)
            if settings is not None:
                _check_reads(use, expression, settings, report)
    if settings is not None:
        _check_hidden(spec, settings, report)


class _Settings:
    """Who may set which variable. Tasks are bits: their numbers in the definition."""

    def __init__(self, spec: WorkflowSpec, graph: Graph) -> None:
        self._numbers = {name: number for number, name in enumerate(spec.tasks)}
        self._precedes = graph.precedes()
        self._inputs = {*RESERVED_VARIABLES, *(parameter.name for parameter in spec.input)}
        self._everywhere = self._inputs | _names(spec.vars)
        self._items = {name: {items.name for items in task.with_items} for name, task in spec.tasks.items()}
        self._publishers: dict[str, int] = {}
        for name, task in spec.tasks.items():
            self._everywhere |= _global_names(task)
            for variable in _branch_names(task):
                known = self._publishers.get(variable, 0)
                self._publishers[variable] = known | 1 << self._numbers[name]

    def may_have_set(self, variable: str, use: Use) -> bool:
        """Whether a variable may be set when the template is evaluated."""
        if variable in self._inputs:
            return True
        if use.moment is Moment.VARS:
            return False
        if variable in self._everywhere or self._is_item(variable, use):
            return True
        return bool(self._publishers.get(variable, 0) & self._seen_by(use))

    def hidden_by(self, variable: str, task: str) -> str:
        """Return what a variable of an item would hide, in words; empty if nothing."""
        if variable in RESERVED_VARIABLES:
            return ""
        if variable in self._inputs:
            return "an input"
        if variable in self._everywhere:
            return "a variable of the whole workflow"
        before = self._precedes.reached(self._numbers[task])
        return "a published variable" if self._publishers.get(variable, 0) & before else ""

    def _is_item(self, variable: str, use: Use) -> bool:
        return use.moment is Moment.ITEM and use.task is not None and variable in self._items[use.task]

    def _seen_by(self, use: Use) -> int:
        """Return the tasks whose branch variables a template can see."""
        if use.moment is Moment.END or use.task is None:
            return -1
        number = self._numbers[use.task]
        own = 1 << number if use.moment is Moment.AFTER else 0
        return self._precedes.reached(number) | own


def _check_reads(use: Use, expression: Expression, settings: _Settings, report: Report) -> None:
    for read in expression.reads.variables:
        if read.optional or settings.may_have_set(read.name, use):
            continue
        when = "the input alone is known here" if use.moment is Moment.VARS else "no path can have set it"
        message = f"'{_key(use, expression)}' reads variable '{read.name}', but {when}{_BEYOND}"
        _report("W501", message, use, expression, report)


def _check_hidden(spec: WorkflowSpec, settings: _Settings, report: Report) -> None:
    """Report variables of items that hide something else of the same name."""
    for task in spec.tasks.values():
        for items in task.with_items:
            hidden = settings.hidden_by(items.name, task.name)
            if hidden:
                message = (
                    f"the item variable '{items.name}' hides {hidden} of the same name; choose another name"
                )
                report.add("W510", items.place, message, f"task '{task.name}'")


def _check_task_names(use: Use, expression: Expression, spec: WorkflowSpec, report: Report) -> None:
    for name in sorted(expression.reads.tasks):
        if name not in spec.tasks:
            hint = report.suggestion(name, spec.tasks)
            message = f"'{_key(use, expression)}': task('{name}') gives null, there is no such task{hint}"
            _report("W506", message, use, expression, report)


def _report(code: str, message: str, use: Use, expression: Expression, report: Report) -> None:
    place = use.node.at(expression.path).place_of(expression.offset)
    report.add(code, place, message, use.subject)


def _key(use: Use, expression: Expression) -> str:
    return ".".join([use.key, *map(str, expression.path)])


def _clauses(task: TaskSpec) -> Iterable[Clause]:
    clauses = (task.on_success, task.on_error, task.on_complete, task.on_skip)
    return [clause for clause in clauses if clause is not None]


def _branch_names(task: TaskSpec) -> set[str]:
    names = _names(task.publish) | _names(task.publish_on_error) | _names(task.publish_on_skip)
    for clause in _clauses(task):
        names |= _names(clause.publish.branch if clause.publish else None)
    return names


def _global_names(task: TaskSpec) -> set[str]:
    names: set[str] = set()
    for clause in _clauses(task):
        if clause.publish:
            names |= _names(clause.publish.global_) | _names(clause.publish.atomic)
    return names


def _names(template: Template | None) -> set[str]:
    return set(template.source) if template is not None and isinstance(template.source, dict) else set()
