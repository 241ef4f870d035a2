"""Routes are data: each leads somewhere, and both spellings to the same place."""

from __future__ import annotations

from api.rest.routes import ROUTES


def test_no_path_is_listed_twice() -> None:
    """One path, one resource."""
    paths = [path for path, _, _ in ROUTES]
    assert len(paths) == len(set(paths))


def test_both_spellings_of_action_executions_lead_to_the_same_place() -> None:
    """The original documents write a dash, Mistral an underscore."""
    places = {path: place for path, *place in ROUTES}
    dashed = {path for path in places if "action-executions" in path}
    assert len(dashed) == 3
    assert all(places[path] == places[path.replace("-", "_")] for path in dashed)
