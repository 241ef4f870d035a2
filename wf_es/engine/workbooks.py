"""What a workbook has brought along, and how it is withdrawn with all of it.

Actions and workflows of a workbook are definitions of their own. They stay
when the workbook is changed or deleted, unless they are to go with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from wf_es.definition import versions
from wf_es.definition.versions import (
    ACTION,
    WORKBOOK,
    WORKFLOW,
    DefinitionCreated,
    DefinitionDeleted,
    DefinitionState,
    DefinitionUpdated,
    Subject,
)
from wf_es.definition.workbooks import item_names
from wf_es.engine.definition_streams import Decide, DefinitionReceipt, DefinitionStreams, subject_of
from wf_es.envelope import Origin, Recorded
from wf_es.errors import ConflictError


def delete_with_items(
    streams: DefinitionStreams, identifier: str, namespace: str, origin: Origin
) -> DefinitionReceipt:
    """Withdraw a workbook and all that it has brought along since it was created, or nothing.

    Raises:
        NotFound: the project has no workbook of this name or id.
    """
    while True:
        book = streams.find_own(identifier, kind=WORKBOOK, project=origin.project, namespace=namespace)
        decisions: dict[Subject, Decide] = {subject_of(book): _deletion(book, origin)}
        decisions |= {subject: _withdrawal(subject, origin) for subject in items_of(streams, book)}
        try:
            return streams.change(decisions)
        except _Changed:
            continue


def items_of(streams: DefinitionStreams, book: DefinitionState) -> list[Subject]:
    """Return what a workbook has brought along in any version since it was created."""
    found: dict[Subject, None] = {}
    for recorded in streams.replay(book.id):
        if isinstance(recorded.data, DefinitionDeleted):
            found.clear()
        elif isinstance(recorded.data, DefinitionCreated | DefinitionUpdated):
            found |= dict.fromkeys(_items(book, recorded.data.text))
    return list(found)


class _Changed(ConflictError):
    """The workbook was changed after its items had been looked up."""


def _items(book: DefinitionState, text: str) -> Iterator[Subject]:
    for kind, names in zip((ACTION, WORKFLOW), item_names(text), strict=True):
        for name in names:
            yield Subject(project=book.project, kind=kind, namespace=book.namespace, name=name)


def _deletion(book: DefinitionState, origin: Origin) -> Decide:
    def decide(state: DefinitionState) -> tuple[Recorded, ...]:
        if state.version != book.version:
            raise _Changed
        return versions.delete(state, subject_of(book), origin)

    return decide


def _withdrawal(subject: Subject, origin: Origin) -> Decide:
    return lambda state: versions.delete(state, subject, origin) if state.exists else ()
