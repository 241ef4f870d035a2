"""Definitions: all or nothing, every version kept, projects apart."""

from __future__ import annotations

import pytest

from tests.wf_es.engine.counters import DisturbedStore
from wf_es.definition import versions
from wf_es.definition.versions import Subject
from wf_es.engine import DEFAULT_PROJECT, Engine, parsed
from wf_es.envelope import Origin
from wf_es.errors import (
    AlreadyExists,
    CorruptHistory,
    InvalidDefinition,
    InvalidRequest,
    NotAllowed,
    NotFound,
)
from wf_es.execution.events import Pin

ONE = (
    "version: '2.0'\none:\n  description: the first\n  tags: [x]\n  tasks:\n    a:\n      action: std.noop\n"
)
ONE_CHANGED = ONE.replace("std.noop", "std.async_noop")
TWO = "two:\n  tasks:\n    b:\n      action: std.noop\n"
HEAD = "version: '2.0'\n"


def by(engine: Engine, project: str = DEFAULT_PROJECT) -> Origin:
    """Return the origin of a new request."""
    return engine.origin("ann", project)


def test_a_text_becomes_definitions(engine: Engine) -> None:
    """Each workflow of it is one, with its own text and checksums."""
    receipt = engine.definitions.create(ONE + TWO, origin=by(engine))

    one, two = receipt.definitions
    assert (receipt.position, engine.head()) == (2, 2)
    assert (one.name, two.name, one.version) == ("one", "two", 1)
    assert one.content is not None
    assert (one.content.description, one.content.tags) == ("the first", ("x",))
    assert one.id == Subject(project=DEFAULT_PROJECT, name="one").id
    assert set(parsed(one).spec.tasks) == {"a"}


def test_either_all_workflows_are_taken_or_none(engine: Engine, store: DisturbedStore) -> None:
    """One name that is taken refuses the whole text."""
    engine.definitions.create(HEAD + TWO, origin=by(engine))

    with pytest.raises(
        AlreadyExists, match="Duplicate entry for WorkflowDefinition .*: two, , <default-project>"
    ):
        engine.definitions.create(ONE + TWO, origin=by(engine))
    with pytest.raises(NotFound, match="workflow_identifier=one"):
        engine.definitions.update(ONE + TWO.replace("std.noop", "std.async_noop"), origin=by(engine))

    assert engine.head() == 1
    assert store.appends == [[Subject(project=DEFAULT_PROJECT, name="two").id]]


def test_a_bad_text_is_refused_with_all_its_problems(engine: Engine) -> None:
    """Nothing is stored of it."""
    with pytest.raises(InvalidDefinition) as caught:
        engine.definitions.create(
            HEAD + "w:\n  tasks:\n    a:\n      acton: x\n      jion: 1\n", origin=by(engine)
        )

    assert len(caught.value.problems) == 2
    assert engine.head() == 0


def test_an_update_makes_a_new_version(engine: Engine) -> None:
    """All versions stay; the same text again makes none, and has a position nevertheless."""
    engine.definitions.create(ONE, origin=by(engine))
    receipt = engine.definitions.update(ONE_CHANGED, origin=by(engine))
    same = engine.definitions.update(ONE_CHANGED, origin=by(engine))

    assert (receipt.position, receipt.definitions[0].version) == (2, 2)
    assert (same.position, same.events, same.definitions) == (2, (), receipt.definitions)
    listed = engine.definitions.versions("one", project=DEFAULT_PROJECT)
    assert [(version.version, version.actor) for version in listed] == [(1, "ann"), (2, "ann")]
    assert [version.content.text for version in listed] == [ONE, ONE_CHANGED]


def test_an_update_may_name_its_workflow(engine: Engine) -> None:
    """Then the text must hold just that one."""
    (one,) = engine.definitions.create(ONE, origin=by(engine)).definitions

    engine.definitions.update(ONE_CHANGED, origin=by(engine), identifier=one.id)
    assert engine.definitions.get("one", project=DEFAULT_PROJECT).version == 2

    for text in (ONE + TWO, HEAD + TWO):
        with pytest.raises(InvalidRequest, match="must define the workflow 'one' and nothing else"):
            engine.definitions.update(text, origin=by(engine), identifier="one")


