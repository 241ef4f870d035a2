"""Resumes that reach into sub-workflows: several streams, one commit.

Which executions a resume is about is read first; then it is decided with all
of them in hand. If the family has changed in between so that others are
concerned, the caller is told.
"""

from __future__ import annotations

from collections.abc import Callable

from wf_es.engine.corridor import Change, Job, Outcome
from wf_es.engine.definitions import Definitions
from wf_es.engine.executions import Receipt, chosen_definition, decided
from wf_es.errors import NotFound, RequirementsMissing
from wf_es.execution.commands import Command, ResumeFrom
from wf_es.execution.crossing import is_unfinished
from wf_es.execution.decision import Decision, not_found
from wf_es.execution.families import Family, members_of
from wf_es.execution.foreign import Answer, Query
from wf_es.execution.lifecycle import PAUSED
from wf_es.execution.lineage import Lookup, is_plain
from wf_es.execution.requirements import Requirements, requirements
from wf_es.execution.resumption import refuse_if_overtaken
from wf_es.execution.state import ExecutionState


class Families:
    """Puts together what a resume needs that is not about one execution alone."""

    def __init__(
        self,
        state: Lookup,
        owner: Callable[[str], str],
        definitions: Definitions,
        answer: Callable[[Query, str], Answer],
    ) -> None:
        """Take where executions are read, and what a decision may ask.

        Args:
            state: gives an execution as it stands, also one that never began.
            owner: gives the execution of a task; NotFound if there is none.
            definitions: what executions have pinned.
            answer: knows what a decision may ask, by project.
        """
        self._state = state
        self._owner = owner
        self._definitions = definitions
        self._answer = answer

    def job(self, command: ResumeFrom) -> Job[ExecutionState, Receipt] | None:
        """Return the job that decides on a resume; None if it is about one execution alone.

        Raises:
            NotFound: there is no such execution, or no such task below it.
            InvalidRequest: a path leads nowhere, or to several executions.
            RequirementsMissing: a sub-workflow that is under way lacks something.
        """
        members = self._members(command, None, self._state)
        self._refuse_what_lacks_below(command)
        if len(members) == 1 and not _names_several(command):
            return None

        def decide_on(states: dict[str, ExecutionState]) -> Outcome[ExecutionState]:
            family = self._family({member: states[member] for member in members})
            family.resume(command)
            return Outcome(changes=tuple(_change(decision) for decision in family.decisions()))

        def receipt(
            position: int, outcome: Outcome[ExecutionState], states: dict[str, ExecutionState]
        ) -> Receipt:
            return Receipt(position=position, events=outcome.events, state=states[command.execution_id])

        return Job(members, decide_on, receipt)

    def requirements(
        self, command: ResumeFrom, root: ExecutionState, state: Lookup | None = None
    ) -> Requirements:
        """Say what a resume would need, run and repeat, wherever its tasks are; changes nothing.

        Args:
            command: the resume.
            root: the execution, as it stands or stood.
            state: gives others as they stood then; by default as they stand.

        Raises:
            NotFound: there is no such execution, or no such task below it.
            InvalidRequest: a path leads nowhere, or to several executions.
            NothingToResume: nothing has failed.
            Overtaken: the execution is not at the expected event.
        """
        refuse_if_overtaken(root, command)
        known = state or self._state
        members = self._members(command, root, known)
        family = self._family(
            {member: root if member == root.id else known(member) for member in members}, known
        )
        if len(members) == 1 and not _names_several(command):
            return family.requirements_alone(command)
        return family.requirements(command)

    def _refuse_what_lacks_below(self, command: ResumeFrom) -> None:
        """Refuse a resume that would let a sub-workflow go on which lacks something.

        No decision on the execution itself knows these. They may go on
        meanwhile, so this is as good as what they look like now.
        """
        root = self._state(command.execution_id)
        if command.force or not root.open or root.deleted or root.project != command.origin.project:
            return
        if command.origin.key in root.keys or command.position not in (None, root.version):
            return
        if not (command.tasks or command.failed or root.state == PAUSED):
            return
        report = self.requirements(command, root)
        if report.is_lacking and not report.refused:
            raise RequirementsMissing(report.sentence(), report=report)

    def _members(self, command: ResumeFrom, root: ExecutionState | None, state: Lookup) -> list[str]:
        if not command.failed and all(is_plain(wish.task) for wish in command.tasks):
            return [command.execution_id]
        root = state(command.execution_id) if root is None else root
        if root.definition is None or root.deleted or root.project != command.origin.project:
            raise not_found(command.execution_id)
        return members_of(command, root, state, self._owner_of)

    def _owner_of(self, task_id: str) -> str | None:
        try:
            return self._owner(task_id)
        except NotFound:
            return None

    def _family(self, states: dict[str, ExecutionState], lookup: Lookup | None = None) -> Family:
        return Family(states, self._decide, self.check, lookup)

    def _decide(self, command: Command, state: ExecutionState) -> Decision:
        return decided(command, state, self._definitions, self._answer)

    def check(self, command: ResumeFrom, state: ExecutionState, followed: frozenset[str]) -> Requirements:
        """Say what a resume of an execution's own tasks would need in a state.

        Raises:
            NotFound: it has no such task, or its definition no such version.
        """
        if state.definition is None:
            raise not_found(state.id)

        def ask(query: Query) -> Answer:
            return self._answer(query, state.project)

        definition = chosen_definition(command, state.definition, self._definitions)
        return requirements(state, definition, command, ask, followed)


def _names_several(command: ResumeFrom) -> bool:
    """Whether a resume is about a family, even if only one execution turns out to be concerned."""
    return command.failed or bool(command.definitions)


def _change(decision: Decision) -> Change[ExecutionState]:
    return Change(
        stream=decision.state.id,
        events=decision.events,
        state=decision.state,
        unfinished=is_unfinished(decision.state),
    )
