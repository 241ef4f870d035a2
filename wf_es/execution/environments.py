"""The environment that a request gives: its variables, or the name of a stored one."""

from __future__ import annotations

from collections.abc import Callable

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, InvalidRequest
from wf_es.execution.decision import Recording
from wf_es.execution.foreign import environment_named
from wf_es.expressions import Scope, template

_FIELD = "params.env"


def given_environment(recording: Recording, env: JSON) -> dict[str, JSON]:
    """Return the variables of an environment that is given as such or by name.

    Raises:
        InvalidRequest: It is neither, or there is none of this name.
        Needs: A stored environment must be looked up first.

    """
    if not env:
        return {}
    if isinstance(env, str):
        stored = recording.ask(environment_named(env))
        if stored is None:
            raise InvalidRequest(f"Environment is not found: {env}", field=_FIELD)
        env = stored
    if not isinstance(env, dict):
        raise InvalidRequest(
            f"Unexpected value type for environment [environment={env}, type={type(env).__name__}]: "
            "give its variables as an object, or the name of a stored one",
            field=_FIELD,
        )
    return env


def evaluated_environment(env: dict[str, JSON], sees: Callable[[], Scope]) -> dict[str, JSON]:
    """Return an environment with the values of the expressions in it.

    Raises:
        InvalidRequest: One of them fails.

    """
    try:
        values: dict[str, JSON] = template(env).evaluate(sees())
    except EvaluationError as error:
        raise InvalidRequest(f"The environment cannot be evaluated: {error}", field=_FIELD) from error
    return values
