"""What a test file says: cases with what is given and what is expected.

Frozen and dumb, like the model of a workflow. Values that may hold
expressions are templates; what a message may point at has a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from wf_es.definition import Place
from wf_es.envelope import JSON
from wf_es.expressions import Template


class Exactly(msgspec.Struct, frozen=True):
    """A value that is expected as it stands, which may be null."""

    value: JSON


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How one action ends: ``state`` is SUCCESS, ERROR, CANCELLED, or None for never.

    ``value`` is its output; expressions in it see the action's input. It ends
    ``after`` so many seconds.
    """

    state: str | None
    value: Template | None = None
    after: float = 0.0


class Endings(msgspec.Struct, frozen=True, kw_only=True):
    """How the actions of one name end: all the same way, or ``in_turn`` one after the other."""

    endings: tuple[Ending, ...]
    in_turn: bool = False
    place: Place


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What actions give, by the path of their task and by their own name."""

    tasks: Mapping[str, Endings] = {}
    actions: Mapping[str, Endings] = {}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A command from outside, ``at`` so many seconds after the start.

    Without ``at`` it comes when nothing else is going to happen. ``task`` is
    the path of the task that it is about; ``fields`` are what else it says.
    """

    command: str
    at: float | None = None
    task: str | None = None
    fields: Mapping[str, JSON] = {}
    place: Place


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a task on an expected path; without a state any state will do."""

    task: str
    state: str | None = None


class TaskExpectation(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of the latest run of a task; ``runs`` counts all of them."""

    state: str | None = None
    state_info: str | None = None
    result: Exactly | None = None
    published: Exactly | None = None
    runs: int | None = None
    attempts: int | None = None


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """How often the actions of a task or a name were called, and what each input contained."""

    count: int
    inputs: tuple[JSON, ...] | None = None


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of a case; what is None is not looked at.

    ``places`` are those of its keys and names, dotted (``"tasks.deploy"``).
    """

    state: str = "SUCCESS"
    state_info: str | None = None
    output: Exactly | None = None
    output_contains: Exactly | None = None
    variables: Exactly | None = None
    path: tuple[Step, ...] | None = None
    path_includes: tuple[Step, ...] = ()
    path_excludes: tuple[str, ...] = ()
    paths: Mapping[str, tuple[Step, ...]] = {}
    tasks: Mapping[str, TaskExpectation] = {}
    calls: Mapping[str, Calls] = {}
    duration: float | None = None
    places: Mapping[str, Place] = {}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a workflow; without a name of it there is only one to be run."""

    name: str
    workflow: str | None = None
    input: Mapping[str, JSON] = {}
    params: Mapping[str, JSON] = {}
    env: JSON = None
    given: Given = Given()
    commands: tuple[Order, ...] = ()
    expect: Expectation = Expectation()
    place: Place
    places: Mapping[str, Place] = {}


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """One test file: its cases, and what holds for all of them.

    ``files`` are the paths of definitions as the author wrote them, each with
    its place; ``clock`` is the moment at which each case begins.
    """

    file: str
    files: tuple[tuple[str, Place], ...]
    clock: datetime | None = None
    seed: int = 0
    environments: Mapping[str, dict[str, JSON]] = {}
    given: Given = Given()
    cases: tuple[Case, ...]
