"""Which variables the chosen tasks, and what follows them, read and nobody gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

import msgspec

from wf_es.definition import AdHocSpec, Place, TaskSpec
from wf_es.envelope import JSON
from wf_es.execution.adhoc import adhoc_chain
from wf_es.execution.commands import TaskResumption
from wf_es.execution.context import inbound_again
from wf_es.execution.decision import Definition
from wf_es.execution.foreign import Answer, Query
from wf_es.execution.lifecycle import CANCELLED, COMPLETED, ERROR, SUCCESS
from wf_es.execution.publishing import global_names, published_names
from wf_es.execution.readings import Reads, adhoc_reads, after_work, before_items, guards, inputs, publishes
from wf_es.execution.requirements.choice import RESERVED, is_waiting_to_go_on
from wf_es.execution.requirements.report import Missing, Undetermined, Use
from wf_es.execution.reverse import is_reverse, released
from wf_es.execution.routing import clauses
from wf_es.execution.state import ExecutionState, TaskExecution


class Analysis:
    """Collects what is missing while it walks over the chosen tasks."""

    def __init__(
        self,
        state: ExecutionState,
        definition: Definition,
        chosen: Set[str],
        ask: Callable[[Query], Answer],
    ) -> None:
        """Begin with nothing missing."""
        self._ask = ask
        self._state = state
        self._definition = definition
        self._chosen = chosen
        tasks = definition.workflow.spec.tasks.values()
        self._global = RESERVED | {*state.vars, *state.published_global, *global_names(tasks)}
        self._everywhere = RESERVED | {*state.vars, *state.published_global, *state.input}
        self.missing: dict[tuple[str, str, str], Missing] = {}
        self.undetermined: dict[tuple[str, str, str], Undetermined] = {}
        self.will_run: list[str] = []

    def resume(self, task: TaskExecution, wish: TaskResumption) -> None:
        """Check one chosen task and what follows it directly."""
        spec = self._definition.workflow.spec.tasks[task.name]
        inbound = set(inbound_again(self._state, task))
        known = self._everywhere | _patched(inbound, wish.context)
        if wish.action == "rerun":
            self._will_run(task.name)
            self._check_inputs(spec, known)
        after = known | set(wish.published)
        if is_waiting_to_go_on(task, wish):
            after |= set(task.outbound)
        if wish.action == "rerun" or wish.result is not msgspec.UNSET:
            self._check(spec, publishes(spec), known)
            after |= published_names(spec, SUCCESS)
        if wish.action == "rerun":
            self._check(spec, after_work(spec), after)
        self._check(spec, guards(spec), after)
        for name in self._followers(spec):
            self._follow(name, task, after)

    def _followers(self, spec: TaskSpec) -> list[str]:
        if not is_reverse(self._definition):
            return _targets(spec)
        following = released(self._definition, self._state, spec.name, SUCCESS)
        return [item.target for item in following if not self._is_blocked(item.target, spec.name)]

    def _is_blocked(self, name: str, resumed: str) -> bool:
        """Whether a task of a reverse workflow lacks more than what is resumed."""
        for other in self._definition.workflow.graph.requires[name]:
            run = self._state.tasks.get(self._state.latest.get(other, ""))
            failed = run is not None and run.state in (ERROR, CANCELLED) and run.id not in self._chosen
            if other != resumed and failed:
                return True
        return False

    def _follow(self, name: str, task: TaskExecution, known: Set[str]) -> None:
        spec = self._definition.workflow.spec.tasks[name]
        self._will_run(name)
        if spec.join is not None or spec.requires:
            known = known | self._brought_by_others(name, task.name)
        self._check_inputs(spec, known)

    def _check_inputs(self, spec: TaskSpec, known: Set[str]) -> None:
        self._check(spec, before_items(spec), known)
        self._check(spec, inputs(spec), known | {item.name for item in spec.with_items})
        for adhoc in self._adhoc_actions(spec):
            self._check(spec, adhoc_reads(adhoc), self._global | {item.name for item in adhoc.input})

    def _adhoc_actions(self, spec: TaskSpec) -> Iterator[AdHocSpec]:
        """Return the ad-hoc actions that a task calls, if its name for them is plain."""
        if spec.workflow is not None or not spec.action.is_constant:
            return iter(())
        installed, state = self._definition.actions, self._state
        named = (spec.action.source, state.workflow_namespace, state.workflow_name)
        return adhoc_chain(installed, self._ask, *named)

    def _brought_by_others(self, join: str, resumed: str) -> set[str]:
        workflow, names = self._definition.workflow, set[str]()
        for source in workflow.graph.inbound[join]:
            if source == resumed:
                continue
            for feeder in workflow.graph.feeders(join, source):
                run = self._state.tasks.get(self._state.latest.get(feeder, ""))
                names.update(run.outbound if run is not None else ())
                if run is None or run.state not in COMPLETED or run.id in self._chosen:
                    names |= published_names(workflow.spec.tasks[feeder], SUCCESS)
        return names

    def _will_run(self, name: str) -> None:
        if name not in self.will_run:
            self.will_run.append(name)

    def _check(self, spec: TaskSpec, templates: Reads, known: Set[str]) -> None:
        for key, template in templates:
            for expression in template.expressions if template is not None else ():
                use = _use(spec, key, expression.path, expression.text)
                for why in expression.reads.undetermined:
                    found = Undetermined(why=why, needed_by=use)
                    self.undetermined.setdefault((why, spec.name, use.key), found)
                for read in expression.reads.variables:
                    if not read.optional and read.name not in known:
                        missing = Missing(variable=read.name, needed_by=use)
                        self.missing.setdefault((read.name, spec.name, use.key), missing)


def _patched(names: set[str], changes: dict[str, JSON]) -> set[str]:
    removed = {name for name, value in changes.items() if value is None}
    return (names | set(changes)) - removed


def _targets(spec: TaskSpec) -> list[str]:
    return [
        item.target for _, clause in clauses(spec, SUCCESS) for item in clause.next if item.command is None
    ]


def _use(spec: TaskSpec, key: str, path: tuple[str | int, ...], expression: str) -> Use:
    parts = [str(part) for part in path]
    place = _place(spec, [*key.split("."), *parts])
    return Use(
        task=spec.name,
        key=".".join([key, *parts]),
        expression=expression,
        line=place.line,
        column=place.column,
    )


def _place(spec: TaskSpec, parts: list[str]) -> Place:
    """Return the nearest place that is known for a key inside the task."""
    for length in range(len(parts), 0, -1):
        place = spec.places.get(".".join(parts[:length]))
        if place is not None:
            return place
    return spec.place
