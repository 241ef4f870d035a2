"""What can happen to an action."""

from __future__ import annotations

from wf_es.envelope import JSON, Event
from wf_es.execution.events.parts import DirectRun, Pin


class ActionScheduled(Event, frozen=True, kw_only=True, tag="ActionScheduled@1"):
    """An action is to be run, with this input; runners find it in the log.

    For an ad-hoc action, ``chain`` pins it and those that it stands on, and a
    runner runs ``base`` with ``base_input`` instead. With ``direct`` it was
    asked for outside of any workflow: there is no task, and the stream is its
    own.
    """

    action_id: str
    task_id: str = ""
    name: str
    input: dict[str, JSON] = {}
    is_async: bool = False
    idempotent: bool = False
    safe_rerun: bool = False
    index: int | None = None
    target: str | None = None
    base: str | None = None
    base_input: dict[str, JSON] = {}
    chain: list[Pin] = []
    direct: DirectRun | None = None


class ActionStarted(Event, frozen=True, kw_only=True, tag="ActionStarted@1"):
    """A runner began to run the action (recorded before the call if unsafe to repeat)."""

    action_id: str
    runner: str = ""


class ActionDelegated(Event, frozen=True, kw_only=True, tag="ActionDelegated@1"):
    """Another system took the asynchronous action over and will call back."""

    action_id: str


class ActionPaused(Event, frozen=True, kw_only=True, tag="ActionPaused@1"):
    """The system that runs the asynchronous action reported that it is paused."""

    action_id: str


class ActionResumed(Event, frozen=True, kw_only=True, tag="ActionResumed@1"):
    """The system that runs the asynchronous action reported that it goes on."""

    action_id: str


class ActionCompleted(Event, frozen=True, kw_only=True, tag="ActionCompleted@1"):
    """The action ended: SUCCESS, ERROR or CANCELLED, with any JSON output.

    ``reported`` stands for what was reported (see ``digest.report_of``) where
    an ad-hoc action has made something else of it.
    """

    action_id: str
    state: str
    output: JSON = None
    reported: str | None = None


class CompletionRefused(Event, frozen=True, kw_only=True, tag="CompletionRefused@1"):
    """A completion came for an attempt that had been superseded; no effect."""

    action_id: str
    state: str
