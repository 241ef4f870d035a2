"""How large things may be: every limit with its default, and the setting that changes it.

Limits are plain values. They are handed in from above: the settings make a
:class:`Limits`, the engine carries it, and each floor takes the part that it
holds. A limit is what is still allowed; one more is refused, and the refusal
names the limit, its value and its setting (:meth:`Stated.stated`).

A setting has the name of its field here with a prefix: ``WF_ES_LIMIT_DEPTH``,
``WF_ES_LIMIT_EXPRESSION_STEPS``, ``WF_ES_LIMIT_BODY_BYTES``...
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

_MIB = 1024 * 1024


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A group of limits that can say of each of them what to set."""

    prefix: ClassVar[str] = "limit_"

    @classmethod
    def variable(cls, name: str) -> str:
        """Return the environment variable that sets a limit, ``WF_ES_LIMIT_DEPTH`` for ``depth``."""
        return f"WF_ES_{cls.prefix}{name}".upper()

    def stated(self, name: str) -> str:
        """Return the words ``the limit is 32 (WF_ES_LIMIT_DEPTH)`` for a message."""
        return f"the limit is {getattr(self, name)} ({self.variable(name)})"


class ExpressionLimits(Stated, frozen=True, kw_only=True):
    """What one evaluation may cost before it ends as BudgetExceeded.

    ``steps`` counts repeated work (items times operators, copied items);
    ``seconds`` and ``memory_bytes`` hold in the process that runs what is not
    compiled, the memory on top of what that process has when idle;
    ``source_bytes`` is the length of one expression, ``result_bytes`` the
    size of its result as JSON and ``result_depth`` its nesting.
    """

    prefix: ClassVar[str] = "limit_expression_"

    steps: int = 100_000
    seconds: float = 1.0
    memory_bytes: int = 256 * _MIB
    source_bytes: int = 8192
    result_bytes: int = _MIB
    result_depth: int = 64


class DefinitionLimits(Stated, frozen=True, kw_only=True):
    """How large a definition may be.

    Bytes of text, levels of nesting, keys and values in all, expressions in
    all, tasks per workflow.
    """

    prefix: ClassVar[str] = "limit_definition_"

    text_bytes: int = _MIB
    nesting: int = 64
    values: int = 200_000
    expressions: int = 20_000
    tasks: int = 10_000


class BodyLimits(Stated, frozen=True, kw_only=True):
    """What the body of a request may be: its bytes, the seconds it may take, how deep it nests.

    ``import_bytes`` holds in place of ``bytes`` for a file with exported executions.
    """

    prefix: ClassVar[str] = "limit_body_"

    bytes: int = _MIB
    import_bytes: int = 64 * _MIB
    seconds: float = 30.0
    nesting: int = 64


class Limits(Stated, frozen=True, kw_only=True):
    """All limits of an engine; those of running executions stand here, the others in groups.

    ``context_bytes`` is the size, as JSON, of any one field that an execution
    keeps: its input, params, vars and output, the input of an action, what a
    task or a whole branch has published, the global variables. ``depth`` is how many executions
    may stand above one another as sub-workflows, the outermost included, and
    ``items`` how many items one ``with-items`` may have. ``result_nesting`` is how
    deep the result of an action that runs here may be nested.
    """

    context_bytes: int = _MIB
    depth: int = 32
    items: int = 10_000
    result_nesting: int = 64
    expressions: ExpressionLimits = ExpressionLimits()
    definitions: DefinitionLimits = DefinitionLimits()
    bodies: BodyLimits = BodyLimits()


DEFAULT_LIMITS = Limits()
"""What holds where nothing is set."""
