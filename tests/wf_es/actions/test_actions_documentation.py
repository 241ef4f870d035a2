"""The documentation of actions is true: its code runs, its table is complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wf_es.actions import Catalogue
from wf_es.definition.model import ActionSpec

DOCS = Path(__file__).parents[3] / "docs"
STANDARD = [spec for name, spec in sorted(Catalogue.standard(plugins=()).items()) if spec.name == name]


def _row(spec: ActionSpec) -> str:
    """Write an action as the reference lists it."""
    signature = f"`{spec.signature}`" if spec.signature else "-"
    kind = "asynchronous" if spec.is_async else "synchronous"
    repeated = "yes" if spec.idempotent else "only with `safe-rerun`"
    return f"| `{spec.name}` | {signature} | {kind} | {repeated} | {spec.description} |"


def test_the_code_of_the_how_to_runs() -> None:
    """All Python blocks together are a program, with its own assertions."""
    text = (DOCS / "how-to" / "write-an-action.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)

    assert len(blocks) >= 8
    exec(compile("\n".join(blocks), "write-an-action.md", "exec", dont_inherit=True), {"__name__": "how_to"})


@pytest.mark.parametrize("spec", STANDARD, ids=[spec.name for spec in STANDARD])
def test_each_action_has_its_row(spec: ActionSpec) -> None:
    """Name, input, kind and description are those of the catalogue."""
    assert _row(spec) in (DOCS / "reference" / "actions.md").read_text(encoding="utf-8").splitlines()


def test_the_reference_lists_nothing_else() -> None:
    """An action that is gone leaves the table, too."""
    text = (DOCS / "reference" / "actions.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| `(std\.\w+)` \|", text, re.MULTILINE) == [spec.name for spec in STANDARD]
