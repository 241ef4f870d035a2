"""What a resume needs before it can be granted: computed, not guessed.

For each chosen task the expressions that will certainly be evaluated are
scanned for the variables they read:

* run again: its action, input and target with the inbound context, what it
  publishes on success, its guards with what it will have published;
* continue: its guards with what the caller says it published;
* both: action, input and target of the tasks that follow directly;
* all of these: what ad-hoc actions read that the tasks call by a plain name.

A variable is *missing* when neither the context, nor the patch, nor anything
published on the way provides it. Reads that cannot fail (``$.get(x)``) need
nothing. Names that are computed at run time are reported as undetermined.
"""

from __future__ import annotations

from collections.abc import Callable

from wf_es.execution.commands import ResumeFrom
from wf_es.execution.decision import Definition
from wf_es.execution.foreign import Answer, Query
from wf_es.execution.requirements.analysis import Analysis
from wf_es.execution.requirements.choice import find_task, refusals
from wf_es.execution.requirements.effects import outstanding, repeats
from wf_es.execution.requirements.report import Requirements
from wf_es.execution.state import ExecutionState


def requirements(
    state: ExecutionState, definition: Definition, command: ResumeFrom, ask: Callable[[Query], Answer]
) -> Requirements:
    """Work out what a resume would need, repeat and run; changes nothing.

    Args:
        state: The execution as it stands.
        definition: What it has pinned.
        command: The resume that is considered.
        ask: Answers what names of actions mean.

    Raises:
        NotFound: One of the chosen tasks does not exist.

    """
    chosen = [(find_task(state, wish.task), wish) for wish in command.tasks]
    refused = refusals(state, command, chosen)
    ids = {task.id for task, _ in chosen}
    analysis = Analysis(state, definition, ids, ask)
    for task, wish in chosen:
        analysis.resume(task, wish)
    return Requirements(
        resumable=not refused and not analysis.missing and bool(chosen or not state.is_completed),
        will_run=analysis.will_run,
        repeats=repeats(state, chosen),
        missing=list(analysis.missing.values()),
        undetermined=list(analysis.undetermined.values()),
        outstanding=outstanding(state, ids),
        refused=refused,
        position=state.version,
    )
