"""Write the golden texts that are missing: one per event version, every field filled.

Run it after adding an event type, a version, or an optional field, and commit
what it wrote. It never touches a text that is there: one with new fields is
named after them, ``TimerFired@1+kind.json``.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from wf_es.definition.versions import DEFINITION_EVENTS
from wf_es.envelope import Event, Recorded
from wf_es.execution.events import EXECUTION_EVENTS
from wf_es.store import standard_codec

GOLDEN = Path(__file__).parent / "golden"


def sample(name: str, kind: msgspec.inspect.Type) -> Any:
    """Return a value of a field's type that says which field it is."""
    match kind:
        case msgspec.inspect.StructType():
            # What equals its default is not stored, and would not be seen.
            return kind.cls(
                **{
                    field.name: False if field.default is True else sample(field.name, field.type)
                    for field in kind.fields
                }
            )
        case msgspec.inspect.DictType():
            return {f"{name}-key": sample(name, kind.value_type)}
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            return [sample(name, kind.item_type)]
        case msgspec.inspect.UnionType():
            return sample(name, next(t for t in kind.types if not isinstance(t, msgspec.inspect.NoneType)))
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.IntType():
            return 3
        case msgspec.inspect.DateTimeType():
            return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        case _:
            return f"{name}-value"


def golden(event_type: type[Event]) -> bytes:
    """Return the text of an event of this type with every field filled."""
    recorded = Recorded(
        stream="5f6d2a5e-1f0e-4f0e-8a51-0b3f0e1a2b3c",
        version=2,
        time=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
        actor="ann",
        project="<default-project>",
        command="0b9c6f0a-9f5e-4b4e-a8f3-2f5d1c0e9d7a",
        cause="1",
        key="key-1",
        reason="a reason",
        data=sample("", msgspec.inspect.type_info(event_type)),
    )
    return standard_codec().seal(recorded, "ab" * 32).body


def main() -> None:
    """Write what is missing and name it."""
    for event_type in (*EXECUTION_EVENTS, *DEFINITION_EVENTS):
        missing = "+".join(["", *missing_fields(event_type)])
        path = GOLDEN / f"{event_type.__struct_config__.tag}{missing}.json"
        if not path.exists():
            path.write_bytes(golden(event_type))
            sys.stdout.write(f"{path}\n")


def missing_fields(event_type: type[Event]) -> list[str]:
    """Return the fields that golden texts of an event version exist without; none if there is no text."""
    tag = event_type.__struct_config__.tag
    texts = [path.read_bytes() for path in GOLDEN.glob("*.json") if tag_of(path) == tag]
    shown = {name for text in texts for name in json.loads(text)["data"]}
    return [name for name in event_type.__struct_fields__ if texts and name not in shown]


def tag_of(path: Path) -> str:
    """Return the event version that a golden text is of."""
    return path.stem.partition("+")[0]


if __name__ == "__main__":
    main()
