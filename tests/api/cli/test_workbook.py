"""``wf-es workbook`` as typed; what it shares is tested with ``definitions``."""

from __future__ import annotations

from tests.api.cli.conftest import FakeServer, Type


def test_a_cascade_is_asked_for_and_named(fake: FakeServer, wf: Type) -> None:
    """The question and the answer say what goes with the workbook."""
    fake.on("DELETE", "workbooks/shop", "", status=204)

    refused = wf("workbook", "delete", "shop", "--cascade")
    done = wf("workbook", "delete", "shop", "--cascade", "--namespace", "n", "--yes")
    plain = wf("workbook", "delete", "shop", "--yes")

    assert "Delete workbook shop and everything that it has brought along?" in refused.stderr
    assert done.stderr == "workbook shop and everything that it has brought along deleted\n"
    assert plain.stderr == "workbook shop deleted\n"
    assert [target for _, target, _ in fake.requests] == [
        "workbooks/shop?namespace=n&cascade=true",
        "workbooks/shop",
    ]
