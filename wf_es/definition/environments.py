"""Environments as definitions: named variables that executions may start with.

An environment is kept like any other definition: each change is a version. Its
text is the JSON text of its variables, so what is stored is readable and has a
hash like everything else.
"""

from __future__ import annotations

import msgspec

from wf_es.definition.stored import checksum_of, hash_of
from wf_es.definition.values import LONGEST_NAME
from wf_es.definition.versions import Content
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest


def content(
    variables: dict[str, JSON] | None,
    *,
    description: str | None = None,
    scope: str | None = None,
    before: Content | None = None,
) -> Content:
    """Return what an environment says after a change; what is not given stays as it was.

    Args:
        variables: all variables; they replace the former ones.
        description: words for people.
        scope: private or public.
        before: what it said until now, None for a new one.

    Raises:
        InvalidRequest: a new one has no variables, or they are no JSON object.
    """
    if variables is None and before is None:
        raise InvalidRequest("The variables of the environment are not provided.", field="variables")
    text = _text(variables) if variables is not None or before is None else before.text
    return Content(
        text=text,
        hash=hash_of(text),
        checksum=checksum_of(text),
        scope=scope if scope is not None else before.scope if before else "private",
        description=description if description is not None else before.description if before else "",
    )


def variables_of(text: str) -> dict[str, JSON]:
    """Return the variables in the stored text of an environment."""
    variables: dict[str, JSON] = msgspec.json.decode(text)
    return variables


def check_name(name: str | None) -> str:
    """Return a name under which an environment can be kept.

    Raises:
        InvalidRequest: there is no name, or it is too long or not visible text.
    """
    if not name:
        raise InvalidRequest("Name of the environment is not provided.", field="name")
    if len(name) > LONGEST_NAME or not name.isprintable() or "/" in name:
        raise InvalidRequest(
            f"The name of an environment is visible text of at most {LONGEST_NAME} characters, without '/'",
            field="name",
        )
    return name


def _text(variables: object) -> str:
    if not isinstance(variables, dict):
        kind = type(variables).__name__
        raise InvalidRequest(
            f"The variables of an environment are given as an object, not as {kind}", field="variables"
        )
    try:
        return msgspec.json.encode(variables).decode("utf-8")
    except (TypeError, ValueError, UnicodeError) as error:
        raise InvalidRequest(
            f"The variables of the environment cannot be written as JSON: {error}", field="variables"
        ) from error
