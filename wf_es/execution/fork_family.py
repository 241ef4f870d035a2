"""A fork's family: an execution and its sub-workflows, all copied as of one moment, then going on.

The moment is a place in the log: of each sub-workflow the events up to there
are copied. A parent hears of its sub-workflows only after they have recorded
what they did, and these of its orders only after it gave them, so what the
copies know of each other is consistent. What was on its way between them is
found again, as it is after a crash.

A moment lies between two decisions: the events of one decision were recorded
together, and nothing could have come between them. So an event number means
that event with all that it brought about at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

import msgspec

from wf_es.envelope import Recorded
from wf_es.errors import IllegalState
from wf_es.execution.commands import ForkExecution, ForkSubWorkflow, ResumeFrom
from wf_es.execution.copying import copied, new_ids
from wf_es.execution.decision import Decision
from wf_es.execution.events import ExecutionForked, Lineage, SubWorkflowScheduled, WorkflowStarted
from wf_es.execution.families import Decide, Family
from wf_es.execution.lifecycle import CANCELLED
from wf_es.execution.reducer import fold, initial
from wf_es.execution.requirements import Repeat, Requirements
from wf_es.execution.state import ExecutionState
from wf_es.execution.under_way import Check, UnderWay


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """The events of an execution up to a moment, and their positions in the log.

    ``digest`` is that of the last one's text.
    """

    execution_id: str
    events: Sequence[Recorded]
    positions: Sequence[int]
    digest: str = ""


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """An execution's copy: its events, and the state that they lead to.

    ``ids`` says what the ids of the original are called here; ``parent`` is
    the id of the copy that this one is a sub-workflow of.
    """

    original: Original
    events: tuple[Recorded, ...]
    state: ExecutionState
    ids: Mapping[str, str]
    parent: str | None = None


Find = Callable[[str], Original | None]
"""Returns a sub-workflow by its id as it was at the moment, None if it had not begun."""


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """What a fork would record: for itself first, then for each of its sub-workflows.

    ``report`` says what it needs, runs and repeats; unless it is ``resumable``
    there are no ``decisions``. ``order`` has the stream of each event in the
    order in which they are to be stored: what was copied as it had happened,
    then what is new, below first.
    """

    report: Requirements
    decisions: tuple[Decision, ...] = ()
    order: tuple[str, ...] = ()


def fork(command: ForkExecution, original: Original, find: Find, check: Check, decide: Decide) -> Fork:
    """Return what a fork records and repeats, if it can be made.

    Args:
        command: What is asked for; tasks may be named by their ids in the original.
        original: The execution's events up to the moment.
        find: Gives its sub-workflows as of the same moment.
        check: Says what going on from the chosen tasks would need.
        decide: Decides on a command.

    Raises:
        NotFound: A chosen task did not exist at that moment.
        IllegalState: It was frozen at that moment, because it had been imported.

    """
    top, *below = family(original, command.execution_id, find)
    if top.state.frozen:
        source = command.source_execution_id
        raise IllegalState(
            f"Execution {source} was imported and is frozen: fork it at an event before its import, or"
            f" activate it by 'wf-es execution activate {source}'",
            id=source,
        )
    command = _as_called_in([top, *below], command)
    is_below = any(_is_below(below, wish.task) for wish in command.tasks)
    if command.failed or command.definitions or is_below:
        made = _fork_then_resume(command, top, below, check, decide)
    else:
        made = _decided(command, top, below, check, decide)
    return msgspec.structs.replace(made, order=tuple(_order([top, *below], made.decisions)))


def _order(copies: Iterable[Copy], decisions: Sequence[Decision]) -> Iterator[str]:
    by_id = {copy.state.id: copy for copy in copies}
    placed = (
        (position, decision.state.id)
        for decision in decisions
        for position in by_id[decision.state.id].original.positions
    )
    yield from (stream for _, stream in sorted(placed))
    for decision in reversed(decisions):
        stream = decision.state.id
        yield from [stream] * (len(decision.events) - len(by_id[stream].events))


def _decided(command: ForkExecution, top: Copy, below: list[Copy], check: Check, decide: Decide) -> Fork:
    """Return what a fork records that goes on where it stands, or from tasks of its own."""
    report = _report(top, below, command, check)
    if report.refused or not (report.resumable or command.force):
        return Fork(report=report)
    decisions = [_with_copies(top, decide(command, top.state))]
    states, paths = {top.state.id: decisions[0].state}, {top.state.id: ""}
    over: set[str] = set()
    for copy in below:
        parent = states[copy.parent or ""]
        child = parent.children[copy.state.id]
        if copy.parent in over or child.superseded or child.demand == CANCELLED:
            over.add(copy.state.id)
        decision = decide(_sub_workflow(command, copy, copy.state.id in over), copy.state)
        states[copy.state.id] = decision.state
        paths[copy.state.id] = f"{paths[parent.id]}{parent.tasks[child.task_id].name}/"
        decisions.append(_with_copies(copy, decision))
    repeats = [*report.repeats, *_repeats(decisions, paths)]
    return Fork(report=msgspec.structs.replace(report, repeats=repeats), decisions=tuple(decisions))


def _is_below(below: Iterable[Copy], task: str) -> bool:
    """Whether a task is named by a path, or by its id in a sub-workflow."""
    return "/" in task or any(task in copy.state.tasks for copy in below)


def _fork_then_resume(
    command: ForkExecution, top: Copy, below: list[Copy], check: Check, decide: Decide
) -> Fork:
    """Fork where everything stands, and resume the copies: of what failed, and by paths."""
    standing = msgspec.structs.replace(command, tasks=(), failed=False, definitions={})
    made = _decided(standing, top, below, check, decide)
    if not made.decisions:
        return made
    copies = {decision.state.id: decision for decision in made.decisions}
    resume = _as_resume(command)
    relatives = Family({member: copy.state for member, copy in copies.items()}, decide, check)
    report = relatives.requirements(resume)
    report = msgspec.structs.replace(report, position=command.source_event)
    if report.refused or (report.is_lacking and not command.force):
        return Fork(report=report)
    relatives.resume(resume)
    for later in relatives.decisions():
        copy = copies[later.state.id]
        copies[later.state.id] = msgspec.structs.replace(later, events=(*copy.events, *later.events))
    report = msgspec.structs.replace(report, repeats=[*made.report.repeats, *report.repeats])
    return Fork(report=report, decisions=tuple(copies.values()))


def _as_resume(command: ForkExecution) -> ResumeFrom:
    fields = {name: getattr(command, name) for name in ResumeFrom.__struct_fields__}
    origin = msgspec.structs.replace(command.origin, key=None)
    return ResumeFrom(**{**fields, "origin": origin, "definition": "original"})


def end_of_decision(events: Sequence[Recorded], number: int) -> int:
    """Return the number of the last event that was recorded together with event ``number``.

    One request may lead to several decisions on an execution, if it crosses
    over to others and comes back: then each names another cause outside.
    """
    this = events[number - 1]
    before = takewhile(lambda earlier: _is_of_request(earlier, this), reversed(events[:number]))
    cause = next((earlier.cause for earlier in before if _is_outside(earlier.cause)), None)
    while number < len(events):
        following = events[number]
        is_other = _is_outside(following.cause) and following.cause != cause
        if is_other or not _is_of_request(following, this):
            break
        number += 1
    return number


def _is_of_request(recorded: Recorded, this: Recorded) -> bool:
    return recorded.command == this.command and recorded.time == this.time


def _is_outside(cause: str | None) -> bool:
    return cause is not None and "/" in cause


def _report(top: Copy, below: list[Copy], command: ForkExecution, check: Check) -> Requirements:
    """Say what a fork needs; the actions under way there are told with the decisions.

    A fork in which nothing is changed lacks no more than its original did, so
    it can always be made.
    """
    lineage = Lineage(
        execution_id=command.source_execution_id, event=command.source_event, since=top.state.version
    )
    states = {copy.state.id: copy.state for copy in below}
    under_way = UnderWay(lambda name: states.get(name) or initial(name), check, ())
    state = msgspec.structs.replace(top.state, forked_from=lineage)
    report = under_way.completed(check(command, state, frozenset()), command, state)
    outstanding = [item for item in report.outstanding if item.due is not None]
    is_changed = bool(command.tasks or command.env) or command.definition != "original"
    resumable = not report.refused and not (is_changed and report.is_lacking)
    return msgspec.structs.replace(report, outstanding=outstanding, resumable=resumable)


def _repeats(decisions: Iterable[Decision], paths: Mapping[str, str]) -> Iterator[Repeat]:
    """Yield the actions that are begun anew, with the paths of their tasks."""
    for decision in decisions:
        state, path = decision.state, paths[decision.state.id]
        forked = [recorded.data for recorded in decision.events if isinstance(recorded.data, ExecutionForked)]
        for action_id in forked[-1].actions:
            action = state.actions[action_id]
            task = path + state.tasks[action.task_id].name
            yield Repeat(task=task, action=action.name, id=action.id, state=action.state)


def _as_called_in(copies: Sequence[Copy], command: ForkExecution) -> ForkExecution:
    """Return the command with tasks as they are called in the copies, and no key that these have seen."""
    ids = {name: called for copy in copies for name, called in copy.ids.items()}
    tasks = tuple(
        msgspec.structs.replace(wish, task="/".join(ids.get(step, step) for step in wish.task.split("/")))
        for wish in command.tasks
    )
    origin = command.origin
    if any(origin.key in copy.state.keys for copy in copies):
        origin = msgspec.structs.replace(origin, key=None)
    return msgspec.structs.replace(command, tasks=tasks, origin=origin)


def _sub_workflow(command: ForkExecution, copy: Copy, is_over: bool) -> ForkSubWorkflow:
    cause = f"{command.execution_id}/{command.source_event + 1}"
    return ForkSubWorkflow(
        execution_id=copy.state.id,
        origin=msgspec.structs.replace(command.origin, key=None, cause=cause),
        source_execution_id=copy.original.execution_id,
        source_event=len(copy.events),
        source_digest=copy.original.digest,
        is_over=is_over,
    )


def _with_copies(copy: Copy, decision: Decision) -> Decision:
    return msgspec.structs.replace(decision, events=(*copy.events, *decision.events))


# --- copying ------------------------------------------------------------------------


def family(original: Original, execution_id: str, find: Find) -> list[Copy]:
    """Return the copy ``execution_id`` of an execution, then those of its sub-workflows.

    What had a parent has none here: it is an execution of its own.
    """
    events = _on_its_own(original.events)
    top = _copy(msgspec.structs.replace(original, events=events), execution_id, {})
    root = _root_of(original)
    return [top, *_below(top, find, {root: execution_id})]


def _below(parent: Copy, find: Find, ids: Mapping[str, str]) -> Iterator[Copy]:
    known = {**ids, **parent.ids, parent.original.execution_id: parent.state.id}
    for recorded in parent.original.events:
        if not isinstance(recorded.data, SubWorkflowScheduled):
            continue
        original = find(recorded.data.execution_id)
        if original is not None and original.events:
            copy = _copy(original, known[original.execution_id], known, parent.state.id)
            yield copy
            yield from _below(copy, find, ids)


def _copy(original: Original, execution_id: str, known: Mapping[str, str], parent: str | None = None) -> Copy:
    ids = {
        **known,
        **new_ids(original.events, execution_id),
        original.execution_id: execution_id,
    }
    events = copied(original.events, execution_id, ids)
    state = fold(execution_id, events)
    return Copy(original=original, events=events, state=state, ids=ids, parent=parent)


def _root_of(original: Original) -> str:
    data = original.events[0].data
    root = data.root_execution_id if isinstance(data, WorkflowStarted) else None
    return root or original.execution_id


def _on_its_own(events: Sequence[Recorded]) -> Sequence[Recorded]:
    """Return the events of an execution that nobody has begun for a task."""
    first = events[0]
    if not isinstance(first.data, WorkflowStarted) or first.data.parent_execution_id is None:
        return events
    data = msgspec.structs.replace(
        first.data, parent_execution_id=None, root_execution_id=None, task_execution_id=None, order=0
    )
    return [msgspec.structs.replace(first, data=data), *events[1:]]
