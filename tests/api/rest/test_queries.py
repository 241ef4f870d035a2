"""Query strings: filters with operators, paging, and refusals."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from falcon import testing
from falcon.asgi import Request

from api.rest import queries
from projections.queries import Page
from wf_es.errors import InvalidRequest

FIELDS = ("id", "name", "state", "workflow_id", "description")


def request(query: str) -> Request:
    """Return a request with this query string."""
    return testing.create_asgi_req(query_string=query)


def test_unknown_parameters_are_named() -> None:
    """A misspelt filter is refused instead of ignored."""
    with pytest.raises(InvalidRequest, match='^Unknown argument: "colour"$'):
        queries.parameters(request("state=ERROR&colour=red"), {"state"})


def test_repeated_parameters_are_refused() -> None:
    """Two values for one parameter would leave it open which one counts."""
    with pytest.raises(InvalidRequest, match="more than once"):
        queries.parameters(request("state=ERROR&state=SUCCESS"), {"state"})


@pytest.mark.parametrize("query", ["state=%ff", "&".join(f"a{number}=1" for number in range(200))])
def test_unreadable_query_strings_are_refused(query: str) -> None:
    """What is not UTF-8, or has hundreds of parameters, is refused."""
    with pytest.raises(InvalidRequest):
        queries.parameters(request(query), {"state"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ERROR", ("eq", "ERROR"), id="plain"),
        pytest.param("eq:w", ("eq", "w"), id="eq"),
        pytest.param("neq:two", ("neq", "two"), id="neq"),
        pytest.param("in:a,b", ("in", "a,b"), id="in"),
        pytest.param("has:wo", ("has", "wo"), id="has"),
        pytest.param("http://x", ("eq", "http://x"), id="a colon is no operator"),
        pytest.param("has:a:b", ("has", "a:b"), id="a colon in the value"),
    ],
)
def test_filters_have_operators(text: str, expected: tuple[str, str]) -> None:
    """``field=op:value`` is a filter with an operator."""
    query = queries.list_query({"description": text}, FIELDS, (), "p")
    assert query.filters == {"description": [expected]}


@pytest.mark.parametrize("text", ["xyz", "eq:xyz", "in:6b1edbd0-0000-4000-8000-0fc2a32e94cd,xyz"])
def test_ids_in_filters_are_uuids(text: str) -> None:
    """A filter by id with something else is a mistake of the caller."""
    with pytest.raises(InvalidRequest, match="Expected a uuid but received xyz"):
        queries.list_query({"workflow_id": text}, FIELDS, {"workflow_id"}, "p")


@pytest.mark.parametrize("limit", ["", "0", "-1", "x", "1.5", "9" * 30, "\u0663"])
def test_limits_are_positive_whole_numbers(limit: str) -> None:
    """A limit that is none is refused."""
    with pytest.raises(InvalidRequest):
        queries.list_query({"limit": limit}, FIELDS, (), "p")


def test_a_marker_is_an_id() -> None:
    """Where ids are UUIDs, what is none is refused as such instead of being looked for."""
    with pytest.raises(InvalidRequest, match="^Invalid input for field/attribute marker"):
        queries.list_query({"marker": "xyz"}, FIELDS, ("id",), "p")
    assert queries.list_query({"marker": "std.echo"}, FIELDS, (), "p").marker == "std.echo"


def test_comma_lists_are_lower_case() -> None:
    """Mistral lower-cases names in comma lists, and so do we."""
    given = {"sort_keys": "Name, ID", "sort_dirs": "DESC", "fields": "id,", "nulls": ""}
    query = queries.list_query(given, FIELDS, (), "p")
    assert (query.sort_keys, query.sort_dirs, query.fields, query.nulls) == (
        ("name", "id"),
        ("desc",),
        ("id",),
        (),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), ("true", True), ("True", True), ("1", True), ("false", False), ("0", False)],
)
def test_truth(text: str, expected: bool) -> None:
    """The usual words for yes and no are understood."""
    assert queries.truth({"force": text}, "force") is expected


def test_truth_is_not_guessed() -> None:
    """Another word is refused."""
    with pytest.raises(InvalidRequest, match="must be true or false"):
        queries.truth({"force": "maybe"}, "force")


def test_moments_are_numbers_or_times() -> None:
    """A time needs its offset, and a refusal names the parameter."""
    given = {"from": "12", "to": "2026-01-31T08:00:00Z", "since": "2026-01-31 08:00:00"}

    assert queries.moment(given, "from") == 12
    assert queries.moment(given, "to") == datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert queries.moment(given, "until") is None
    with pytest.raises(InvalidRequest, match="'since' cannot be read from '2026-01-31 08:00:00'"):
        queries.moment(given, "since")


def test_the_next_link_is_a_valid_url() -> None:
    """Filters with operators survive in the link, percent-encoded."""
    page = Page(rows=[], marker="m 1", limit=2, sort_keys=("created_at", "id"), sort_dirs=("asc", "asc"))
    link = queries.next_link("http://h/v2/x", {"name": "in:a,b&c", "limit": "2", "fields": "id"}, page)
    assert link is not None
    sent = queries.parameters(request(link.partition("?")[2]), {"name", *queries.PAGING})
    assert sent == {
        "sort_keys": "created_at,id",
        "sort_dirs": "asc,asc",
        "name": "in:a,b&c",
        "fields": "id",
        "limit": "2",
        "marker": "m 1",
    }


def test_the_last_page_has_no_link() -> None:
    """Without a marker there is nothing more."""
    page = Page(rows=[], marker=None, limit=2, sort_keys=(), sort_dirs=())
    assert queries.next_link("http://h/v2/x", {}, page) is None
