"""What went wrong in a library, said without the data it went wrong with.

The libraries put values into their messages (``invalid literal for int():
'secret'``), and error texts end in logs and on screens. So a message is
rebuilt from the kind of the error, and a name is repeated only if the
expression's own text has it.
"""

from __future__ import annotations

import re
from typing import Final

from jinja2 import exceptions as jinja
from yaql.language import exceptions as yaql

from wf_es.expressions.frame import OutOfBudget
from wf_es.expressions.jinja_syntax import NotDefined
from wf_es.expressions.messages import Failed
from wf_es.expressions.results import NotJson

_QUOTED: Final = re.compile(r"""["']([^"']{1,80})["']""")
_REASONS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (yaql.NoFunctionRegisteredException, "there is no function{name}"),
    (yaql.NoMethodRegisteredException, "there is no method{name} for this value"),
    (yaql.NoMatchingFunctionException, "function{name} does not take such arguments"),
    (
        yaql.NoMatchingMethodException,
        "method{name} does not take such a value or arguments",
    ),
    (yaql.YaqlException, "a function cannot be called like this"),
    (NotDefined, "the name{name} is not defined"),
    (jinja.SecurityError, "this is not allowed in an expression"),
    (jinja.TemplateRuntimeError, "the template cannot be rendered"),
    (jinja.TemplateError, "the template cannot be used{name}"),
    (KeyError, "there is no key{name}"),
    (IndexError, "an index is out of range"),
    (ZeroDivisionError, "division by zero"),
    (StopIteration, "the collection does not have so many items"),
    (UnicodeError, "a text cannot be encoded"),
    (ValueError, "a value does not have the right form"),
    (TypeError, "a value does not have the right type"),
    (AttributeError, "a value does not have the right type"),
    (AssertionError, "an assertion does not hold"),
    (ArithmeticError, "a number is too large"),
)


class UnsetKey(KeyError):
    """A key of the context that is not set."""


def failure(error: BaseException, code: str) -> Failed:
    """Return what to tell about an error that ended an evaluation."""
    if isinstance(error, UnsetKey) and isinstance(error.args[0], str):
        return Failed(kind="unset", reason="", name=error.args[0])
    if isinstance(error, NotDefined) and error.is_variable:
        return Failed(kind="unset", reason="", name=error.name)
    if isinstance(error, OutOfBudget):
        return Failed(kind="budget", reason=str(error))
    if isinstance(error, RecursionError):
        return Failed(kind="budget", reason="nested or recursive too deeply")
    if isinstance(error, MemoryError):
        return Failed(kind="memory", reason="more memory than allowed")
    if isinstance(error, OverflowError) and str(error).startswith("Range too big"):
        return Failed(kind="budget", reason="a range of more than 100000 items")
    if isinstance(error, NotJson):
        return Failed(kind="error", reason=f"the result holds {error}, which JSON has no form for")
    return Failed(kind="error", reason=_reason(error, code))


def _reason(error: BaseException, code: str) -> str:
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason.format(name=_name(error, code)).strip()
    return "it failed in the expression library"


def _name(error: BaseException, code: str) -> str:
    """Return the name the error is about, if the author wrote it."""
    found = _QUOTED.search(str(error))
    name = error.name if isinstance(error, NotDefined) else found.group(1) if found else ""
    return f" '{name}'" if name and name in code else ""
