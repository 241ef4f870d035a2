"""Ad-hoc actions: from the name that is called down to the action that runs, and back up.

An ad-hoc action says which action it is based on, what it passes to that one
and what it makes of its result. The base may be an ad-hoc action again, so a
call goes down a chain to an installed action; what users see is the first of
the chain, what a runner runs is the last. Each is pinned when it is called,
so nothing that is uploaded later touches a call that has begun.

On the way back every ``output`` of the chain is applied, the one next to the
installed action first. That happens when the result is reported: the log has
the outcome, and replaying it evaluates nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from wf_es.definition import ActionSpec, AdHocSpec
from wf_es.definition.adhoc import specification
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, InvalidInput, NotFound
from wf_es.execution.context import deep_merge
from wf_es.execution.decision import StoredAction
from wf_es.execution.events import Pin
from wf_es.execution.foreign import Answer, Query, action_named
from wf_es.execution.inputs import check_input, filled
from wf_es.expressions import Scope
from wf_es.limits import ExpressionLimits

LONGEST_CHAIN = 32
"""How many ad-hoc actions may stand on each other."""

Functions = Mapping[str, Callable[..., JSON]]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Where an action is called: what a name means there, and what expressions see.

    ``installed`` are the actions that need not be asked for. ``name`` is the
    workflow that calls (one of a workbook means the workbook's actions
    first), ``layers`` is what ``base-input`` sees below the action's input,
    ``limits`` says what an evaluation may cost.
    """

    installed: Mapping[str, ActionSpec]
    ask: Callable[[Query], Answer]
    env: Mapping[str, JSON]
    layers: tuple[Mapping[str, JSON], ...]
    functions: Functions
    limits: ExpressionLimits
    name: str = ""
    namespace: str = ""


class Invocation(msgspec.Struct, frozen=True, kw_only=True):
    """An action as it is called.

    ``name`` and ``input`` are what users see, ``runs`` with ``base_input`` is
    what a runner runs. ``chain`` pins the ad-hoc actions between the two, the
    named one first; it is empty for an installed action.
    """

    name: str
    input: dict[str, JSON]
    runs: ActionSpec
    base_input: dict[str, JSON]
    chain: tuple[Pin, ...] = ()


class NotInstantiated(Exception):
    """An ad-hoc action was called as it should be, and its base cannot be; ``reason`` says why."""

    def __init__(self, name: str, reason: EvaluationError | InvalidInput | NotFound) -> None:
        super().__init__(f"Failed to instantiate action '{name}' [error={reason}]")
        self.reason = reason


def invoke(caller: Caller, name: JSON, given: dict[str, JSON]) -> Invocation:
    """Return what calling an action by a name means.

    Raises:
        NotFound: There is no such action.
        InvalidInput: The input does not fit the action.
        NotInstantiated: The base of an ad-hoc action is not there, its input
            cannot be evaluated or does not fit, or the chain has no end.
        Needs: A stored action must be looked up first.

    """
    found = _find(caller, name, caller.name)
    if found is None:
        raise NotFound(
            f"Failed to find action [action_name={name}, namespace={caller.namespace}]",
            kind="Action",
            id=str(name),
        )
    if not isinstance(found, StoredAction):
        given = _checked(caller, found, given)
        return Invocation(name=found.name, input=given, runs=found, base_input=given)
    own = _own_input(caller, found.action.spec, given)
    name = found.action.spec.name
    try:
        runs, base_input, chain = _based(caller, found, own)
    except (EvaluationError, InvalidInput, NotFound) as error:
        raise NotInstantiated(name, error) from error
    return Invocation(name=name, input=own, runs=runs, base_input=base_input, chain=chain)


def _based(
    caller: Caller, first: StoredAction, own: dict[str, JSON]
) -> tuple[ActionSpec, dict[str, JSON], tuple[Pin, ...]]:
    """Return the installed action that an ad-hoc action leads to, its input, and the way there."""
    chain = [first]
    while True:
        spec = chain[-1].action.spec
        given = _base_input(caller, spec, own)
        base = _base(caller, spec)
        if not isinstance(base, StoredAction):
            return base, _checked(caller, base, given), tuple(stored.pin for stored in chain)
        _check_chain(chain, base)
        chain.append(base)
        own = _own_input(caller, base.action.spec, given)


def _checked(caller: Caller, action: ActionSpec, given: dict[str, JSON]) -> dict[str, JSON]:
    """Return the input of an action with the defaults of the environment, if it fits."""
    given = filled(caller.env, action, given)
    check_input(action, given)
    return given


def transformed(
    chain: Sequence[AdHocSpec], result: JSON, functions: Functions, limits: ExpressionLimits
) -> JSON:
    """Return what the ad-hoc actions of a chain make of the result of the action that ran.

    Raises:
        EvaluationError: An ``output`` cannot be evaluated.

    """
    for spec in reversed(chain):
        if spec.output is not None:
            result = spec.output.evaluate(Scope((), functions, limits, root=result))
    return result


def find_action(
    installed: Mapping[str, ActionSpec],
    ask: Callable[[Query], Answer],
    name: JSON,
    namespace: str,
    within: str,
) -> ActionSpec | StoredAction | None:
    """Return what a name means; items of a workbook have names without dots, and come first there.

    Args:
        installed: The actions that need not be asked for.
        ask: Answers questions.
        name: What is called.
        namespace: Where it is looked for first.
        within: The workflow or the ad-hoc action that calls it.

    Raises:
        Needs: A stored action must be looked up first.

    """
    if not isinstance(name, str):
        return None
    may_be_item = "." in within and "." not in name
    known = None if may_be_item else installed.get(name)
    if known is not None:
        return known
    found = ask(action_named(name, namespace, within))
    return found if isinstance(found, ActionSpec | StoredAction) else None


def _find(caller: Caller, name: JSON, within: str) -> ActionSpec | StoredAction | None:
    return find_action(caller.installed, caller.ask, name, caller.namespace, within)


def _base(caller: Caller, spec: AdHocSpec) -> ActionSpec | StoredAction:
    found = _find(caller, spec.base, spec.name)
    if found is None:
        raise NotFound(
            f"Failed to find action [action_name={spec.base}, namespace={caller.namespace}], "
            f"the base of action '{spec.name}'",
            kind="Action",
            id=spec.base,
        )
    return found


def _check_chain(chain: Sequence[StoredAction], found: StoredAction) -> None:
    names = [stored.action.spec.name for stored in chain] + [found.action.spec.name]
    if any(stored.pin.stream == found.pin.stream for stored in chain):
        raise EvaluationError(
            f"Actions are based on each other in a circle ({' -> '.join(names)}), so none could run"
        )
    if len(names) > LONGEST_CHAIN:
        raise EvaluationError(
            f"Action '{names[0]}' stands on more than {LONGEST_CHAIN} other ad-hoc actions; "
            "base it on one that is nearer to an installed action"
        )


def _own_input(caller: Caller, spec: AdHocSpec, given: dict[str, JSON]) -> dict[str, JSON]:
    """Return the input of an ad-hoc action, checked, with all its defaults."""
    given = _checked(caller, specification(spec), given)
    return given | {item.name: item.default for item in spec.input if item.name not in given}


def _base_input(caller: Caller, spec: AdHocSpec, own: dict[str, JSON]) -> dict[str, JSON]:
    """Return what an ad-hoc action passes to its base; inline parameters win."""
    sees = Scope((own, *caller.layers), caller.functions, caller.limits)
    given: dict[str, JSON] = {}
    for template in (spec.base_input, spec.parameters):
        if template is not None:
            given = deep_merge(given, template.evaluate(sees))
    return given
