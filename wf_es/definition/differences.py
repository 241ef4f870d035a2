"""What differs between two versions of a definition: its parts, and its text line by line.

The parts are what an author thinks in: the tasks of a workflow, the items of a
workbook, the variables of an environment, and the other keys. They are
compared as they were read, so that another indentation, order or comment is a
difference of the text alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff

import msgspec

from wf_es.definition.action_lists import action_from
from wf_es.definition.environments import variables_of
from wf_es.definition.reading import workflow_from
from wf_es.definition.versions import ACTION, ENVIRONMENT, WORKBOOK, WORKFLOW, Content
from wf_es.definition.workbooks import Workbook, read_workbook
from wf_es.envelope import JSON
from wf_es.errors import DefinitionError

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

_MOST_LINES = 2_000
"""Lines that are compared one by one, after those that both begin and end with."""

_NO_NEWLINE = "\n\\ No newline at end of file\n"

_CONTEXT = 3
"""Lines that are shown around a difference."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part that differs.

    ``kind`` is ``task``, ``workflow``, ``action``, ``variable``, ``key`` (of the definition
    itself) or ``property`` (what is not in the text, such as ``scope``). ``keys`` are
    those of a task, workflow or action that differ, if both versions have it.
    """

    kind: str
    name: str
    change: str
    keys: tuple[str, ...] = ()


def parts(kind: str, name: str, before: Content, after: Content) -> list[Part]:
    """Return the parts that differ between two contents of a definition.

    A text that cannot be read any more has no parts; its lines still tell.

    Args:
        kind: ``workflow``, ``action``, ``workbook`` or ``environment``.
        name: The definition's name.
        before: One content.
        after: Another one.

    """
    try:
        found = list(_READERS[kind](name, before.text, after.text))
    except DefinitionError:
        found = []
    properties = [("scope", before.scope, after.scope)]
    if kind == ENVIRONMENT:
        properties.append(("description", before.description, after.description))
    return found + [
        Part(kind="property", name=what, change=CHANGED) for what, old, new in properties if old != new
    ]


def text_difference(before: str, after: str, names: tuple[str, str]) -> str:
    """Return how two texts differ, in the unified format; empty if they do not.

    Args:
        before: One text.
        after: Another one.
        names: What to call them in the first two lines.

    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = (old[start : len(old) - end], new[start : len(new) - end])
    if max(map(len, middle)) <= _MOST_LINES:
        lines: Iterable[str] = unified_diff(old, new, *names, n=_CONTEXT)
    else:
        lines = _at_once(*middle, start, names)
    return "".join(line if line.endswith("\n") else f"{line}{_NO_NEWLINE}" for line in lines)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many lines two texts have in common at the beginning."""
    return next(
        (index for index, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )


def _at_once(old: Sequence[str], new: Sequence[str], start: int, names: tuple[str, str]) -> Iterator[str]:
    """Tell so many lines as one piece that took the place of another: comparing each would take too long."""
    yield from (f"--- {names[0]}\n", f"+++ {names[1]}\n")
    yield f"@@ -{start + 1},{len(old)} +{start + 1},{len(new)} @@\n"
    yield from (f"-{line}" for line in old)
    yield from (f"+{line}" for line in new)


def _of_workflow(name: str, before: str, after: str) -> Iterator[Part]:
    old, new = (workflow_from(text, name).spec.source for text in (before, after))
    yield from _members("task", old.get("tasks") or {}, new.get("tasks") or {})
    yield from _members("key", *({k: v for k, v in one.items() if k != "tasks"} for one in (old, new)))


def _of_action(name: str, before: str, after: str) -> Iterator[Part]:
    old, new = (action_from(text, name).spec.source for text in (before, after))
    yield from _members("key", old, new)


def _of_workbook(_: str, before: str, after: str) -> Iterator[Part]:
    old, new = _book(before), _book(after)
    yield from _members("workflow", _sources(old.workflows), _sources(new.workflows))
    yield from _members("action", _sources(old.actions), _sources(new.actions))
    yield from _members("key", *({"description": one.description, "tags": one.tags} for one in (old, new)))


def _of_environment(_: str, before: str, after: str) -> Iterator[Part]:
    yield from _members("variable", variables_of(before), variables_of(after))


def _book(text: str) -> Workbook:
    reading = read_workbook(text)
    if reading.workbook is None:
        reading.raise_for_errors()
        raise DefinitionError("The text holds no workbook")
    return reading.workbook


def _sources(items: Sequence[JSON]) -> dict[str, JSON]:
    return {item.name: item.spec.source for item in items}


def _members(kind: str, old: Mapping[str, JSON], new: Mapping[str, JSON]) -> Iterator[Part]:
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield Part(kind=kind, name=name, change=REMOVED)
        elif name not in old:
            yield Part(kind=kind, name=name, change=ADDED)
        elif not _is_same(old[name], new[name]):
            keys = () if kind in ("key", "variable") else _differing(old[name], new[name])
            yield Part(kind=kind, name=name, change=CHANGED, keys=keys)


def _differing(old: JSON, new: JSON) -> tuple[str, ...]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return ()
    names = [*old, *(name for name in new if name not in old)]
    return tuple(
        name for name in names if name not in old or name not in new or not _is_same(old[name], new[name])
    )


def _is_same(old: JSON, new: JSON) -> bool:
    # As text, because 1 and true are equal otherwise.
    return msgspec.json.encode(old, order="sorted") == msgspec.json.encode(new, order="sorted")


_READERS = {
    WORKFLOW: _of_workflow,
    ACTION: _of_action,
    WORKBOOK: _of_workbook,
    ENVIRONMENT: _of_environment,
}
