"""What all uploaded texts share: parameters, and rows of what was written."""

from __future__ import annotations

from typing import Any

import pytest

from api.rest.uploads import namespace_of, rows_of, scope_of
from wf_es.errors import InvalidRequest

TEXTS = {
    "workflow": "version: '2.0'\nx:\n  tasks:\n    t: {action: std.noop}\n",
    "workbook": "version: '2.0'\nname: x\nactions:\n  y: {base: std.noop}\n",
    "action": "version: '2.0'\nx: {base: std.noop}\n",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_rows_are_those_of_the_kind(kind: str, api: Any) -> None:
    """What a workbook brings along is not in its answer."""
    engine = api.gateway.engine
    receipt = engine.definitions.create(TEXTS[kind], kind=kind, origin=engine.origin("ann"))
    assert api.gateway.views.wait(receipt.position)

    assert [row["name"] for row in rows_of(api.gateway, receipt, kind)] == ["x"]


@pytest.mark.parametrize("kind", TEXTS)
def test_skip_validation_is_true_or_false(kind: str, api: Any) -> None:
    """It is accepted, as Mistral does where validation is mandatory; the text is checked all the same."""
    api.call("POST", f"/v2/{kind}s?skip_validation=true", 400, "version: '3.0'\n")
    api.call("POST", f"/v2/{kind}s?skip_validation=perhaps", 400, TEXTS[kind])
    api.call("POST", f"/v2/{kind}s?skip_validation", 201, TEXTS[kind])


def test_parameters_are_checked() -> None:
    """Scopes are two, and a namespace is a name."""
    assert (scope_of({}), scope_of({"scope": "public"})) == ("private", "public")
    assert (namespace_of({}), namespace_of({"namespace": "n"})) == ("", "n")
    with pytest.raises(InvalidRequest, match="actual: all"):
        scope_of({"scope": "all"})
    for name in ("n" * 256, "a\x00b"):
        with pytest.raises(InvalidRequest, match="printable"):
            namespace_of({"namespace": name})
