"""What a resume needs before it can be granted: computed, not guessed.

1. The chosen tasks and everything that is still alive are where the execution
   goes on (``beginnings``).
2. From there facts flow along the transitions to the end (``flow``): at each
   point, which variables are certainly there, and which may be, and where
   they come from.
3. Each expression is looked at at its point (``analysis``, ``reads``), also in
   the actions and sub-workflows that tasks call (``calls``).

A variable is *missing* if no way to an expression that needs it provides it,
and no error must happen on the way: whoever gets there fails. What depends on
the way taken, on an error, or on other values is *undetermined*, and so are
names that are computed at run time.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Set

from wf_es.envelope import JSON
from wf_es.execution.commands import ResumeFrom
from wf_es.execution.context import merge_patch
from wf_es.execution.decision import Definition
from wf_es.execution.foreign import Answer, Query
from wf_es.execution.requirements.analysis import Analysis, analysed
from wf_es.execution.requirements.beginnings import resumed
from wf_es.execution.requirements.calls import Calls
from wf_es.execution.requirements.changeover import misfits
from wf_es.execution.requirements.choice import Choice, find_task, refusals
from wf_es.execution.requirements.effects import outstanding, repeats
from wf_es.execution.requirements.facts import Origin, Vocabulary
from wf_es.execution.requirements.leftovers import left_failed
from wf_es.execution.requirements.reads import Surroundings
from wf_es.execution.requirements.report import Refused, Requirements
from wf_es.execution.requirements.shape import Shape
from wf_es.execution.state import ExecutionState


def requirements(
    state: ExecutionState,
    definition: Definition,
    command: ResumeFrom,
    ask: Callable[[Query], Answer],
    followed: Set[str] = frozenset(),
) -> Requirements:
    """Work out what a resume would need, repeat and run, from the chosen tasks to the end; changes nothing.

    Args:
        state: The execution as it stands.
        definition: What it has pinned, or another version of that to go on with.
        command: The resume that is considered.
        ask: Answers what names of actions and workflows mean.
        followed: Tasks, by id, of which a sub-workflow is resumed by the same
            request, so that they run again with it.

    Raises:
        NotFound: One of the chosen tasks does not exist.

    """
    chosen = [(find_task(state, wish.task), wish) for wish in command.tasks]
    if changed := misfits(state, definition, chosen, followed):
        return _nothing(state, changed)
    refused = [] if followed and not chosen else refusals(state, command, chosen)
    if not chosen and not followed and (refused or state.is_completed):
        return _nothing(state, refused)
    analysis = _analysed(state, definition, command, (chosen, followed), ask)
    findings = analysis.findings
    taken_up = analysis.flow.beginnings.gone | followed | {task.id for task, _ in chosen}
    report = Requirements(
        resumable=True,
        will_run=analysis.will_run,
        repeats=repeats(state, chosen, analysis.flow),
        missing=findings.missing,
        undetermined=findings.undetermined,
        outstanding=outstanding(state, taken_up - followed, followed),
        refused=refused,
        position=state.version,
        unknown=findings.unknown,
        present=findings.present,
        left_failed=left_failed(state, taken_up, analysis.will_run),
    )
    return report.decided()


def _nothing(state: ExecutionState, refused: list[Refused]) -> Requirements:
    """Return the report about an execution that cannot go on from anywhere."""
    return Requirements(
        resumable=False,
        will_run=[],
        repeats=[],
        missing=[],
        undetermined=[],
        outstanding=outstanding(state, frozenset()),
        refused=refused,
        position=state.version,
    )


def _analysed(
    state: ExecutionState,
    definition: Definition,
    command: ResumeFrom,
    going: tuple[list[Choice], Set[str]],
    ask: Callable[[Query], Answer],
) -> Analysis:
    chosen, followed = going
    env: dict[str, JSON] = merge_patch(state.env, command.env)
    calls = Calls(definition.actions, ask, state.workflow_namespace, env)
    calls.gather(definition.workflow.spec)
    words = Vocabulary()
    target = state.params.get("task_name")
    known = isinstance(target, str) and target in definition.workflow.spec.tasks
    shape = Shape(definition, target if known else None)
    beginnings = resumed(state, shape, chosen, followed, words)
    examine = calls.of(definition.workflow.spec)
    return analysed(shape, beginnings, words, _surroundings(state, command, chosen, env), examine)


def _surroundings(
    state: ExecutionState, command: ResumeFrom, chosen: list[Choice], env: dict[str, JSON]
) -> Surroundings:
    """Return what is there at every point of an execution."""
    shared = {name: Origin("vars", event=1) for name in state.vars}
    for task in sorted(state.tasks.values(), key=lambda task: task.event):
        for name in task.published_global:
            if name in state.published_global:
                shared[name] = Origin("global", task.name, task.event)
    shared |= {name: Origin("global") for name in state.published_global if name not in shared}
    redone = {task.name for task, _ in chosen}

    def answer(name: str) -> JSON:
        task = state.tasks.get(state.latest.get(name, ""))
        return (
            None if task is None or name in redone else {"result": task.result, "published": task.published}
        )

    return Surroundings(
        shared=shared,
        values=ChainMap(state.published_global, state.vars, state.input),
        env=env,
        env_events=state.env_events | dict.fromkeys(command.env),
        answers=answer,
        inputs={name: Origin("input", event=1) for name in state.input},
        chosen=tuple(dict.fromkeys(task.name for task, _ in chosen)),
    )
