"""The codec: exact in both directions, chained, and honest about what it cannot do."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from tests.wf_es.store.write_golden import missing_fields, tag_of
from wf_es.definition.versions import DEFINITION_EVENTS
from wf_es.envelope import JSON, Event, Recorded
from wf_es.errors import CorruptHistory, InvalidRequest
from wf_es.execution.events import EXECUTION_EVENTS, ActionCompleted, ActionStarted
from wf_es.ports import Sealed
from wf_es.store import EventCodec, standard_codec
from wf_es.store.codec import MAX_NESTING, Upcaster

GOLDEN = Path(__file__).parent / "golden"
EVENTS = (*EXECUTION_EVENTS, *DEFINITION_EVENTS)
TAGS = sorted(str(kind.__struct_config__.tag) for kind in EVENTS)
NOW = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)


class Moved(Event, frozen=True, kw_only=True, tag="Moved@3"):
    """An event that has seen two changes since it was first stored."""

    place: str
    metres: int


class Other(Event, frozen=True, kw_only=True, tag="Other@1"):
    """Another event."""


LIFTS = {
    "Moved@1": Upcaster("Moved@2", lambda old: {"place": old["to"], "kilometres": old["kilometres"]}),
    "Moved@2": Upcaster("Moved@3", lambda old: {"place": old["place"], "metres": old["kilometres"] * 1000}),
}


def recorded(data: Event, *, time: datetime = NOW, reason: str | None = None) -> Recorded:
    """Return an event with a plain envelope."""
    return Recorded(
        stream="s", version=7, time=time, actor="ann", project="p", command="c-1", reason=reason, data=data
    )


def completed(output: JSON) -> Recorded:
    """Return an event that carries a value of the author's."""
    return recorded(ActionCompleted(action_id="a", state="SUCCESS", output=output))


def stored(topic: str, body: bytes) -> Sealed:
    """Return bytes as a store would give them back."""
    return Sealed(stream="s", version=7, topic=topic, body=body, digest=hashlib.sha256(body).hexdigest())


def test_the_stored_text_is_readable_json() -> None:
    """What anybody finds in the database: the predecessor's digest, the envelope, the body."""
    sealed = standard_codec().seal(recorded(ActionStarted(action_id="a", runner="r")), "f" * 64)

    assert sealed.topic == "ActionStarted@1"
    assert msgspec.json.decode(sealed.body) == {
        "prev": "f" * 64,
        "time": "2026-05-04T03:02:01.123456Z",
        "actor": "ann",
        "project": "p",
        "command": "c-1",
        "data": {"type": "ActionStarted@1", "action_id": "a", "runner": "r"},
    }
    assert sealed.digest == hashlib.sha256(sealed.body).hexdigest()


VALUES: dict[str, JSON] = {
    "nothing": None,
    "numbers": [0, -1, 2**70, 0.1, -0.0, 1e308, True],
    "text": "Grüße \u0000 \u2028 🙂 </script>",
    "nested": {"a": [{"b": None}, []], "": {}},
    "deep": [[[[[[[[[[1]]]]]]]]]],
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_what_is_stored_comes_back_as_it_was(value: JSON) -> None:
    """Opening undoes sealing."""
    codec = standard_codec()
    event = completed(value)

    assert codec.open(codec.seal(event, codec.genesis("s"))) == event


def test_the_whole_envelope_comes_back() -> None:
    """No field of the envelope is lost, and times mean the same moment."""
    codec = standard_codec()
    event = Recorded(
        stream="s",
        version=2,
        time=NOW.astimezone(timezone(timedelta(hours=2))),
        actor="ann",
        project="p",
        command="c",
        cause="t/3",
        key="k",
        reason="because",
        data=ActionStarted(action_id="a"),
    )

    assert codec.open(codec.seal(event, "0" * 64)) == event


UNSTORABLE: dict[str, JSON] = {
    "not a number": float("nan"),
    "infinity in a list": [1, float("inf")],
    "infinity deep inside": {"a": [{"b": float("-inf")}]},
    "half a character": "\ud800",
    "half a character as a key": {"\udfff": 1},
    "an object": object(),
    "too deep": [],
}
for _ in range(MAX_NESTING + 1):
    UNSTORABLE["too deep"] = [UNSTORABLE["too deep"]]


@pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE)
def test_what_json_cannot_carry_is_refused(value: JSON) -> None:
    """Such a value never reaches the store, and never becomes null on the way."""
    with pytest.raises(InvalidRequest, match="ActionCompleted cannot be stored"):
        standard_codec().seal(completed(value), "0" * 64)


def test_a_refusal_names_the_place() -> None:
    """The author is told where the value is."""
    with pytest.raises(InvalidRequest, match=r"data\.output\.a\.1 is nan"):
        standard_codec().seal(completed({"a": [None, float("nan")]}), "0" * 64)


def test_half_a_character_in_the_envelope_is_refused() -> None:
    """The reason and the like come from outside too."""
    with pytest.raises(InvalidRequest):
        standard_codec().seal(recorded(ActionStarted(action_id="a"), reason="\ud800"), "0" * 64)


def test_an_event_of_no_known_type_is_refused() -> None:
    """What could not be read again is not written."""
    with pytest.raises(InvalidRequest, match="Moved"):
        standard_codec().seal(recorded(Moved(place="x", metres=1)), "0" * 64)