def test_a_deleted_definition_is_gone_until_it_is_created_again(engine: Engine) -> None:
    """Its stream goes on, so versions are never used twice."""
    engine.definitions.create(ONE, origin=by(engine))
    engine.definitions.delete("one", origin=by(engine))

    with pytest.raises(NotFound):
        engine.definitions.get("one", project=DEFAULT_PROJECT)
    with pytest.raises(NotFound):
        engine.definitions.delete("one", origin=by(engine))

    (again,) = engine.definitions.create(ONE, origin=by(engine)).definitions
    assert again.version == 3


def test_names_live_in_namespaces(engine: Engine) -> None:
    """The same name in two namespaces means two definitions."""
    engine.definitions.create(ONE, origin=by(engine), namespace="n")

    with pytest.raises(NotFound, match=r"workflow_identifier=one, namespace=\]"):
        engine.definitions.get("one", project=DEFAULT_PROJECT)
    assert engine.definitions.get("one", project=DEFAULT_PROJECT, namespace="n").namespace == "n"


def test_projects_do_not_see_each_other(engine: Engine) -> None:
    """Unless a definition is public; and even then nobody else can delete it."""
    (private,) = engine.definitions.create(ONE, origin=by(engine)).definitions
    (public,) = engine.definitions.create(HEAD + TWO, origin=by(engine), scope="public").definitions

    with pytest.raises(NotFound):
        engine.definitions.get(private.id, project="q")
    assert engine.definitions.get(public.id, project="q") == public
    with pytest.raises(NotFound):
        engine.definitions.delete(public.id, origin=by(engine, "q"))
    engine.definitions.create(ONE, origin=by(engine, "q"))


def test_what_is_pinned_does_not_change(engine: Engine) -> None:
    """A pin gives the version it names, after updates and deletion."""
    engine.definitions.create(ONE, origin=by(engine))
    pin = engine.definitions.current("one", project=DEFAULT_PROJECT).pin
    engine.definitions.update(ONE_CHANGED, origin=by(engine))
    engine.definitions.delete("one", origin=by(engine))

    pinned = engine.definitions.pinned(pin)

    assert (pin.version, pinned.workflow.text) == (1, ONE)


def test_a_pin_to_something_else_is_corrupt_history(engine: Engine) -> None:
    """The hash is compared, so a text that was exchanged is not run."""
    (one,) = engine.definitions.create(ONE, origin=by(engine)).definitions
    assert one.content is not None

    for version, digest in ((1, "other"), (2, one.content.hash)):
        with pytest.raises(CorruptHistory, match="is not the one that was pinned"):
            engine.definitions.pinned(Pin(stream=one.id, version=version, hash=digest))


def test_another_process_is_seen_at_once(engine: Engine, other: Engine) -> None:
    """Reading and writing both look at the head of the stream."""
    engine.definitions.create(ONE, origin=by(engine))
    assert engine.definitions.get("one", project=DEFAULT_PROJECT).version == 1
    other.definitions.update(ONE_CHANGED, origin=by(other))

    assert engine.definitions.current("one", project=DEFAULT_PROJECT).pin.version == 2
    with pytest.raises(AlreadyExists):
        other.definitions.create(ONE, origin=by(other))
    engine.definitions.delete("one", origin=by(engine))
    with pytest.raises(NotFound):
        other.definitions.get("one", project=DEFAULT_PROJECT)


def test_a_definition_without_text_cannot_be_parsed() -> None:
    """The state before the first event has nothing to run."""
    with pytest.raises(NotFound):
        parsed(versions.initial("id"))


