"""What can happen between an execution and its sub-workflows, as each side records it.

Parent and child are two streams, so each event number of one means something
to the other: it says how new a report or an order is, and what the sender
knew when it was sent.
"""

from __future__ import annotations

from wf_es.envelope import JSON, Event


class SubWorkflowScheduled(Event, frozen=True, kw_only=True, tag="SubWorkflowScheduled@1"):
    """A task is to run a workflow, with this input; its execution is found by the id.

    What the name means is found out when that execution starts, and so is
    which of the input the workflow declares.
    """

    execution_id: str
    task_id: str
    workflow_name: str
    workflow_namespace: str = ""
    input: dict[str, JSON] = {}
    index: int | None = None


class SubWorkflowPaused(Event, frozen=True, kw_only=True, tag="SubWorkflowPaused@1"):
    """The sub-workflow reported that it stands still.

    ``event`` is the child's event that says so, ``order`` the latest order of
    this execution that the child had received by then. ``alone``: the task has
    gone on for good, and what the child does concerns nobody.
    """

    execution_id: str
    task_id: str
    event: int
    order: int = 0
    alone: bool = False


class SubWorkflowResumed(Event, frozen=True, kw_only=True, tag="SubWorkflowResumed@1"):
    """The sub-workflow reported that it goes on; the rest as for a pause."""

    execution_id: str
    task_id: str
    event: int
    order: int = 0
    alone: bool = False


class SubWorkflowCompleted(Event, frozen=True, kw_only=True, tag="SubWorkflowCompleted@1"):
    """The sub-workflow ended; its output is what it gave.

    ``event`` is 0 if the workflow could not even be started; the rest as for a
    pause.
    """

    execution_id: str
    task_id: str
    event: int
    order: int = 0
    alone: bool = False
    state: str
    state_info: str | None = None
    output: JSON = None


class SubWorkflowReopened(Event, frozen=True, kw_only=True, tag="SubWorkflowReopened@1"):
    """The sub-workflow runs again after its end, and its task with it.

    ``supersedes`` names the runs that the earlier end of the task had led to:
    they no longer count. With ``alone`` nothing but the child runs again; one
    that another attempt has taken the place of is to end.
    """

    execution_id: str
    task_id: str
    event: int
    order: int = 0
    supersedes: list[str] = []
    alone: bool = False


class OrderReceived(Event, frozen=True, kw_only=True, tag="OrderReceived@1"):
    """An order of the parent's came (its event ``order``) and there was nothing to do."""

    action: str
    order: int


class Delivered(Event, frozen=True, kw_only=True, tag="Delivered@1"):
    """What other executions had to hear of, up to this execution's event ``event``, they have heard."""

    event: int
