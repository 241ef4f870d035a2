"""What an upload means: which definitions a text makes, and with which content.

A text with workflows or actions makes one definition of each. A workbook makes
one of itself, and brings its actions and workflows along: those are created or
updated as need be, named ``<workbook>.<item>``, with the workbook's scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from wf_es.definition import (
    ActionReading,
    AdHocAction,
    Reading,
    Workbook,
    Workflow,
)
from wf_es.definition.detection import AnyReading, read_any
from wf_es.definition.known_actions import KnownActions
from wf_es.definition.model import ActionSpec
from wf_es.definition.versions import ACTION, WORKBOOK, WORKFLOW, Content, Subject
from wf_es.errors import InvalidRequest
from wf_es.limits import DEFAULT_LIMITS, Limits


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """Where an upload is put: whose it is, in which namespace, and who may see it."""

    project: str
    namespace: str = ""
    scope: str = "private"


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """The definitions that a text is about, and those that come along with them."""

    named: dict[Subject, Content]
    items: dict[Subject, Content] = {}


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Reads texts: against the actions there are, and within limits.

    ``actions`` are installed; ``stored`` finds those that a name means to what
    stands on a shelf.
    """

    actions: Mapping[str, ActionSpec]
    stored: Callable[[str, Shelf], ActionSpec | None] | None = None
    limits: Limits = DEFAULT_LIMITS

    def check(self, kind: str, text: str, shelf: Shelf) -> AnyReading:
        """Return what is wrong with a text of one kind, workflow, workbook or action, for a shelf.

        Raises:
            InvalidRequest: nothing of this kind is uploaded as a text.
        """
        return read_any(text, kind, actions=self._known(shelf), limits=self.limits)

    def _known(self, shelf: Shelf) -> Mapping[str, ActionSpec]:
        stored = self.stored
        if stored is None:
            return self.actions
        return KnownActions(self.actions, find=lambda name: stored(name, shelf))

    def read(self, kind: str, text: str, shelf: Shelf) -> Upload:
        """Read a text of one kind that is put on a shelf.

        Raises:
            InvalidDefinition: the text has errors; ``problems`` lists all of them.
            InvalidRequest: nothing of this kind is uploaded as a text.
        """
        found = self.check(kind, text, shelf)
        found.raise_for_errors()
        if isinstance(found, Reading):
            return Upload(named=_contents(WORKFLOW, found.workflows, shelf))
        if isinstance(found, ActionReading):
            return Upload(named=_contents(ACTION, found.actions, shelf))
        if found.workbook is not None:
            return _upload_of_workbook(found.workbook, shelf)
        raise InvalidRequest("The text holds no workbook")


def _upload_of_workbook(book: Workbook, shelf: Shelf) -> Upload:
    own = Content(
        text=book.text,
        hash=book.hash,
        checksum=book.checksum,
        scope=shelf.scope,
        tags=book.tags,
        description=book.description,
    )
    items = _contents(ACTION, book.actions, shelf) | _contents(WORKFLOW, book.workflows, shelf)
    return Upload(named={_subject(WORKBOOK, book.name, shelf): own}, items=items)


def _contents(kind: str, items: Iterable[Workflow | AdHocAction], shelf: Shelf) -> dict[Subject, Content]:
    return {
        _subject(kind, item.name, shelf): Content(
            text=item.text,
            hash=item.hash,
            checksum=item.checksum,
            scope=shelf.scope,
            tags=item.spec.tags,
            description=item.spec.description,
        )
        for item in items
    }


def _subject(kind: str, name: str, shelf: Shelf) -> Subject:
    return Subject(project=shelf.project, kind=kind, namespace=shelf.namespace, name=name)
