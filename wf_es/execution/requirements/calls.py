"""What tasks call: whether the actions and sub-workflows are there, and what they need.

An action is looked at down to the installed one at the end of its chain of
ad-hoc actions. A sub-workflow is followed from its start to its end, once for
each set of inputs that it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import NamedTuple

from wf_es.definition import ActionSpec, AdHocSpec, TaskSpec, WorkflowSpec
from wf_es.definition.adhoc import specification
from wf_es.envelope import JSON
from wf_es.execution.adhoc import LONGEST_CHAIN, find_action
from wf_es.execution.decision import Definition, StoredAction
from wf_es.execution.foreign import Answer, Query, sub_workflow_named
from wf_es.execution.inputs import DEFAULTS
from wf_es.execution.readings import Reading, adhoc_reads
from wf_es.execution.requirements.analysis import Analysis, Examine, analysed
from wf_es.execution.requirements.beginnings import fresh
from wf_es.execution.requirements.facts import NOTHING, Origin, Vocabulary
from wf_es.execution.requirements.findings import Findings
from wf_es.execution.requirements.flow import Point
from wf_es.execution.requirements.overrides import Names, Overrides, given_to, names_of
from wf_es.execution.requirements.places import Owner, task_owner, workflow_owner
from wf_es.execution.requirements.reads import Reader, Surroundings
from wf_es.execution.requirements.shape import Shape
from wf_es.expressions import Template


class Called(NamedTuple):
    """A sub-workflow as it is called: what it is given, and which target if it is a reverse one."""

    hash: str
    given: Names
    target: str | None


class Calls:
    """Looks at what tasks call, for one question; what was looked at is kept."""

    def __init__(
        self,
        installed: Mapping[str, ActionSpec],
        ask: Callable[[Query], Answer],
        namespace: str,
        env: Mapping[str, JSON],
    ) -> None:
        """Take what is known of actions and workflows.

        Args:
            installed: The actions that need not be asked for.
            ask: Answers what names mean.
            namespace: Where the execution looks for names first.
            env: The environment, which may hold defaults for the inputs of actions.

        """
        self._installed = installed
        self._ask = ask
        self._namespace = namespace
        self._env = env
        self._defaults = env.get(DEFAULTS)
        self._known: dict[Called, Analysis | None] = {}
        self._actions: dict[tuple[JSON, str], ActionSpec | StoredAction | None] = {}
        self._workflows: dict[tuple[str, str], Definition | None] = {}

    def of(self, workflow: WorkflowSpec) -> Callable[[Reader, Findings], Examine]:
        """Return what looks at the calls of a workflow's tasks."""

        def bound(reader: Reader, findings: Findings) -> Examine:
            return _Examination(self, workflow, reader, findings).examine

        return bound

    def gather(self, spec: WorkflowSpec) -> None:
        """Ask for all that a workflow may call, directly or not.

        A decision that gets no answer is made again from the beginning, so
        questions come before any other work.
        """
        waiting, seen = [spec], set[str]()
        while waiting:
            workflow = waiting.pop()
            for task in workflow.tasks.values():
                if task.workflow is None:
                    self._gather_actions(task.action, workflow.name)
                elif task.workflow.is_constant:
                    found = self.workflow(str(task.workflow.source), workflow.name)
                    if found is not None and found.workflow.hash not in seen:
                        seen.add(found.workflow.hash)
                        waiting.append(found.workflow.spec)

    def _gather_actions(self, action: Template, within: str) -> None:
        found = self.action(action.source, within) if action.is_constant else None
        for _ in range(LONGEST_CHAIN):
            if not isinstance(found, StoredAction):
                return
            found = self.action(found.action.spec.base, found.action.spec.name)

    def action(self, name: JSON, within: str) -> ActionSpec | StoredAction | None:
        """Return what the name of an action means within a workflow or an ad-hoc action."""
        key = (name, within)
        if key not in self._actions:
            self._actions[key] = find_action(self._installed, self._ask, name, self._namespace, within)
        return self._actions[key]

    def workflow(self, name: str, parent: str) -> Definition | None:
        """Return what the name of a sub-workflow means to a workflow."""
        key = (name, parent)
        if key not in self._workflows:
            found = self._ask(sub_workflow_named(name, self._namespace, parent))
            self._workflows[key] = found if isinstance(found, Definition) else None
        return self._workflows[key]

    def defaults(self, action: str) -> frozenset[str]:
        """Return the inputs that the environment gives an action where nobody else does."""
        own = self._defaults.get(action) if isinstance(self._defaults, dict) else None
        return frozenset(own) if isinstance(own, dict) else frozenset()

    def within(self, definition: Definition, called: Called) -> Analysis | None:
        """Return what a sub-workflow needs from its start to its end; None if it calls itself."""
        if called not in self._known:
            self._known[called] = None
            self._known[called] = self._follow(definition, called)
        return self._known[called]

    def _follow(self, definition: Definition, called: Called) -> Analysis:
        spec, words = definition.workflow.spec, Vocabulary()
        shape = Shape(definition, called.target)
        around = Surroundings(
            shared=dict.fromkeys(names_of(spec.vars) or (), Origin("vars")),
            inputs={parameter.name: Origin("input") for parameter in spec.input},
            values=_constants(spec.vars),
            env=self._env,
        )
        analysis = analysed(shape, fresh(shape), words, around, self.of(spec))
        _check_start(analysis, words, self._env)
        return analysis


