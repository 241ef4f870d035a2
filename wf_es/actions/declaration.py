"""Turn a Python function or class into an action.

A function's parameters are the action's inputs; a class takes its inputs in
the constructor and does its work in ``run(context)``. A parameter of a
function that is annotated with :class:`ActionContext` is not an input: it
receives the context of the call. Both forms may be ``async def``.

Declaring leaves the function or class as it was (tests call it directly) and
registers nothing: an action exists for an engine only once it is in the
:class:`~wf_es.actions.catalogue.Catalogue` that this engine was given.
"""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wf_es.actions.context import ActionContext
from wf_es.definition.model import ActionSpec
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest

_MARK = "__wf_es_action__"
_CONTEXT_ANNOTATION = re.compile(
    r"([\w.]+\.)?ActionContext(\s*\|\s*None)?|Optional\[([\w.]+\.)?ActionContext\]"
)

Body = Callable[[Mapping[str, JSON], ActionContext], object]
"""Runs an action on its inputs; may give a value, a Result or an awaitable."""

_Declared = typing.TypeVar("_Declared", bound=Callable[..., object])


@dataclass(frozen=True)
class Action:
    """What the core knows of an action, and how to run it.

    ``label`` names the action in error texts.
    """

    spec: ActionSpec
    body: Body
    label: str


@dataclass(frozen=True)
class _Marking:
    """What the decorator was told; ``name`` may still come from the entry point."""

    name: str | None
    is_async: bool
    idempotent: bool


def action(
    name: str | None = None, *, is_async: bool = False, idempotent: bool = False
) -> Callable[[_Declared], _Declared]:
    """Declare a function, or a class with ``run(context)``, as an action.

    Args:
        name: How workflows call it, such as ``"shop.reserve"``; without one
            it is the name of its entry point, else of the function.
        is_async: The action only begins the work; what it returns is not its
            result (unless it returns a Result), which comes by callback.
        idempotent: Running it again after a crash does no harm.
    """

    def mark(declared: _Declared) -> _Declared:
        setattr(declared, _MARK, _Marking(name, is_async, idempotent))
        return declared

    return mark


def action_from(thing: object, name: str | None = None) -> Action:
    """Return the action that ``thing`` stands for.

    Args:
        thing: An :class:`Action`, or a function or class, declared or not.
        name: The name to take if the declaration gives none.

    Raises:
        InvalidRequest: ``thing`` cannot be an action; the message says why.
    """
    if isinstance(thing, Action):
        return thing
    if not callable(thing):
        raise InvalidRequest(
            f"{thing!r} is not an action: give a function, or a class with a method 'run(context)'"
        )
    marking = vars(thing).get(_MARK) if hasattr(thing, "__dict__") else None
    marking = marking or _Marking(None, False, False)
    chosen = marking.name or name or getattr(thing, "__name__", "")
    if not chosen or re.search(r"\s", chosen):
        raise InvalidRequest(f"{thing!r} needs an action name without spaces, not {chosen!r}")
    spec = spec_of(chosen, thing, is_async=marking.is_async, idempotent=marking.idempotent)
    return Action(spec, _body_of(thing), chosen)


def spec_of(
    name: str, declared: Callable[..., object], *, is_async: bool = False, idempotent: bool = False
) -> ActionSpec:
    """Describe an action by the signature and docstring of ``declared``.

    Raises:
        InvalidRequest: a parameter cannot be an input by name.
    """
    inputs = _inputs_of(name, declared)
    documentation = inspect.getdoc(declared) or ""
    return ActionSpec(
        name=name,
        inputs={i.name: i.default is i.empty for i in inputs if i.kind is not i.VAR_KEYWORD},
        any_input=any(i.kind is i.VAR_KEYWORD for i in inputs),
        is_async=is_async,
        idempotent=idempotent,
        signature=", ".join(_shown(i) for i in inputs),
        description=documentation.partition("\n")[0],
    )


def _inputs_of(name: str, declared: Callable[..., object]) -> list[inspect.Parameter]:
    """Return the parameters that are inputs, in order."""
    inputs = []
    for parameter in inspect.signature(declared).parameters.values():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL):
            raise InvalidRequest(
                f"action '{name}': parameter '{parameter.name}' has no name a workflow could give; "
                "use ordinary or keyword-only parameters"
            )
        if not _takes_context(parameter):
            inputs.append(parameter)
    return inputs


def _takes_context(parameter: inspect.Parameter) -> bool:
    """Whether the parameter wants the context; annotations may still be text."""
    annotation = parameter.annotation
    if isinstance(annotation, str):
        return _CONTEXT_ANNOTATION.fullmatch(annotation.strip("'\" ")) is not None
    return annotation is ActionContext or ActionContext in typing.get_args(annotation)


def _shown(parameter: inspect.Parameter) -> str:
    """Write one input as Mistral lists it: ``delay=0``, ``method="GET"``."""
    if parameter.kind is parameter.VAR_KEYWORD:
        return f"**{parameter.name}"
    if parameter.default is parameter.empty:
        return parameter.name
    try:
        return f"{parameter.name}={json.dumps(parameter.default)}"
    except (TypeError, ValueError):
        return f"{parameter.name}=..."


def _body_of(declared: Callable[..., object]) -> Body:
    """Return how to run it: construct and ``run(context)``, or simply call."""
    if isinstance(declared, type):
        if not callable(getattr(declared, "run", None)):
            raise InvalidRequest(f"class {declared.__name__} is no action: it has no method 'run(context)'")
        return lambda inputs, context: declared(**inputs).run(context)
    parameters = inspect.signature(declared).parameters.values()
    takers = [p.name for p in parameters if _takes_context(p)]
    if not takers:
        return lambda inputs, _context: declared(**inputs)
    return lambda inputs, context: declared(**inputs, **dict.fromkeys(takers, context))
