"""Reading a workbook: actions and workflows that belong together under one name.

Its items are stored like any others, named ``<workbook>.<item>``. What they
call by a short name is looked for in the workbook first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from wf_es.definition.action_lists import AdHocAction, read_stored_action
from wf_es.definition.adhoc import check_bases, read_adhoc, specifications
from wf_es.definition.documents import (
    check_document_name,
    is_document,
    report_nothing,
    single_document,
    workbook_items,
)
from wf_es.definition.keys import Key, read_keys
from wf_es.definition.known_actions import of_workbook
from wf_es.definition.model import ActionSpec, AdHocSpec, WorkflowSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Gathered, Passage
from wf_es.definition.problems import Report
from wf_es.definition.reading import Workflow, WorkflowReader, read_stored
from wf_es.definition.stored import NO_LIMITS, Findings, checksum_of, hash_of
from wf_es.definition.subworkflows import check_calls
from wf_es.definition.text import read_text
from wf_es.definition.values import (
    is_filled_mapping,
    read_description,
    read_ignored,
    read_tags,
    read_text_value,
)
from wf_es.envelope import JSON
from wf_es.limits import DEFAULT_LIMITS, Limits


class Workbook(msgspec.Struct, frozen=True, kw_only=True):
    """A workbook with its items, whose names begin with ``<workbook>.``.

    ``text`` is what the author wrote, ``checksum`` its MD5 (as Mistral shows
    it) and ``hash`` its SHA-256, both in hex. Each item has a text of its own.
    """

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    actions: tuple[AdHocAction, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    text: str
    checksum: str
    hash: str


class WorkbookReading(Findings, frozen=True, kw_only=True):
    """What reading a workbook gave: itself (None if there are errors) and problems."""

    workbook: Workbook | None


def _read_name(node: Node, passage: Passage) -> str | None:
    name = read_text_value(node, passage)
    if name is not None:
        check_document_name(name, node, passage.report, may_be_uuid=True)
    return name


def _read_part(node: Node, passage: Passage) -> Node | None:
    """Keep a mapping of items; they are read when the name of the workbook is known."""
    return node if is_filled_mapping(node, passage) else None


WORKBOOK_KEYS = {
    "version": Key(read=read_ignored),
    "name": Key(read=_read_name, field="name"),
    "description": Key(read=read_description, field="description"),
    "tags": Key(read=read_tags, field="tags"),
    "actions": Key(read=_read_part, field="actions"),
    "workflows": Key(read=_read_part, field="workflows"),
}
"""Every key of a workbook."""


def read_workbook(
    text: str,
    *,
    file: str = "<text>",
    actions: Mapping[str, ActionSpec] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> WorkbookReading:
    """Read a workbook and find all that is wrong with it and its items.

    Args:
        text: YAML, a workbook of version 2.0.
        file: what problems call the text.
        actions: the actions outside of it; without them, invocations are not checked.
        limits: sizes above which a text is refused.
    """
    report = Report(file)
    root = read_text(text, report, limits.definitions)
    workbook: Workbook | None = None
    if root is None or not is_document(root, report):
        report_nothing(root, report)
    else:
        draft = _BookReader(report, actions, limits).read(root)
        if not report.has_errors:
            workbook = _workbook(text, root, draft)
    return WorkbookReading(workbook=workbook, problems=report.problems)


def item_names(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the whole names of the actions and of the workflows in a stored workbook.

    Only the names are read, so the text may be one that would be refused today.
    """
    root = read_text(text, Report("<stored>"), NO_LIMITS.definitions)
    data = root.data if root is not None and isinstance(root.data, dict) else {}
    actions, workflows = (
        tuple(f"{data.get('name')}.{item}" for item in data.get(part) or {} if item != "version")
        for part in ("actions", "workflows")
    )
    return actions, workflows


class _Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A workbook while its items are not stored by themselves yet."""

    fields: dict[str, JSON]
    actions: list[AdHocSpec] = []
    workflows: list[WorkflowSpec] = []


class _BookReader:
    """Reads and checks one workbook with all its items."""

    def __init__(
        self,
        report: Report,
        actions: Mapping[str, ActionSpec] | None,
        limits: Limits,
    ) -> None:
        self._report = report
        self._actions = actions
        self._limits = limits

    def read(self, root: Node) -> _Draft:
        """Read everything, as far as it can be understood."""
        passage = Passage(report=self._report, gathered=Gathered(), subject="")
        fields = read_keys(root, passage, WORKBOOK_KEYS)
        if "name" not in (root.members or {}):
            passage.problem("E107", root, "'name' is a required property; give the workbook a name")
        name = fields.get("name", "")
        parts: list[Node | None] = [fields.pop("actions", None), fields.pop("workflows", None)]
        actions, workflows = parts
        adhoc = self._read_actions(name, actions) if actions else []
        known = self._known(name, adhoc)
        reader = WorkflowReader(self._report, known, self._limits)
        items = workbook_items(name, workflows, self._report) if workflows else ()
        read = [spec for item in items if (spec := reader.read(item)) is not None]
        check_calls(_by_names(name, read), self._report)
        return _Draft(fields=fields, actions=adhoc, workflows=read)

    def _read_actions(self, book: str, node: Node) -> list[AdHocSpec]:
        read = [
            read_adhoc(item, self._report, self._limits) for item in workbook_items(book, node, self._report)
        ]
        specs = [spec for spec in read if spec is not None]
        others = None if self._actions is None else of_workbook(book, {}, self._actions)
        check_bases(_by_names(book, specs), others, self._report)
        return specs

    def _known(self, book: str, adhoc: list[AdHocSpec]) -> Mapping[str, ActionSpec] | None:
        """Return the actions that the workflows may call, by short and whole names."""
        if self._actions is None:
            return None
        return of_workbook(book, specifications(_by_names(book, adhoc)), self._actions)


_Spec = TypeVar("_Spec", AdHocSpec, WorkflowSpec)


def _by_names(book: str, specs: list[_Spec]) -> dict[str, _Spec]:
    """Return items by their whole names and by those that are used in the workbook."""
    short = {spec.name.removeprefix(f"{book}."): spec for spec in specs}
    return short | {spec.name: spec for spec in specs}


def _workbook(text: str, root: Node, draft: _Draft) -> Workbook:
    """Give each item a document of its own and read it from there."""
    return Workbook(
        actions=tuple(
            read_stored_action(single_document(root, spec.name, spec.source), spec.name)
            for spec in draft.actions
        ),
        workflows=tuple(
            read_stored(single_document(root, spec.name, spec.source), spec.name) for spec in draft.workflows
        ),
        text=text,
        checksum=checksum_of(text),
        hash=hash_of(text),
        **draft.fields,
    )
