"""The projections over HTTP: how far they are, and building them again."""

from __future__ import annotations

from sqlalchemy import delete

from projections.tables import EXECUTIONS
from tests.api.rest.conftest import Api, until


def test_they_are_listed_with_their_lag(api: Api) -> None:
    """Each with its rows; all of them at the head of the log."""
    execution = api.start()
    api.task(execution)
    until(lambda: {one["lag"] for one in api.get("/v2/projections")["projections"]} == {0})
    listed = {one["name"]: one for one in api.get("/v2/projections")["projections"]}
    assert listed["executions"]["rows"] == 1
    assert listed["workflows"]["rows"] == 1
    assert {one["standing"] for one in listed.values()} == {"following"}


def test_they_are_built_again(api: Api) -> None:
    """What was lost is there again; nothing else is needed for that than the log."""
    execution = api.start()
    api.task(execution)
    with api.gateway.views._database.writing() as connection:
        connection.execute(delete(EXECUTIONS))
    api.get(f"/v2/executions/{execution}", 404)
    begun = api.call("POST", "/v2/projections/rebuild", 202)
    assert {one["name"] for one in begun["projections"]} >= {"executions", "tasks"}
    until(lambda: api.get("/v2/projections")["projections"][0]["standing"] == "following")
    assert api.get(f"/v2/executions/{execution}")["id"] == execution


def test_unknown_parameters_are_refused(api: Api) -> None:
    """Of both paths."""
    api.get("/v2/projections?x=1", 400)
    api.call("POST", "/v2/projections/rebuild?x=1", 400)
