"""What can happen to one execution. The log is made of these and nothing else.

Events say what happened, in the past tense, and carry the difference they
made, never a whole context: a task's inbound context is folded from what its
predecessors published. The names after ``tag=`` are stored for ever.

Actions and tasks are named by ids derived from the execution's id and a
counter, so deciding the same command again gives the same ids.
"""

from __future__ import annotations

from wf_es.envelope import Event
from wf_es.execution.events.actions import (
    ActionCompleted,
    ActionDelegated,
    ActionPaused,
    ActionResumed,
    ActionScheduled,
    ActionStarted,
    CompletionRefused,
)
from wf_es.execution.events.imports import ExecutionActivated, ExecutionImported
from wf_es.execution.events.items import ItemsDeferred, ItemsEvaluated
from wf_es.execution.events.parts import DirectRun, Lineage, Pin, Transition, Trigger
from wf_es.execution.events.policies import (
    RetryScheduled,
    TaskDelayed,
    TaskHeld,
    TaskTimedOut,
    TimerFired,
    TimerSet,
)
from wf_es.execution.events.subworkflows import (
    Delivered,
    OrderReceived,
    SubWorkflowCompleted,
    SubWorkflowPaused,
    SubWorkflowReopened,
    SubWorkflowResumed,
    SubWorkflowScheduled,
)
from wf_es.execution.events.tasks import (
    JoinReopened,
    JoinTriggered,
    TaskCompleted,
    TaskContinued,
    TaskRerun,
    TaskScheduled,
    TaskSkipped,
    TaskStarted,
    TransitionsTaken,
)
from wf_es.execution.events.workflows import (
    BacklogTaken,
    DefinitionChosen,
    ExecutionDeleted,
    ExecutionForked,
    ExecutionUpdated,
    TransitionsHeld,
    WorkflowCompleted,
    WorkflowPaused,
    WorkflowResumed,
    WorkflowStarted,
)

__all__ = [
    "EXECUTION_EVENTS",
    "ActionCompleted",
    "ActionDelegated",
    "ActionPaused",
    "ActionResumed",
    "ActionScheduled",
    "ActionStarted",
    "BacklogTaken",
    "CompletionRefused",
    "DefinitionChosen",
    "Delivered",
    "DirectRun",
    "ExecutionActivated",
    "ExecutionDeleted",
    "ExecutionForked",
    "ExecutionImported",
    "ExecutionUpdated",
    "ItemsDeferred",
    "ItemsEvaluated",
    "JoinReopened",
    "JoinTriggered",
    "Lineage",
    "OrderReceived",
    "Pin",
    "RetryScheduled",
    "SubWorkflowCompleted",
    "SubWorkflowPaused",
    "SubWorkflowReopened",
    "SubWorkflowResumed",
    "SubWorkflowScheduled",
    "TaskCompleted",
    "TaskContinued",
    "TaskDelayed",
    "TaskHeld",
    "TaskRerun",
    "TaskScheduled",
    "TaskSkipped",
    "TaskStarted",
    "TaskTimedOut",
    "TimerFired",
    "TimerSet",
    "Transition",
    "TransitionsHeld",
    "TransitionsTaken",
    "Trigger",
    "WorkflowCompleted",
    "WorkflowPaused",
    "WorkflowResumed",
    "WorkflowStarted",
]

EXECUTION_EVENTS: tuple[type[Event], ...] = (
    WorkflowStarted,
    TaskScheduled,
    JoinReopened,
    JoinTriggered,
    TaskStarted,
    ItemsEvaluated,
    ItemsDeferred,
    ActionScheduled,
    ActionStarted,
    ActionDelegated,
    ActionPaused,
    ActionResumed,
    ActionCompleted,
    CompletionRefused,
    SubWorkflowScheduled,
    SubWorkflowPaused,
    SubWorkflowResumed,
    SubWorkflowCompleted,
    SubWorkflowReopened,
    OrderReceived,
    Delivered,
    TaskCompleted,
    TransitionsTaken,
    TaskRerun,
    TaskContinued,
    TaskSkipped,
    TaskHeld,
    TaskDelayed,
    RetryScheduled,
    TaskTimedOut,
    TimerSet,
    TimerFired,
    WorkflowPaused,
    WorkflowResumed,
    TransitionsHeld,
    BacklogTaken,
    WorkflowCompleted,
    ExecutionUpdated,
    DefinitionChosen,
    ExecutionForked,
    ExecutionImported,
    ExecutionActivated,
    ExecutionDeleted,
)
