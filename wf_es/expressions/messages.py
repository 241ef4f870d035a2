"""What the engine's process and the evaluating process say to each other.

Each message is JSON behind its length in four bytes. The engine sends
:class:`Evaluate`; the other side asks it for context functions with
:class:`Call`, any number of times, each answered by :class:`Answer` or
:class:`Abort`, and ends with :class:`Done`, :class:`Failed` or
:class:`Aborted`. :class:`Ready` is said once, when the process can start.
"""

from __future__ import annotations

import struct
from typing import Final, Literal

import msgspec

from wf_es.envelope import JSON
from wf_es.limits import ExpressionLimits

LENGTH: Final = struct.Struct("!I")
LARGEST: Final = 512 * 1024 * 1024
"""A longer message is a broken one."""

FailureKind = Literal["error", "unset", "budget", "memory"]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Anything that goes over the pipe."""


class Ready(Message, frozen=True):
    """The evaluating process has started."""


class Evaluate(Message, frozen=True):
    """Evaluate ``code``; ``as_text`` asks for its text as in a longer string.

    ``whole`` says that Jinja code is one expression and not a template.
    """

    language: Literal["yaql", "jinja"]
    code: str
    whole: bool
    as_text: bool
    variables: dict[str, JSON]
    functions: tuple[str, ...]
    limits: ExpressionLimits
    has_root: bool = False
    root: JSON = None


class Call(Message, frozen=True):
    """Call a context function."""

    name: str
    arguments: tuple[JSON, ...]
    keywords: dict[str, JSON]


class Answer(Message, frozen=True):
    """What the context function gave."""

    value: JSON


class Abort(Message, frozen=True):
    """The context function failed; stop the evaluation."""


class Aborted(Message, frozen=True):
    """The evaluation was stopped because a context function failed."""


class Done(Message, frozen=True):
    """The evaluation gave a value, after so many seconds of computing.

    ``tired`` asks to replace the process.
    """

    value: JSON
    seconds: float = 0.0
    tired: bool = False


class Failed(Message, frozen=True):
    """The evaluation gave none; ``name`` is the variable that is not set."""

    kind: FailureKind
    reason: str
    name: str = ""
    seconds: float = 0.0


ToChild = Evaluate | Answer | Abort
FromChild = Ready | Call | Done | Failed | Aborted


def packed(message: Message) -> bytes:
    """Return the message as it goes over the pipe."""
    body = msgspec.json.encode(message)
    return LENGTH.pack(len(body)) + body
