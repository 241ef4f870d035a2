"""What a list shows, and what one of a collection shows."""

from __future__ import annotations

import pytest

from api.rest import representations
from api.rest.listing import Collection, one_of
from projections.queries import Page
from wf_es.errors import InvalidRequest

FIELDS = ("id", "name", "output")
ROW = {"id": "1", "name": "n", "output": {"a": 1}}
THINGS = Collection(
    name="things",
    fields=FIELDS,
    represent=representations.action_execution,
    page=lambda gateway, query: Page(rows=[], marker=None, limit=1, sort_keys=(), sort_dirs=()),
    extra=frozenset({"include_output"}),
)


@pytest.mark.parametrize(
    ("given", "asked", "shown"),
    [
        ({}, (), ("id", "name")),
        ({"include_output": "true"}, (), FIELDS),
        ({"include_output": "false"}, (), ("id", "name")),
        ({}, ("output",), ("id", "output")),
    ],
)
def test_lists_leave_out_what_is_large(
    given: dict[str, str], asked: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    """The output is in a list only if it is asked for."""
    assert THINGS.shown(given, asked) == shown


def test_one_shows_everything_or_what_is_asked_for() -> None:
    """Without ``fields`` all of it."""
    assert set(one_of(THINGS, ROW, {})) == set(FIELDS)
    assert one_of(THINGS, ROW, {"fields": "name,"}) == {"id": "1", "name": "n"}
    with pytest.raises(InvalidRequest, match="please choose from"):
        one_of(THINGS, ROW, {"fields": "colour"})


def test_every_field_is_a_filter() -> None:
    """And nothing else but what the collection names."""
    assert {"name", "limit", "include_output"} <= THINGS.parameters
    assert "colour" not in THINGS.parameters
