"""Whatever is done to definitions, the engine, its streams and the views tell the same story.

Random uploads, updates and deletions of every kind, in two namespaces, through
two engines on one log. A plain dictionary says what must be there after each
of them; a request that must be refused changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from projections import Query, Views
from wf_es.actions import Catalogue
from wf_es.engine import DEFAULT_PROJECT, Engine, SystemClock
from wf_es.errors import AlreadyExists, NotFound
from wf_es.store import MemoryStore, standard_codec

HEAD = "version: '2.0'\n"
CATALOGUE = Catalogue.standard(plugins=())
KINDS = ("workflow", "action", "workbook", "environment")

Key = tuple[str, str, str]
"""Kind, namespace, name."""


def text_of(kind: str, name: str, mark: int, items: list[str]) -> str:
    """Return a text of a kind; ``mark`` makes it different from others."""
    if kind == "workflow":
        return f"{HEAD}{name}: {{description: d{mark}, tasks: {{t: {{action: std.noop}}}}}}\n"
    if kind == "action":
        return f"{HEAD}{name}: {{description: d{mark}, base: std.noop}}\n"
    parts = {
        "workflows": ", ".join(f"{item}: {{tasks: {{t: {{action: a{mark}}}}}}}" for item in items[::2]),
        "actions": ", ".join(f"{item}: {{base: std.noop, tags: [m{mark}]}}" for item in items[1::2]),
    }
    body = "".join(f"{part}: {{{inner}}}\n" for part, inner in parts.items() if inner)
    return f"{HEAD}name: {name}\ndescription: d{mark}\n{body}"


class World:
    """Two engines on one log, and what must be in it."""

    def __init__(self) -> None:
        self.store, self.codec = MemoryStore(), standard_codec()
        self.engines = [Engine(self.store, self.codec, SystemClock(), CATALOGUE) for _ in range(2)]
        self.there: set[Key] = set()
        self.brought: dict[tuple[str, str], set[Key]] = {}

    def close(self) -> None:
        """Let go of everything."""
        for engine in self.engines:
            engine.close()

    def do(self, step: tuple[Any, ...]) -> None:
        """Carry one step out, or see it refused."""
        who, verb, kind, namespace, name, mark, items, cascade = step
        namespace = "" if kind == "environment" else namespace
        key = (kind, namespace, name)
        engine, before = self.engines[who], self.store.head()
        carry_out = self._environment if kind == "environment" else self._text
        allowed = (key not in self.there) if verb == "create" else (key in self.there)
        try:
            carry_out(engine, verb, key, mark, items, cascade)
            assert allowed
        except (AlreadyExists, NotFound):
            assert not allowed
            assert self.store.head() == before
            return
        self._expect(verb, key, items, cascade)

    def _text(self, engine: Engine, verb: str, key: Key, mark: int, items: list[str], cascade: bool) -> None:
        kind, namespace, name = key
        given: dict[str, Any] = {"kind": kind, "origin": engine.origin("ann"), "namespace": namespace}
        if verb == "delete":
            engine.definitions.delete(name, cascade=cascade, **given)
            return
        change: Callable[..., Any] = getattr(engine.definitions, verb)
        change(text_of(kind, name, mark, items), **given)

    def _environment(
        self, engine: Engine, verb: str, key: Key, mark: int, items: list[str], cascade: bool
    ) -> None:
        environments, origin = engine.definitions.environments, engine.origin("ann")
        if verb == "delete":
            environments.delete(key[2], origin=origin)
            return
        change: Callable[..., Any] = getattr(environments, verb)
        change(key[2], {"mark": mark, "items": items}, origin=origin)

    def _expect(self, verb: str, key: Key, items: list[str], cascade: bool) -> None:
        kind, namespace, name = key
        book = (namespace, name)
        if kind == "workbook" and verb != "delete":
            made = {
                ("action" if number % 2 else "workflow", namespace, f"{name}.{item}")
                for number, item in enumerate(items)
            }
            self.brought.setdefault(book, set()).update(made)
            self.there |= made
        if kind == "workbook" and verb == "delete":
            gone = self.brought.pop(book, set())
            self.there -= gone if cascade else set()
        (self.there.discard if verb == "delete" else self.there.add)(key)

    def check(self) -> None:
        """Compare what the engines say with what must be there."""
        for kind, namespace, name in self.there:
            for engine in self.engines:
                given = {"kind": kind, "project": DEFAULT_PROJECT, "namespace": namespace}
                state = engine.definitions.get(name, **given)
                listed = engine.definitions.versions(name, **given)
                assert (listed[-1].version, listed[-1].content) == (state.version, state.content)
        created = sum(sealed.topic.startswith("DefinitionCreated") for sealed in self.store.read(0, 1_000))
        deleted = sum(sealed.topic.startswith("DefinitionDeleted") for sealed in self.store.read(0, 1_000))
        assert created - deleted == len(self.there)


STEPS = st.tuples(
    st.integers(0, 1),
    st.sampled_from(["create", "create", "update", "delete"]),
    st.sampled_from([*KINDS, "workbook"]),
    st.sampled_from(["", "", "n"]),
    st.sampled_from(["a", "a", "b"]),
    st.integers(0, 2),
    st.lists(st.sampled_from(["x", "y"]), unique=True, max_size=2),
    st.booleans(),
)
ONE_WORKBOOK = st.tuples(
    st.integers(0, 1),
    st.sampled_from(["create", "delete", "update", "create", "delete"]),
    st.just("workbook"),
    st.just(""),
    st.just("a"),
    st.just(0),
    st.lists(st.sampled_from(["x", "y"]), unique=True, max_size=2),
    st.booleans(),
)


@given(st.lists(ONE_WORKBOOK, min_size=8, max_size=12))
@settings(deadline=None)
def test_a_workbook_takes_what_it_brought_and_nothing_else(steps: list[tuple[Any, ...]]) -> None:
    """However often it comes, changes and goes, with its items or without them."""
    world = World()
    try:
        for step in steps:
            world.do(step)
        world.check()
    finally:
        world.close()


@given(st.lists(STEPS, min_size=4, max_size=20))
@settings(deadline=None, max_examples=20)
def test_everybody_tells_the_same_story(steps: list[tuple[Any, ...]]) -> None:
    """Each step is refused or not as it must be, and views show what is there, also built again."""
    world = World()
    views = Views("sqlite://", world.store, world.codec)
    try:
        for step in steps:
            world.do(step)
        world.check()
        views.catch_up()
        before = {kind: views.definitions[kind].list(Query(project=None)).rows for kind in KINDS}
        shown = {(kind, row.get("namespace", ""), row["name"]) for kind in KINDS for row in before[kind]}
        assert shown == world.there
        views.rebuild()
        assert {kind: views.definitions[kind].list(Query(project=None)).rows for kind in KINDS} == before
        assert views.quarantined() == []
    finally:
        views.close()
        world.close()