CALLS = (
    HEAD
    + """w:
  tasks:
    a: {action: mine first=1}
    b: {action: mine, input: {second: 2}}
    c: {action: theirs}
    d: {action: unknown}
"""
)
MINE = HEAD + "mine: {base: std.noop, input: [first]}\n"


def warnings(engine: Engine, text: str, **options: str) -> list[tuple[int, str]]:
    """Return line and code of what is wrong with a text."""
    found = engine.definitions.check(text, **{"project": DEFAULT_PROJECT, **options})
    return [(problem.line, problem.code) for problem in found.problems]


def test_stored_actions_are_known_when_a_text_is_checked(engine: Engine) -> None:
    """Unknown is what nobody has stored; what is known is checked for its inputs."""
    assert warnings(engine, CALLS) == [(4, "W502"), (5, "W502"), (6, "W502"), (7, "W502")]

    engine.definitions.create(MINE, kind="action", origin=by(engine))
    engine.definitions.create(MINE.replace("mine", "theirs"), kind="action", origin=by(engine, "others"))

    assert warnings(engine, CALLS) == [(5, "W503"), (5, "W504"), (6, "W502"), (7, "W502")]
    assert warnings(engine, CALLS, project="others") == [(4, "W502"), (5, "W502"), (6, "W503"), (7, "W502")]
    engine.definitions.delete("mine", kind="action", origin=by(engine))
    assert (4, "W502") in warnings(engine, CALLS)


def test_the_namespace_of_an_upload_comes_first(engine: Engine) -> None:
    """As it does when the task runs; the default one comes after it."""
    text = HEAD + "w: {tasks: {a: {action: mine}}}\n"
    engine.definitions.create(MINE, kind="action", origin=by(engine))
    engine.definitions.create(
        MINE.replace("[first]", "[{first: 1}]"), kind="action", namespace="n", origin=by(engine)
    )

    assert warnings(engine, text) == [(2, "W503")]
    assert warnings(engine, text, namespace="n") == []
    assert warnings(engine, text, namespace="other") == [(2, "W503")]


def test_bases_and_what_a_workbook_left_out_are_known_too(engine: Engine) -> None:
    """An update of a workbook keeps the actions that its new text leaves out."""
    engine.definitions.create(MINE, kind="action", origin=by(engine))
    assert warnings(engine, HEAD + "mine2: {base: mine first=1}\n", kind="action") == []

    book = HEAD + "name: b\nactions: {kept: {base: mine first=1}}\n"
    engine.definitions.create(book, kind="workbook", origin=by(engine))
    update = HEAD + "name: b\nactions: {new: {base: kept}}\nworkflows: {w: {tasks: {a: {action: kept}}}}\n"
    assert warnings(engine, update, kind="workbook") == []
    assert warnings(engine, update.replace("name: b", "name: c"), kind="workbook") == [
        (3, "W502"),
        (4, "W502"),
    ]


def test_another_version_of_what_is_pinned(engine: Engine) -> None:
    """The latest, or one by its number; of the same type, and only if it is there."""
    definitions = engine.definitions
    pin = definitions.create(ONE, origin=by(engine)).definitions[0]
    first = definitions.current("one", project=DEFAULT_PROJECT).pin
    definitions.update(ONE_CHANGED, origin=by(engine))
    reverse = ONE.replace("  tasks:", "  type: reverse\n  tasks:")
    definitions.update(reverse, origin=by(engine))

    assert definitions.version_of(first, 2).workflow.text == ONE_CHANGED
    with pytest.raises(NotAllowed, match="Version 3 .* is of type 'reverse'"):
        definitions.version_of(first, "latest")
    for number in (0, 4, -1):
        with pytest.raises(NotFound, match=f"no version {number}; its versions are 1, 2, 3"):
            definitions.version_of(first, number)

    definitions.delete("one", origin=by(engine))
    with pytest.raises(NotFound, match="was deleted"):
        definitions.version_of(first, "latest")
    assert definitions.version_of(first, 1).pin == first
    assert pin.id == first.stream
