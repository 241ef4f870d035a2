"""A resume that reaches into sub-workflows: several executions, one decision.

What is chosen there is decided on there, the innermost first, and each parent
follows: its task runs again with the sub-workflow, also if it had ended or the
execution had gone on without it. All of it is recorded at once or not at all,
so no other process, and no crash, ever sees half of it.

Before that, the members of the family hear from each other what they may not
have heard yet: an order that is still on its way could otherwise undo the
resume when it arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Literal

import msgspec

from wf_es.envelope import Origin, Recorded
from wf_es.errors import ConflictError, NothingToResume, RequirementsMissing
from wf_es.execution.chosen_versions import refuse_useless, version_for
from wf_es.execution.commands import (
    Command,
    ReportSubWorkflow,
    ResumedChild,
    ResumeFrom,
    TaskResumption,
)
from wf_es.execution.crossing import outstanding_orders, outstanding_report
from wf_es.execution.decision import Decision
from wf_es.execution.ids import seed_for
from wf_es.execution.lineage import Lookup, Owner, Place, failed_places, locate, step_name
from wf_es.execution.reducer import initial
from wf_es.execution.requirements import LeftFailed, Refused, Requirements, as_one, left_items
from wf_es.execution.resumption import refuse_if_overtaken
from wf_es.execution.state import ExecutionState
from wf_es.execution.under_way import Check, UnderWay

Decide = Callable[[Command, ExecutionState], Decision]

_MESSENGER = "runner:courier"
"""Who delivers what the members of a family had to tell each other anyway."""

_ROUNDS = 10
"""How often news may lead to news before it counts as settled."""


def members_of(command: ResumeFrom, root: ExecutionState, lookup: Lookup, owner: Owner) -> list[str]:
    """Return the executions that a resume must know: the one it names first, then those on the way down.

    Raises:
        NotFound: There is no such task below the execution.
        InvalidRequest: A path leads nowhere, or to several executions.

    """
    members, seen = {root.id: None}, list[str]()

    def look(execution_id: str) -> ExecutionState:
        seen.append(execution_id)
        return lookup(execution_id)

    for place, _ in places(command, root, look, owner):
        members |= dict.fromkeys(place.members)
    return list(members | dict.fromkeys(seen))


def places(
    command: ResumeFrom, root: ExecutionState, lookup: Lookup, owner: Owner
) -> list[tuple[Place, TaskResumption]]:
    """Return where the chosen tasks are, and what is wanted of each.

    Raises:
        NotFound: There is no such task below the execution.
        InvalidRequest: A path leads nowhere, or to several executions.

    """
    chosen = [(locate(root, wish.task, lookup, owner), wish) for wish in command.tasks]
    if command.failed:
        chosen += [
            (place, TaskResumption(task=place.path, context=command.context, items=_which(place)))
            for place in failed_places(root, lookup)
        ]
    return chosen


def _which(place: Place) -> Literal["all", "failed"]:
    """Return which items of a failed task run again."""
    return "failed" if place.items == "failed" else "all"


class Family:
    """The executions that a resume is about, and what is decided on each of them."""

    def __init__(
        self,
        states: Mapping[str, ExecutionState],
        decide: Decide,
        check: Check,
        lookup: Lookup | None = None,
    ) -> None:
        """Begin with the states of the members by id.

        Args:
            states: The members, the one that the request names among them.
            decide: Decides on a command for one of them.
            check: Says what a resume of tasks of one of them would need.
            lookup: Gives other executions below them as they stand; without it these are not looked into.

        """
        self._states = dict(states)
        self._decide = decide
        self._check = check
        self._lookup = lookup or initial
        self._events: dict[str, list[Recorded]] = {}
        self._given = 0

    def decisions(self) -> list[Decision]:
        """Return what was decided, for each member to which anything happened.

        Sub-workflows come before those above them, which have heard of it
        already: up to any event of an execution, the log then tells what it knew.
        """
        found = [
            Decision(events=tuple(events), state=self._states[member])
            for member, events in self._events.items()
        ]
        return sorted(found, key=lambda decision: -decision.state.depth)

    def state(self, execution_id: str) -> ExecutionState:
        """Return a member as it stands after what was decided so far.

        Raises:
            ConflictError: It is none: the family has changed since it was put together.

        """
        state = self._states.get(execution_id)
        if state is None:
            raise ConflictError("The execution has changed meanwhile: look at it, and resume it again")
        return state

    def _standing(self, execution_id: str) -> ExecutionState:
        return self._states.get(execution_id) or self._lookup(execution_id)

    def resume(self, command: ResumeFrom) -> None:
        """Go on from the chosen tasks, wherever they are; everything or nothing.

        Raises:
            RequirementsMissing: With the report about all of them.
            NothingToResume: Nothing has failed.
            Overtaken: Something has happened since the event that it is meant for.
            ConflictError: The family is not what it was.

        """
        key = command.origin.key
        if key is not None and any(key in state.keys for state in self._states.values()):
            return
        refuse_if_overtaken(self.state(command.execution_id), command)
        chosen = self._chosen(command)
        report = self._report(command, chosen)
        if report.refused or (report.is_lacking and not command.force):
            raise RequirementsMissing(report.sentence(), report=report)
        self._resume_member(command.execution_id, command, chosen, 0)

    def requirements(self, command: ResumeFrom) -> Requirements:
        """Say what a resume would need, run and repeat, in all members.

        Raises:
            NotFound: One of the chosen tasks does not exist.

        """
        position = self.state(command.execution_id).version
        return msgspec.structs.replace(self._report(command, self._chosen(command)), position=position)

    def requirements_alone(self, command: ResumeFrom) -> Requirements:
        """Say what a resume would need that chooses nothing in sub-workflows.

        Raises:
            NotFound: One of the chosen tasks does not exist.

        """
        root = self.state(command.execution_id)
        under_way = UnderWay(self._standing, self._check, ())
        return under_way.completed(self._check(command, root, frozenset()), command, root)

    # -- what is chosen --------------------------------------------------------------

    def _chosen(self, command: ResumeFrom) -> list[tuple[Place, TaskResumption]]:
        self._exchange_news(command.origin)
        root = self.state(command.execution_id)
        chosen = places(command, root, self.state, self._owner)
        refuse_useless(
            command, (_way(place, depth) for place, _ in chosen for depth in range(len(place.members) + 1))
        )
        if not chosen:
            raise NothingToResume(
                f"The execution is {root.state}, and none of its tasks has failed: "
                "name the tasks to resume from",
                id=root.id,
            )
        return chosen

    def _owner(self, task_id: str) -> str | None:
        return next((state.id for state in self._states.values() if task_id in state.tasks), None)

    def _exchange_news(self, origin: Origin) -> None:
        origin = msgspec.structs.replace(origin, actor=_MESSENGER, key=None, reason=None)
        for _ in range(_ROUNDS):
            before = sum(map(len, self._events.values()))
            for member in list(self._states):
                self._tell(outstanding_orders(self._states[member], origin))
            for member in reversed(list(self._states)):
                self._tell(outstanding_report(self._states[member], origin))
            if sum(map(len, self._events.values())) == before:
                return

    def _tell(self, commands: Iterable[Command]) -> None:
        for command in commands:
            state = self._states.get(command.execution_id)
            if state is not None and state.version and not state.deleted:
                self._give(command)

    def _give(self, command: Command) -> None:
        seed = seed_for(command.origin.command, command.execution_id, str(self._given))
        self._given += 1
        seeded = msgspec.structs.replace(command, seed=seed)
        decision = self._decide(seeded, self.state(command.execution_id))
        self._states[command.execution_id] = decision.state
        if decision.events:
            self._events.setdefault(command.execution_id, []).extend(decision.events)

    # -- what it takes ---------------------------------------------------------------

    def _report(self, command: ResumeFrom, chosen: list[tuple[Place, TaskResumption]]) -> Requirements:
        reports = []
        concerned = {member for place, _ in chosen for member in place.members}
        under_way = UnderWay(self._standing, self._check, concerned)
        depths = (place.members[:depth] for place, _ in chosen for depth in range(len(place.members) + 1))
        for members in sorted(dict.fromkeys(depths), key=len, reverse=True):
            inside = [entry for entry in chosen if entry[0].members[: len(members)] == members]
            own = [entry for entry in inside if entry[0].members == members]
            children = {place.members[len(members)] for place, _ in inside if place.members != members}
            followed = frozenset(self.state(child).task_execution_id or "" for child in children)
            member = members[-1] if members else command.execution_id
            way = _way(inside[0][0], len(members))
            asked = _command_for(command, member, own, way)
            report = self._check(asked, self.state(member), followed)
            report = _with_items(report, self.state(member), children)
            reports.append(under_way.completed(report, asked, self.state(member)).below(way))
        report = as_one(reports, self.state(command.execution_id).version)
        twice = self._run_as_a_whole(chosen)
        return msgspec.structs.replace(
            report, refused=[*report.refused, *twice], resumable=report.resumable and not twice
        )

    def _run_as_a_whole(self, chosen: list[tuple[Place, TaskResumption]]) -> list[Refused]:
        """Refuse tasks of sub-workflows whose task in the parent is chosen itself."""
        whole = {place.task_id: place.path for place, _ in chosen}
        refused = []
        for place, _ in chosen:
            for member in place.members:
                task_id = self.state(member).task_execution_id or ""
                if task_id in whole:
                    why = f"it belongs to a sub-workflow of '{whole[task_id]}', which is chosen as a whole"
                    refused.append(Refused(task=place.path, why=why))
        return refused

    # -- doing it --------------------------------------------------------------------

    def _resume_member(
        self, member: str, command: ResumeFrom, chosen: list[tuple[Place, TaskResumption]], depth: int
    ) -> None:
        """Resume an execution after those of its sub-workflows that tasks are chosen in."""
        children = dict.fromkeys(place.members[depth] for place, _ in chosen if len(place.members) > depth)
        resumed = []
        for child in children:
            before = self.state(child)
            inside = [entry for entry in chosen if entry[0].members[depth : depth + 1] == (child,)]
            self._resume_member(child, command, inside, depth + 1)
            resumed += [
                ResumedChild(report=report, reopened=after.reopened if before.is_completed else 0)
                for after in [self.state(child)]
                for report in outstanding_report(after, command.origin)
                if isinstance(report, ReportSubWorkflow)
            ]
        own = [entry for entry in chosen if len(entry[0].members) == depth]
        asked = _command_for(command, member, own, _way(chosen[0][0], depth))
        self._give(msgspec.structs.replace(asked, children=tuple(resumed)))


def _way(place: Place, depth: int) -> str:
    """Return the path of an execution on the way down to a task; it is empty for the one at the top."""
    return "/".join(place.path.split("/")[:depth])


def _command_for(
    command: ResumeFrom, member: str, chosen: list[tuple[Place, TaskResumption]], way: str
) -> ResumeFrom:
    """Return what a resume asks of one member, which is named by its ``way``."""
    return msgspec.structs.replace(
        command,
        execution_id=member,
        tasks=tuple(msgspec.structs.replace(wish, task=place.task_id) for place, wish in chosen),
        failed=False,
        definition=version_for(command, way),
        definitions={},
        position=None,
    )


def _with_items(report: Requirements, state: ExecutionState, resumed: Set[str]) -> Requirements:
    """Return a report that also has the items left as they failed beside those whose sub-workflows go on."""
    tasks = dict.fromkeys(state.children[child].task_id for child in sorted(resumed))
    left = [
        LeftFailed(task=step_name(state.tasks[task_id], index), state=ended)
        for task_id in tasks
        for index, ended in left_items(state, state.tasks[task_id], resumed)
    ]
    return msgspec.structs.replace(report, left_failed=[*report.left_failed, *left])
