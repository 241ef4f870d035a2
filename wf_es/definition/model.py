"""The frozen model of a workflow: what the author wrote, checked and in one shape.

It decides nothing and knows no running execution. Wherever the language
allows expressions, the model holds a :class:`~wf_es.expressions.Template`
(parsed once); wherever a problem may be reported later, a :class:`Place`.
Questions about shape (what follows, what joins) belong to ``graph``.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.envelope import JSON
from wf_es.expressions import Template


class Place(msgspec.Struct, frozen=True, gc=False):
    """Line and column in the author's text, both counted from 1."""

    line: int
    column: int


class InputParameter(msgspec.Struct, frozen=True, kw_only=True):
    """One declared input.

    ``default`` counts only if ``required`` is false. It is taken as it stands:
    what looks like an expression in it is text.
    """

    name: str
    required: bool = True
    default: JSON = None
    place: Place


class Publish(msgspec.Struct, frozen=True, kw_only=True):
    """What a clause publishes, by scope; each template gives a dict."""

    branch: Template | None = None
    global_: Template | None = None
    atomic: Template | None = None


class TransitionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One ``next``: a task or an engine command, perhaps with a guard.

    ``command`` is None for a task, else fail, succeed, pause or noop;
    ``message`` is a command's ``msg``.
    """

    target: str
    command: str | None = None
    guard: Template | None = None
    message: Template | None = None
    place: Place


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """``on-success``, ``on-error``, ``on-complete`` or ``on-skip`` in one shape."""

    publish: Publish | None = None
    next: tuple[TransitionSpec, ...] = ()


class ItemsSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One list of ``with-items``: ``items`` gives it, ``name`` is the item's variable."""

    name: str
    items: Template
    place: Place


class RetrySpec(msgspec.Struct, frozen=True, kw_only=True):
    """How often a task is tried again, and after how many seconds.

    ``count`` counts the retries, not the first run. A task that succeeded is
    tried again only while ``continue_on`` holds, one that failed unless
    ``break_on`` holds.
    """

    count: Template
    delay: Template
    break_on: Template | None = None
    continue_on: Template | None = None


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One task. ``action`` gives the action's name (maybe by an expression).

    With a ``workflow`` the task runs that and ``action`` is not used.
    ``parameters`` are the inline ones of either and win over ``input`` where
    both name the same key. The defaults of the workflow are already in here:
    ``requires`` are the task's own and the default ones, policies and clauses
    the default ones where the task has none. ``wait_before``, ``wait_after``
    and ``timeout`` are seconds. ``places`` maps the task's keys to their places, also dotted
    (``"publish.total"``, ``"input.list.0"``, ``"parameters.url"``): a scalar
    stands where it is written, a collection where its key is. ``source`` is
    the plain data the task was read from.
    """

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    action: Template
    parameters: Template | None = None
    input: Template | None = None
    publish: Template | None = None
    publish_on_error: Template | None = None
    publish_on_skip: Template | None = None
    on_success: Clause | None = None
    on_error: Clause | None = None
    on_complete: Clause | None = None
    on_skip: Clause | None = None
    join: int | str | None = None
    keep_result: Template | None = None
    safe_rerun: Template | None = None
    target: Template | None = None
    workflow: Template | None = None
    with_items: tuple[ItemsSpec, ...] = ()
    requires: tuple[str, ...] = ()
    retry: RetrySpec | None = None
    wait_before: Template | None = None
    wait_after: Template | None = None
    timeout: Template | None = None
    concurrency: Template | None = None
    pause_before: Template | None = None
    fail_on: Template | None = None
    source: dict[str, JSON]
    place: Place
    places: Mapping[str, Place]


class WorkflowSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One workflow; ``source`` is the plain data it was read from.

    ``specification`` is the same with what Mistral adds to the workflow and to
    each task, their ``name`` and ``version`` and the ``type`` of the tasks:
    it is what expressions see as ``spec``.

    ``task_defaults`` are as the author wrote them, to be shown: each task has
    its own already.
    """

    name: str
    type: str = "direct"
    description: str = ""
    tags: tuple[str, ...] = ()
    input: tuple[InputParameter, ...] = ()
    vars: Template | None = None
    output: Template | None = None
    output_on_error: Template | None = None
    task_defaults: dict[str, JSON] | None = None
    tasks: Mapping[str, TaskSpec]
    source: dict[str, JSON]
    specification: dict[str, JSON]
    place: Place
    places: Mapping[str, Place]

    def task_specification(self, name: str) -> dict[str, JSON]:
        """Return what expressions see as the ``spec`` of a task; {} without such a task."""
        found: dict[str, JSON] = self.specification["tasks"].get(name, {})
        return found


class AdHocSpec(msgspec.Struct, frozen=True, kw_only=True):
    """An action that an author made from another one, its ``base``.

    The base gets ``base_input`` and the inline ``parameters``, which win where
    both name the same key; both see the declared ``input``. ``output`` turns
    the base's result, which is its whole context, into the action's.
    """

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    base: str
    parameters: Template | None = None
    base_input: Template | None = None
    input: tuple[InputParameter, ...] = ()
    output: Template | None = None
    source: dict[str, JSON]
    place: Place
    places: Mapping[str, Place]


class ActionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What the core needs to know of an action: its inputs and how it behaves.

    ``inputs`` maps a parameter's name to whether it is required; with
    ``any_input`` undeclared names are accepted too. ``is_async``: the result
    comes later through a callback. ``idempotent``: running it again after a
    crash does no harm.
    """

    name: str
    inputs: Mapping[str, bool]
    any_input: bool = False
    is_async: bool = False
    idempotent: bool = False
    signature: str = ""
    description: str = ""
