"""Workbooks: one batch with everything, upserts, and deletion with or without their items."""

from __future__ import annotations

import pytest

from tests.wf_es.engine.conftest import BOOK, Library
from wf_es.definition.versions import Subject
from wf_es.engine import DEFAULT_PROJECT
from wf_es.errors import AlreadyExists, InvalidDefinition, NotFound

MADE = ["workbook wb", "action wb.shout", "workflow wb.parent", "workflow wb.child"]
SMALLER = BOOK.replace("  child:\n    tags: [c]\n    tasks:\n      b: {action: std.noop}\n", "").replace(
    "name: wb", "name: wb\n#"
)


def items(library: Library, namespace: str = "") -> list[str]:
    """Return which of the workbook's items there are."""
    parts = [made.split(" ") for made in MADE]
    return [f"{kind} {name}" for kind, name in parts if library.exists(kind, name, namespace)]


def test_a_workbook_brings_its_items_along_in_one_batch(library: Library) -> None:
    """Each is a definition with its own text, and the workbook's scope."""
    assert library.create("workbook", BOOK, scope="public") == MADE

    assert [len(batch) for batch in library.store.appends] == [4]
    shout = library.definitions.get("wb.shout", kind="action", project=DEFAULT_PROJECT).content
    book = library.definitions.get("wb", kind="workbook", project=DEFAULT_PROJECT).content
    assert shout is not None
    assert book is not None
    assert shout.text.startswith("version: '2.0'\nwb.shout:\n")
    assert shout.scope == "public"
    assert (book.text, book.tags, book.description) == (BOOK, ("t",), "a book")


def test_what_a_workbook_brings_may_be_there_already(library: Library) -> None:
    """It is replaced then; the workbook itself must be new."""
    library.create("workflow", "version: '2.0'\nwb.child:\n  tasks:\n    old: {action: std.echo}\n")
    library.create("workbook", BOOK)

    assert library.definitions.get("wb.child", project=DEFAULT_PROJECT).version == 2
    with pytest.raises(AlreadyExists, match="Duplicate entry for Workbook"):
        library.create("workbook", BOOK)


def test_a_bad_item_refuses_all(library: Library) -> None:
    """Nothing of the workbook is stored."""
    with pytest.raises(InvalidDefinition, match="ghost"):
        library.create("workbook", BOOK.replace("b: {action: std.noop}", "b: {on-success: ghost}"))

    assert items(library) == []


def test_an_update_puts_items_and_keeps_what_is_left_out(library: Library) -> None:
    """Only what differs gets a new version."""
    library.create("workbook", BOOK)
    receipt = library.definitions.update(SMALLER, kind="workbook", origin=library.origin())

    assert [(made.name, made.version) for made in receipt.definitions] == [
        ("wb", 2),
        ("wb.shout", 1),
        ("wb.parent", 1),
    ]
    assert items(library) == MADE
    with pytest.raises(NotFound, match=r"Workbook not found \[workbook_name=wb, namespace=n\]"):
        library.definitions.update(SMALLER, kind="workbook", origin=library.origin(), namespace="n")


def test_deleting_a_workbook_leaves_its_items(library: Library) -> None:
    """Unless they are to go with it."""
    library.create("workbook", BOOK)
    library.definitions.delete("wb", kind="workbook", origin=library.origin())

    assert items(library) == MADE[1:]


def test_a_cascade_takes_everything_the_workbook_has_brought(library: Library) -> None:
    """Also what a later version left out; in one batch, and not what is called alike elsewhere."""
    library.create("workbook", BOOK)
    library.create("workbook", BOOK, namespace="n")
    library.definitions.update(SMALLER, kind="workbook", origin=library.origin())
    library.definitions.delete("wb.parent", origin=library.origin())

    receipt = library.definitions.delete("wb", kind="workbook", origin=library.origin(), cascade=True)

    assert len(receipt.events) == 3
    assert len(library.store.appends[-1]) == 3
    assert items(library) == []
    assert items(library, "n") == MADE


def test_a_cascade_spares_what_an_earlier_workbook_left(library: Library) -> None:
    """A workbook that was deleted without its items has let go of them."""
    library.create("workbook", BOOK)
    library.definitions.delete("wb", kind="workbook", origin=library.origin())
    library.create("workbook", SMALLER)

    library.definitions.delete("wb", kind="workbook", origin=library.origin(), cascade=True)

    assert items(library) == ["workflow wb.child"]


def test_a_cascade_that_is_overtaken_takes_the_newer_items_too(library: Library) -> None:
    """Another process updates the workbook after its items have been looked up."""
    library.create("workbook", SMALLER)
    other = Library(library.store)
    stream = Subject(project=DEFAULT_PROJECT, kind="workbook", name="wb").id
    looks = iter([None, lambda: other.definitions.update(BOOK, kind="workbook", origin=other.origin())])
    load = library.store.load

    def loading(wanted: str, after: int = 0, limit: int | None = None) -> object:
        events = load(wanted, after, limit)
        if wanted == stream and (act := next(looks, None)) is not None:
            act()
        return events

    library.store.load = loading  # type: ignore[assignment]
    library.definitions.delete("wb", kind="workbook", origin=library.origin(), cascade=True)
    other.close()

    assert items(library) == []


def test_deleting_what_is_not_there_is_refused(library: Library) -> None:
    """With and without its items."""
    for cascade in (True, False):
        with pytest.raises(NotFound, match="Workbook not found"):
            library.definitions.delete("wb", kind="workbook", origin=library.origin(), cascade=cascade)
