"""Where answers about other executions come from: the log itself.

``tasks()`` and ``executions()`` are answered from the streams, not from a
view, so they need no view to have caught up: an execution that is named is
read alone; without a name every start in the log is looked at, which costs in
proportion to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wf_es.engine.definitions import Definitions
from wf_es.envelope import JSON
from wf_es.execution.answering import Answers, Archive
from wf_es.execution.events import WorkflowStarted
from wf_es.execution.state import ExecutionState
from wf_es.ports import EventStore

_PAGE = 1_000
"""Events read from the log at a time."""

_STARTED = str(WorkflowStarted.__struct_config__.tag)


def foreign_answers(
    store: EventStore, state: Callable[[str], ExecutionState], definitions: Definitions
) -> Answers:
    """Return what answers questions from the log, given the way to a state and a definition."""

    def started() -> Iterator[str]:
        position = 0
        while page := store.read(position, _PAGE):
            yield from (sealed.stream for sealed in page if sealed.topic == _STARTED)
            position = page[-1].position

    def source(state: ExecutionState, task_name: str) -> JSON:
        if state.definition is None:
            return {}
        return definitions.pinned(state.definition).workflow.spec.task_specification(task_name)

    return Answers(Archive(ids=started, state=state, source=source))
