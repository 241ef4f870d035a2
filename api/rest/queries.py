"""The parameters of a query string, read once and refused if unknown.

List parameters are the same for every collection: ``limit``, ``marker``,
``sort_keys``, ``sort_dirs``, ``fields``, ``nulls`` and one filter per field,
``?state=ERROR`` or ``?state=in:ERROR,CANCELLED``. What a field may be
filtered and sorted by is decided by the view that owns it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from falcon.asgi import Request

from projections.filters import OPERATORS
from projections.queries import Page, Query
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.execution.moment import read_at

_MOST = 100
_TRUE = {"true", "1", "yes", "on"}
_FALSE = {"false", "0", "no", "off", ""}


def parameters(req: Request, known: Collection[str]) -> dict[str, str]:
    """Return the query parameters; refuse unknown and repeated ones."""
    try:
        pairs = parse_qsl(req.query_string, keep_blank_values=True, max_num_fields=_MOST, errors="strict")
    except ValueError as error:
        raise InvalidRequest("The query string cannot be read.") from error
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise InvalidRequest(f'Unknown argument: "{name[:255]}"')
        if name in found:
            raise InvalidRequest(f'The argument "{name}" is given more than once.')
        found[name] = value
    return found


def truth(given: Mapping[str, str], name: str) -> bool:
    """Return a parameter that is true or false; false if it is absent."""
    value = given.get(name, "").strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise InvalidRequest(f'The argument "{name}" must be true or false, not "{value[:50]}".')


def whole(given: Mapping[str, str], name: str, default: int) -> int:
    """Return a parameter that is a whole number of at least 0."""
    value = given.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise InvalidRequest(f'The argument "{name}" must be a whole number, not "{value[:50]}".')
    return int(value)


def most(given: Mapping[str, str], limit: int) -> int:
    """Return how much is wanted at most, by the parameter ``limit``; never more than a limit of ours."""
    wanted = whole(given, "limit", limit)
    if wanted == 0:
        raise InvalidRequest("Limit must be positive.")
    return min(wanted, limit)


def moment(given: Mapping[str, str], name: str) -> int | datetime | None:
    """Return a parameter that is an event number or a time with its offset; None if it is absent."""
    return read_at(given[name], name) if name in given else None


def comma_list(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return the items of a comma list, in lower case as Mistral reads them."""
    return tuple(item.strip().lower() for item in given.get(name, "").split(",") if item.strip())


# --- lists ---------------------------------------------------------------------

PAGING = frozenset({"limit", "marker", "sort_keys", "sort_dirs", "fields", "nulls"})
"""The parameters of every list beside its filters."""

_OPERATORS = frozenset(OPERATORS)


def list_query(
    given: Mapping[str, str], filterable: Collection[str], ids: Collection[str], project: str
) -> Query:
    """Return what a list was asked for.

    Args:
        given: The query parameters, all of them known.
        filterable: The names that are filters.
        ids: Those filters whose values must be UUIDs.
        project: Whose rows may be seen.
    """
    filters: dict[str, list[tuple[str, JSON]]] = {}
    for name in filterable:
        if name in given:
            filters[name] = [_filter(name, given[name], name in ids)]
    return Query(
        project=project,
        filters=filters,
        limit=_limit(given),
        marker=_marker(given, ids),
        sort_keys=comma_list(given, "sort_keys"),
        sort_dirs=comma_list(given, "sort_dirs"),
        fields=comma_list(given, "fields"),
        nulls=comma_list(given, "nulls"),
    )


def _filter(name: str, text: str, is_id: bool) -> tuple[str, JSON]:
    # "in:a,b" has an operator, "std.http" and "http://x" have none.
    operator, separator, value = text.partition(":")
    if not separator or operator not in _OPERATORS:
        operator, value = "eq", text
    if is_id and operator in ("eq", "neq", "in", "nin"):
        for item in value.split(",") if operator in ("in", "nin") else [value]:
            _check_uuid(name, item)
    return operator, value


def _marker(given: Mapping[str, str], ids: Collection[str]) -> str | None:
    marker = given.get("marker") or None
    if marker is not None and "id" in ids:
        _check_uuid("marker", marker)
    return marker


def _check_uuid(name: str, value: str) -> None:
    try:
        UUID(value)
    except ValueError as error:
        raise InvalidRequest(
            f"Invalid input for field/attribute {name}. Value: '{value[:255]}'. unable to convert to uuid."
            f" Error: Expected a uuid but received {value[:255]}."
        ) from error


def _limit(given: Mapping[str, str]) -> int | None:
    if "limit" not in given:
        return None
    value = given["limit"].strip()
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 15:
        raise InvalidRequest(f'The argument "limit" must be a whole number, not "{value[:50]}".')
    if int(value) <= 0:
        raise InvalidRequest("Limit must be positive.")
    return int(value)


def next_link(base: str, given: Mapping[str, str], page: Page) -> str | None:
    """Return the address of the page after this one, or None if it was the last."""
    if page.marker is None:
        return None
    kept = {name: value for name, value in given.items() if name not in PAGING or name in ("fields", "nulls")}
    query = {
        "sort_keys": ",".join(page.sort_keys),
        "sort_dirs": ",".join(page.sort_dirs),
        **kept,
        "limit": str(page.limit),
        "marker": page.marker,
    }
    return f"{base}?{urlencode(query)}"
