"""Definition streams: several at once or none, kinds and projects apart."""

from __future__ import annotations

import pytest

from tests.wf_es.engine.conftest import SteppingClock
from tests.wf_es.engine.counters import DisturbedStore
from wf_es.definition import versions
from wf_es.definition.versions import Content, DefinitionState, Subject
from wf_es.engine.definition_streams import Decide, DefinitionStreams, subject_of
from wf_es.engine.writer import Writer
from wf_es.envelope import Origin, Recorded
from wf_es.errors import CorruptHistory, InvalidRequest, NotFound
from wf_es.execution.events import Pin
from wf_es.store import standard_codec

ORIGIN = Origin(actor="ann", project="p", command="c", now=SteppingClock().now())


def subject(name: str, kind: str = "environment", project: str = "p") -> Subject:
    """Return which definition is meant."""
    return Subject(project=project, kind=kind, name=name)


def creation(name: Subject, text: str = "{}", scope: str = "private") -> Decide:
    """Return the decision to create one."""
    content = Content(text=text, hash=f"hash of {text}", checksum="c", scope=scope)
    origin = Origin(actor="ann", project=name.project, command="c", now=ORIGIN.now)
    return lambda state: versions.create(state, name, content, origin)


def refusal(_: DefinitionState) -> tuple[Recorded, ...]:
    """Refuse."""
    raise InvalidRequest("no")


@pytest.fixture
def streams(store: DisturbedStore) -> DefinitionStreams:
    """Streams over the store."""
    return DefinitionStreams(store, standard_codec(), Writer(store))


def test_several_are_changed_at_once(streams: DefinitionStreams, store: DisturbedStore) -> None:
    """The receipt has them in the order in which they were given."""
    wanted = [subject(name) for name in ("b", "a", "c")]
    receipt = streams.change({one: creation(one) for one in wanted})

    assert [made.name for made in receipt.definitions] == ["b", "a", "c"]
    assert receipt.position == 3
    assert [len(batch) for batch in store.appends] == [3]
    assert [subject_of(made) for made in receipt.definitions] == wanted


def test_one_refusal_undoes_all(streams: DefinitionStreams, store: DisturbedStore) -> None:
    """Nothing of the others is kept."""
    with pytest.raises(InvalidRequest):
        streams.change({subject("a"): creation(subject("a")), subject("b"): refusal})

    assert store.appends == []
    assert not streams.state(subject("a").id).exists


def test_nothing_to_do_is_answered_with_the_state(streams: DefinitionStreams) -> None:
    """A decision without events changes nothing."""
    receipt = streams.change({subject("a"): lambda _: ()})

    assert (receipt.events, receipt.definitions[0].exists) == ((), False)


def test_kinds_and_projects_are_apart(streams: DefinitionStreams) -> None:
    """By name only one's own, by id also what others made public, never another kind."""
    hidden, public = subject("hidden", project="q"), subject("public", project="q")
    streams.change({hidden: creation(hidden)})
    streams.change({public: creation(public, scope="public")})

    assert streams.find("hidden", kind="environment", project="q").id == hidden.id
    assert streams.find(public.id, kind="environment", project="p").id == public.id
    for identifier, kind in ((hidden.id, "environment"), ("public", "environment"), (public.id, "workbook")):
        with pytest.raises(NotFound):
            streams.find(identifier, kind=kind, project="p")
    with pytest.raises(NotFound):
        streams.find_own(public.id, kind="environment", project="p")


def test_a_pin_gives_its_version_or_nothing(streams: DefinitionStreams) -> None:
    """A text that was exchanged is not run."""
    name = subject("a", "action")
    (made,) = streams.change({name: creation(name, "text")}).definitions
    streams.change({name: lambda state: versions.delete(state, name, ORIGIN)})

    assert streams.pinned(Pin(stream=made.id, version=1, hash="hash of text")).content == made.content
    for version, digest in ((1, "other"), (2, "other"), (3, "hash of text")):
        with pytest.raises(CorruptHistory, match="is not the one that was pinned"):
            streams.pinned(Pin(stream=made.id, version=version, hash=digest))
