"""The input of an action: what the environment adds to it, and whether it fits.

An environment may hold defaults for actions, as in Mistral::

    __actions: {std.http: {timeout: 5, headers: {Accept: application/json}}}

They stand in where a task (or an ad-hoc action, for its base) gives nothing;
mappings are filled up key by key.
"""

from __future__ import annotations

from collections.abc import Mapping

from wf_es.definition import ActionSpec
from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, InvalidInput, WfEsError
from wf_es.execution.context import deep_merge

DEFAULTS = "__actions"
"""The variable of an environment that holds defaults for the inputs of actions."""


def filled(env: Mapping[str, JSON], action: ActionSpec, given: dict[str, JSON]) -> dict[str, JSON]:
    """Return the input of an action with what the environment gives by default.

    Raises:
        EvaluationError: The defaults are not a mapping of names to values.

    """
    defaults = _mapping(env.get(DEFAULTS), f"'{DEFAULTS}'")
    own = _mapping(defaults.get(action.name), f"'{DEFAULTS}.{action.name}'")
    merged: dict[str, JSON] = deep_merge(own, given) if own else given
    return merged


def _mapping(value: JSON, what: str) -> dict[str, JSON]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise EvaluationError(
            f"{what} of the environment must be a mapping of names to values, not {type(value).__name__}"
        )
    return value


def check_input(action: ActionSpec, given: Mapping[str, JSON]) -> None:
    """Refuse an input that lacks a required name or has one too many.

    Raises:
        InvalidInput: With the missing and unexpected names.

    """
    missing = [name for name, required in action.inputs.items() if required and name not in given]
    unexpected = [] if action.any_input else [name for name in given if name not in action.inputs]
    if missing or unexpected:
        raise invalid_input(action.name, "Action", sorted(missing), sorted(unexpected))


def invalid_input(name: str, kind: str, missing: list[str], unexpected: list[str]) -> WfEsError:
    """Return the error that names what is missing and what was not declared."""
    parts = [f"name={name}", f"class={kind}"]
    parts += [f"missing={missing}"] if missing else []
    parts += [f"unexpected={unexpected}"] if unexpected else []
    return InvalidInput(
        f"Invalid input [{', '.join(parts)}]", missing=tuple(missing), unexpected=tuple(unexpected)
    )
