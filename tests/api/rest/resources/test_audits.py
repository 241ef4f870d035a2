"""The audit over HTTP: pages, digests, one execution."""

from __future__ import annotations

from tests.api.rest.conftest import Api
from wf_es.audit.anchors import BEGIN
from wf_es.ports import Batch, Sealed


def test_a_page_says_what_was_seen(api: Api) -> None:
    """All streams of the log, and no finding."""
    execution = api.start()
    api.task(execution)
    page = api.get("/v2/audit")
    assert page["findings"] == []
    assert page["streams"] == 2
    assert page["after"] == page["head"] == page["rows"] == page["events"]
    first = api.get("/v2/audit?limit=1&upto=2")
    assert (first["after"], first["rows"]) == (1, 1)
    assert api.get("/v2/audit?after=2&upto=2")["rows"] == 0


def test_damage_is_named_and_quarantined(api: Api) -> None:
    """The page says which event; the execution is refused from then on, others are not."""
    execution, other = api.start(), api.start()
    store, _ = api.gateway.engine.log()
    torn = Sealed(stream=execution, version=len(store.load(execution)) + 1, topic="X@1", body=b"{", digest="")
    store.append([Batch(stream=execution, events=(torn,))])
    (finding,) = api.get("/v2/audit")["findings"]
    assert (finding["stream"], finding["event"], finding["what"]) == (execution, torn.version, "unreadable")
    assert api.get(f"/v2/executions/{execution}/audit")["findings"] == [finding]
    assert api.get(f"/v2/executions/{execution}", 409)["code"] == "corrupt-history"
    assert api.get(f"/v2/executions/{other}")["id"] == other
    assert api.get(f"/v2/executions/{other}/audit")["findings"] == []
    assert [one["stream"] for one in api.get("/readyz")["quarantined"]] == [execution]


def test_lists_say_what_is_in_quarantine(api: Api) -> None:
    """Beside what was known of it before; its tasks do, too; who asks for some fields gets these."""
    execution, other = api.start(), api.start()
    api.action(execution)
    store, _ = api.gateway.engine.log()
    last = len(store.load(execution))
    torn = Sealed(stream=execution, version=last + 1, topic="X@1", body=b"{", digest="")
    store.append([Batch(stream=execution, events=(torn,))])
    error = api.get(f"/v2/executions/{execution}/audit")["findings"][0]["text"]

    listed = {row["id"]: row.get("quarantine") for row in api.get("/v2/executions")["executions"]}

    assert listed == {execution: error, other: None}
    (task,) = api.get(f"/v2/tasks?workflow_execution_id={execution}")["tasks"]
    assert task["quarantine"] == error
    assert "quarantine" not in str(api.get("/v2/executions?fields=id"))
    problem = api.call("POST", f"/v2/executions/{execution}/fork", 409, {})
    assert f"--at {last}'" not in problem["faultstring"]
    api.call("POST", f"/v2/executions/{execution}/fork", 400, {"at": last + 1})


def test_one_execution_names_its_children(api: Api) -> None:
    """So a client can go through a family."""
    api.upload("version: '2.0'\nouter:\n  tasks:\n    t: {workflow: waiting x=1}\n")
    execution = api.start("outer")
    api.task(execution, "t")
    seen = api.get(f"/v2/executions/{execution}/audit")
    assert len(seen["children"]) == 1
    assert api.get("/v2/executions/11111111-1111-4111-8111-111111111111/audit", 404)["code"] == "not-found"


def test_the_digest_is_rolled_over_pages(api: Api) -> None:
    """Page by page it is the same as at once."""
    api.start()
    whole = api.get("/v2/audit/digest")
    after, digest = 0, BEGIN
    while after < whole["head"]:
        page = api.get(f"/v2/audit/digest?after={after}&digest={digest}&upto={whole['head']}&limit=2")
        after, digest = page["after"], page["digest"]
    assert digest == api.get(f"/v2/audit/digest?upto={whole['head']}")["digest"]


def test_bad_parameters_are_refused(api: Api) -> None:
    """Each with its place."""
    for query in ("after=x", "limit=0", "limit=-1", "upto=a", "digest=0", "nonsense=1"):
        api.get(f"/v2/audit/digest?{query}", 400)
    api.get("/v2/audit?digest=0", 400)
    api.get("/v2/executions/x/audit?after=1", 400)
