"""Write the golden texts that are missing: one per event version, every field filled.

Run it after adding an event type or version, and commit what it wrote. It
never touches a text that is there.
"""

from __future__ import annotations

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
            return kind.cls(**{field.name: sample(field.name, field.type) for field in kind.fields})
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
        path = GOLDEN / f"{event_type.__struct_config__.tag}.json"
        if not path.exists():
            path.write_bytes(golden(event_type))
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
