"""Imported executions: frozen until somebody activates them.

What was imported looks like anything else in the log, and it may have open
actions, timers and sub-workflows. None of these may be run, fired or called just
because a file was read, so while it is frozen every command is refused that would
let it go on, and nothing outstanding of it is found.
"""

from __future__ import annotations

from wf_es.errors import IllegalState, NotAllowed
from wf_es.execution.commands import (
    ActivateExecution,
    Command,
    ConfirmDelivery,
    DeleteExecution,
    StartWorkflow,
)
from wf_es.execution.decision import Draft
from wf_es.execution.events import ExecutionActivated
from wf_es.execution.state import ExecutionState

# Starting an execution that is there already changes nothing.
_HARMLESS = (ActivateExecution, ConfirmDelivery, DeleteExecution, StartWorkflow)


def check_frozen(command: Command, state: ExecutionState) -> None:
    """Let pass what a frozen execution may be asked.

    Raises:
        IllegalState: the execution is frozen, and the command would let it go on.
    """
    if state.frozen and not isinstance(command, _HARMLESS):
        raise IllegalState(
            f"Execution {state.id} was imported and is frozen: nothing of it runs or changes before it is"
            f" activated, by 'wf-es execution activate {state.id}'",
            id=state.id,
        )


def activate(draft: Draft, command: ActivateExecution) -> None:
    """Let an imported execution run; one that is active already stays as it is.

    Raises:
        NotAllowed: secrets were left out when it was exported.
    """
    del command
    if not draft.state.frozen:
        return
    if draft.state.masked:
        raise NotAllowed(
            f"Execution {draft.state.id} was exported without its secrets and would run with '***' in"
            " their place. Export it again with --include-secrets to activate it",
            id=draft.state.id,
        )
    draft.emit(ExecutionActivated())
