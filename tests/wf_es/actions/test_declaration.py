"""From Python functions and classes to actions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Optional

import pytest

from wf_es.actions import ActionContext, Result, action, action_from
from wf_es.definition.model import ActionSpec
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest


@action("shop.reserve", idempotent=True)
def reserve(item: str, count: int = 1, *, note: str | None = None) -> dict[str, JSON]:
    """Reserve an item.

    More about it.
    """
    return {"item": item, "count": count, "note": note}


def test_a_function_keeps_what_it_was() -> None:
    """A declared function can still be called and tested directly."""
    assert reserve("hat") == {"item": "hat", "count": 1, "note": None}


def test_a_function_becomes_a_spec() -> None:
    """Signature, docstring and flags are what the core sees."""
    assert action_from(reserve).spec == ActionSpec(
        name="shop.reserve",
        inputs={"item": True, "count": False, "note": False},
        idempotent=True,
        signature="item, count=1, note=null",
        description="Reserve an item.",
    )


def test_a_class_takes_inputs_in_its_constructor(context: ActionContext) -> None:
    """The class form: construct with the inputs, then run with the context."""

    @action("shop.charge", is_async=True)
    @dataclass
    class Charge:
        """Charge a card."""

        amount: float
        currency: str = "EUR"

        def run(self, context: ActionContext) -> str:
            return f"{self.amount} {self.currency} for {context.task_name}"

    charge = action_from(Charge)

    assert charge.spec.inputs == {"amount": True, "currency": False}
    assert charge.spec.is_async
    assert charge.body({"amount": 2.5}, context) == "2.5 EUR for t"


def _plain(context: ActionContext) -> str:
    return context.actor


def _union(context: ActionContext | None = None) -> str:
    return context.actor if context else ""


def _optional(context: Optional[ActionContext] = None) -> str:  # noqa: UP045 - this spelling is the case
    return context.actor if context else ""


def _evaluated(context: object) -> str:
    return str(getattr(context, "actor", ""))


_evaluated.__annotations__["context"] = ActionContext


@pytest.mark.parametrize("function", [_plain, _union, _optional, _evaluated])
def test_the_context_goes_to_whoever_annotates_it(function: object, context: ActionContext) -> None:
    """A parameter for the context is no input, however its annotation is written."""
    made = action_from(function)

    assert made.spec.inputs == {}
    assert made.body({}, context) == "ada"


def test_other_names_are_inputs() -> None:
    """A parameter called context without the annotation is an ordinary input."""

    def about(context: str) -> str:
        return context

    assert action_from(about).spec.inputs == {"context": True}


def test_any_input() -> None:
    """A function with ** accepts undeclared names."""

    def anything(first: int, **others: JSON) -> JSON:
        return others

    spec = action_from(anything).spec

    assert spec.any_input
    assert spec.inputs == {"first": True}
    assert spec.signature == "first, **others"


def test_a_subclass_does_not_inherit_the_name() -> None:
    """Two classes never end up under one name by accident."""

    @action("first")
    class First:
        def run(self, context: ActionContext) -> None: ...

    class Second(First): ...

    assert action_from(Second).spec.name == "Second"


def _positional(first: int, /) -> None: ...
def _star(*many: int) -> None: ...


class _Idle: ...


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        pytest.param(3, "is not an action", id="a number"),
        pytest.param(_positional, "parameter 'first' has no name", id="positional only"),
        pytest.param(_star, "parameter 'many' has no name", id="star"),
        pytest.param(_Idle, r"no method 'run\(context\)'", id="class without run"),
        pytest.param(partial(reserve, "hat"), "needs an action name", id="nameless"),
        pytest.param(action("two words")(lambda: None), "without spaces", id="name with a space"),
    ],
)
def test_what_cannot_be_an_action(thing: object, message: str) -> None:
    """Each refusal says what to change."""
    with pytest.raises(InvalidRequest, match=message):
        action_from(thing)


def test_a_default_that_is_not_json_still_shows() -> None:
    """The signature never fails on an unusual default."""

    def odd(kind: type = int) -> Result:
        return Result(kind.__name__)

    assert action_from(odd).spec.signature == "kind=..."