def _constants(variables: Template | None) -> Mapping[str, JSON]:
    """Return the variables of a workflow whose values its text says."""
    if variables is None or not isinstance(variables.source, dict):
        return {}
    computed = {expression.path[0] for expression in variables.expressions}
    return {name: value for name, value in variables.source.items() if name not in computed}


def _check_start(analysis: Analysis, words: Vocabulary, env: Mapping[str, JSON]) -> None:
    """Look at what is evaluated when a sub-workflow starts: vars."""
    flow, findings = analysis.flow, analysis.findings
    spec, start = flow.shape.spec, Point(facts=NOTHING, is_plain=True)
    inputs = {parameter.name: Origin("input") for parameter in spec.input}
    around = Surroundings(shared={}, inputs=inputs, env=env)
    Reader(flow, words, around, findings).read(workflow_owner(spec), [Reading("vars", spec.vars)], start)


class _Examination:
    """Looks at the calls of one workflow's tasks."""

    def __init__(self, calls: Calls, workflow: WorkflowSpec, reader: Reader, findings: Findings) -> None:
        self._calls = calls
        self._workflow = workflow
        self._reader = reader
        self._findings = findings

    def examine(self, spec: TaskSpec, point: Point, overrides: Overrides) -> list[str]:
        """Look at what a task calls; return the tasks of a sub-workflow that will run, by path."""
        owner = task_owner(spec, self._workflow)
        key, name = ("action", spec.action) if spec.workflow is None else ("workflow", spec.workflow)
        if not name.is_constant:
            use = owner.use(Reading(key, name), name.expressions[0])
            self._findings.add_undetermined(f"which {key} it calls is computed", use)
            return []
        will_run: dict[str, None] = {}
        for given in given_to(spec, overrides):
            if spec.workflow is None:
                self._action(spec, owner, point, given)
            else:
                will_run.update(dict.fromkeys(self._sub_workflow(spec, owner, point, given)))
        return list(will_run)

    # -- actions ------------------------------------------------------------------------

    def _action(self, spec: TaskSpec, owner: Owner, point: Point, given: Names) -> None:
        name, within = spec.action.source, self._workflow.name
        found = self._calls.action(name, within)
        is_certain = point.is_plain
        for _ in range(LONGEST_CHAIN):
            if not isinstance(found, StoredAction):
                break
            adhoc = found.action.spec
            self._check_input(specification(adhoc), owner, is_certain, given)
            is_certain = point.is_plain and not _handles_errors(spec)
            self._adhoc(spec, owner, point, adhoc)
            parts = [names_of(template) for template in (adhoc.base_input, adhoc.parameters)]
            given = None if None in parts else frozenset().union(*(part or () for part in parts))
            name, within = adhoc.base, adhoc.name
            found = self._calls.action(name, within)
        if found is None:
            use = owner.use_of("action", str(spec.action.source))
            self._findings.add_unknown("action", str(name), "there is no such action", use, is_certain)
        elif isinstance(found, ActionSpec):
            self._check_input(found, owner, is_certain, given)

    def _adhoc(self, spec: TaskSpec, owner: Owner, point: Point, adhoc: AdHocSpec) -> None:
        """Look at what an ad-hoc action makes of its input; it does not see the input of the workflow."""
        declared = frozenset(parameter.name for parameter in adhoc.input)
        self._reader.read(owner, adhoc_reads(adhoc), point, own=declared, task=spec.name, sees_input=False)

    def _check_input(self, action: ActionSpec, owner: Owner, is_certain: bool, given: Names) -> None:
        if given is None:
            return
        names = given | self._calls.defaults(action.name)
        needed = (name for name, required in action.inputs.items() if required)
        self._check_needed(f"action '{action.name}'", needed, names, owner, is_certain)
        for name in sorted(names - action.inputs.keys()) if not action.any_input else ():
            why = f"action '{action.name}' has no such input"
            self._findings.add_unknown("input", name, why, owner.use_of("action"), is_certain)

    def _check_needed(
        self, what: str, needed: Iterable[str], given: Set[str], owner: Owner, is_certain: bool
    ) -> None:
        use = owner.use_of(what.partition(" ")[0])
        for name in needed:
            if name not in given:
                why = f"{what} needs it, and it is not given"
                self._findings.add_unknown("input", name, why, use, is_certain)

    # -- sub-workflows --------------------------------------------------------------------

    def _sub_workflow(self, spec: TaskSpec, owner: Owner, point: Point, given: Names) -> list[str]:
        name = str(spec.workflow.source if spec.workflow is not None else "")
        found = self._calls.workflow(name, self._workflow.name)
        is_certain = point.is_plain and not _handles_errors(spec)
        if found is None:
            use = owner.use_of("workflow", name)
            self._findings.add_unknown("workflow", name, "there is no such workflow", use, is_certain)
            return []
        callee, target = found.workflow.spec, _target(spec)
        if given is not None:
            needed = [parameter.name for parameter in callee.input if parameter.required]
            needed += ["task_name"] if callee.type == "reverse" else []
            self._check_needed(f"workflow '{name}'", needed, given, owner, is_certain)
            given = given.union(needed)
        if callee.type == "reverse" and target is not None and target not in callee.tasks:
            why = f"workflow '{name}' has no task '{target}'"
            self._findings.add_unknown("input", "task_name", why, owner.use_of("workflow"), is_certain)
            return []
        analysis = self._calls.within(found, Called(found.workflow.hash, given, target))
        if analysis is None:
            return []
        self._findings.take_in(analysis.findings, spec.name, point.is_plain, point.after_error)
        return [f"{spec.name}/{inner}" for inner in analysis.will_run]


def _handles_errors(spec: TaskSpec) -> bool:
    return spec.on_error is not None and bool(spec.on_error.next)


def _target(spec: TaskSpec) -> str | None:
    """Return the target that a task gives to a reverse workflow, if that is a plain name."""
    for template in (spec.parameters, spec.input):
        target = template.source.get("task_name") if template and isinstance(template.source, dict) else None
        if isinstance(target, str) and "<%" not in target and "{{" not in target and "{%" not in target:
            return target
    return None