GOOD = b'{"prev":"%b","time":"2026-05-04T03:02:01Z","actor":"a","project":"p","command":"c","data":%b}'
DAMAGED = {
    "unknown topic": ("Unknown@1", GOOD % (b"0" * 64, b'{"type":"Unknown@1"}')),
    "newer version": ("ActionStarted@2", GOOD % (b"0" * 64, b'{"type":"ActionStarted@2"}')),
    "topic of another": (
        "ActionDelegated@1",
        GOOD % (b"0" * 64, b'{"type":"ActionStarted@1","action_id":"a"}'),
    ),
    "field missing": ("ActionStarted@1", GOOD % (b"0" * 64, b'{"type":"ActionStarted@1"}')),
    "field of another type": (
        "ActionStarted@1",
        GOOD % (b"0" * 64, b'{"type":"ActionStarted@1","action_id":1}'),
    ),
    "cut off": ("ActionStarted@1", (GOOD % (b"0" * 64, b'{"type":"ActionStarted@1"'))[:-20]),
    "not JSON": ("ActionStarted@1", b"\x00\x01"),
    "not UTF-8": ("ActionStarted@1", GOOD % (b"0" * 64, b'{"type":"ActionStarted@1","action_id":"\xff"}')),
    "empty": ("ActionStarted@1", b""),
    "no envelope": ("ActionStarted@1", b'{"type":"ActionStarted@1","action_id":"a"}'),
    "deeper than Python": ("ActionStarted@1", b"[" * 100_000),
    "old, without a body": ("Moved@1", GOOD % (b"0" * 64, b"7")),
    "old, not liftable": ("Moved@1", GOOD % (b"0" * 64, b'{"type":"Moved@1"}')),
}


@pytest.mark.parametrize(("topic", "body"), DAMAGED.values(), ids=DAMAGED)
def test_damage_is_corrupt_history(topic: str, body: bytes) -> None:
    """Whatever is wrong with the bytes, the error names stream and version."""
    codec = EventCodec((*EXECUTION_EVENTS, Moved), LIFTS)

    with pytest.raises(CorruptHistory, match="Event 7 of stream s") as caught:
        codec.open(stored(topic, body))

    assert caught.value.details == {"stream": "s", "version": 7}


OLD = {
    "first version": ("Moved@1", b'{"type":"Moved@1","to":"Rome","kilometres":2}'),
    "second version": ("Moved@2", b'{"type":"Moved@2","place":"Rome","kilometres":2}'),
    "current version": ("Moved@3", b'{"type":"Moved@3","place":"Rome","metres":2000}'),
}


@pytest.mark.parametrize(("topic", "body"), OLD.values(), ids=OLD)
def test_old_versions_are_lifted_step_by_step(topic: str, body: bytes) -> None:
    """An event of any version is read as the current one."""
    event = EventCodec((Moved, Other), LIFTS).open(stored(topic, GOOD % (b"0" * 64, body)))

    assert event.data == Moved(place="Rome", metres=2000)


def test_a_chain_begins_with_the_name_of_its_stream() -> None:
    """The first event carries the digest of the stream's id, the next one that of the first's bytes."""
    codec = standard_codec()
    first = codec.seal(recorded(ActionStarted(action_id="a")), codec.genesis("s"))
    second = codec.seal(recorded(ActionStarted(action_id="b")), first.digest)

    assert codec.previous(first) == hashlib.sha256(b"s").hexdigest()
    assert codec.previous(second) == hashlib.sha256(first.body).hexdigest()


@pytest.mark.parametrize("body", [b"", b'{"time":"x","prev":"y"}', b'{"prev":"short"}'])
def test_a_text_without_its_predecessor_is_corrupt(body: bytes) -> None:
    """An event that does not begin with a digest is nobody's successor."""
    with pytest.raises(CorruptHistory):
        standard_codec().previous(stored("ActionStarted@1", body))


def test_half_a_character_is_no_stream_id() -> None:
    """An id from outside that is not text is refused, not a crash."""
    with pytest.raises(InvalidRequest):
        standard_codec().genesis("\ud800")


@pytest.mark.parametrize("tag", TAGS)
def test_every_event_version_has_a_golden_text(tag: str) -> None:
    """What a release wrote is read, whole, by every later one.

    A golden text is never changed. A new event type or version needs a new
    one: ``python tests/wf_es/store/write_golden.py`` writes those missing.
    """
    body = (GOLDEN / f"{tag}.json").read_bytes()
    codec = standard_codec()

    event = codec.open(stored(tag, body))

    assert codec.seal(event, codec.previous(stored(tag, body))).body == body


@pytest.mark.parametrize("event_type", EVENTS, ids=lambda kind: kind.__struct_config__.tag)
def test_every_field_has_a_golden_text(event_type: type[Event]) -> None:
    """An optional field that came later has a text of its own, beside the older one without it.

    ``python tests/wf_es/store/write_golden.py`` writes those missing.
    """
    assert missing_fields(event_type) == []


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_golden_text_can_be_read(path: Path) -> None:
    """Also those of versions that are no longer written, and those from before a field was added."""
    codec, text = standard_codec(), stored(tag_of(path), path.read_bytes())

    event = codec.open(text)

    assert event.actor == "ann"
    if tag_of(path) in TAGS:
        assert codec.seal(event, codec.previous(text)).body == text.body
