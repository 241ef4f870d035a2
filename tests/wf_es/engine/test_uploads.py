"""What a text makes: its definitions, and those that a workbook brings along."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.wf_es.engine.conftest import ACTIONS, BOOK
from wf_es.engine.uploads import Reader, Shelf, Upload
from wf_es.errors import InvalidDefinition, InvalidRequest

SHELF = Shelf(project="p", namespace="n", scope="public")
TWO = """version: '2.0'
one:
  description: first
  tags: [x]
  base: std.noop
two: {base: one}
"""


def upload(kind: str, text: str, **options: Any) -> Upload:
    """Read a text that is put on the shelf."""
    return Reader(actions=ACTIONS, **options).read(kind, text, SHELF)


def test_each_item_has_a_document_of_its_own() -> None:
    """With what it says of itself; a text with one item is kept to the letter."""
    made = upload("action", TWO)

    assert [(one.kind, one.namespace, one.name, one.project) for one in made.named] == [
        ("action", "n", "one", "p"),
        ("action", "n", "two", "p"),
    ]
    one, two = made.named.values()
    assert (one.tags, one.description, one.scope) == (("x",), "first", "public")
    assert two.text == "version: '2.0'\ntwo:\n  base: one\n"
    assert two.checksum == hashlib.md5(two.text.encode(), usedforsecurity=False).hexdigest()
    assert made.items == {}

    alone = "version: '2.0'\n# mine\none: {base: std.noop}\n"
    assert [content.text for content in upload("action", alone).named.values()] == [alone]


def test_a_workbook_is_named_and_its_items_come_along() -> None:
    """All of them in the namespace of the workbook."""
    made = upload("workbook", BOOK)

    assert [(one.kind, one.name) for one in made.named] == [("workbook", "wb")]
    assert [(one.kind, one.name, one.namespace) for one in made.items] == [
        ("action", "wb.shout", "n"),
        ("workflow", "wb.parent", "n"),
        ("workflow", "wb.child", "n"),
    ]
    assert {content.scope for content in made.items.values()} == {"public"}


@pytest.mark.parametrize("kind", ["workflow", "action", "workbook"])
def test_errors_are_raised_with_all_problems(kind: str) -> None:
    """For each kind."""
    with pytest.raises(InvalidDefinition) as caught:
        upload(kind, "version: '3.0'\n")
    assert caught.value.problems


def test_only_texts_are_uploaded() -> None:
    """An environment is no text."""
    with pytest.raises(InvalidRequest, match="'environment' is not uploaded as a text"):
        upload("environment", "{}")


def test_not_all_of_many_unknown_actions_are_looked_up() -> None:
    """A text made to keep a server busy is given up when it has as many problems as are shown."""
    asked: list[str] = []
    reader = Reader(actions=ACTIONS, stored=lambda name, shelf: asked.append(f"{shelf.namespace} {name}"))
    tasks = "".join(f"    t{number}: {{action: no.such{number}}}\n" for number in range(5_000))

    found = reader.check("workflow", f"version: '2.0'\nw:\n  tasks:\n{tasks}", SHELF)

    assert len(found.problems) == 1_001
    assert asked[:2] == ["n no.such0", "n std.no.such0"]
    assert len(asked) == 2 * 1_001
