"""Reading a workbook: actions and workflows that belong together under one name.

Its items are stored like any others, named ``<workbook>.<item>``. What they
call by a short name is looked for in the workbook first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from wf_es.definition.action_lists import AdHocAction, read_stored_action
from wf_es.definition.adhoc import check_bases, read_adhoc, specifications
from wf_es.definition.characters import Limits
from wf_es.definition.documents import (
    check_document_name,
    is_document,
    report_nothing,
    single_document,
    workbook_items,
)
from wf_es.definition.keys import NOT_RUN, Key, read_keys, refuse_not_run
from wf_es.definition.model import ActionSpec, AdHocSpec, WorkflowSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Gathered, Passage
from wf_es.definition.problems import Report
from wf_es.definition.reading import Workflow, WorkflowReader, read_stored
from wf_es.definition.stored import Findings, checksum_of, hash_of
from wf_es.definition.text import read_text
from wf_es.definition.values import (
    is_filled_mapping,
    read_description,
    read_ignored,
    read_tags,
    read_text_value,
)
from wf_es.envelope import JSON

_DEFAULT_LIMITS = Limits()


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
    limits: Limits = _DEFAULT_LIMITS,
    not_run: Collection[str] = NOT_RUN,
) -> WorkbookReading:
    """Read a workbook and find all that is wrong with it and its items.

    Args:
        text: YAML, a workbook of version 2.0.
        file: what problems call the text.
        actions: the actions outside of it; without them, invocations are not checked.
        limits: sizes above which a text is refused.
        not_run: features that are read and checked, but refused.
    """
    report = Report(file)
    root = read_text(text, report, limits)
    workbook: Workbook | None = None
    if root is None or not is_document(root, report):
        report_nothing(root, report)
    else:
        draft = _BookReader(report, actions, limits, not_run).read(root)
        if not report.has_errors:
            workbook = _workbook(text, root, draft, not_run)
    return WorkbookReading(workbook=workbook, problems=report.problems)


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
        not_run: Collection[str],
    ) -> None:
        self._report = report
        self._actions = actions
        self._limits = limits
        self._not_run = not_run

    def read(self, root: Node) -> _Draft:
        """Read everything, as far as it can be understood."""
        passage = Passage(report=self._report, gathered=Gathered(), subject="", not_run=self._not_run)
        refuse_not_run("workbook", root, passage)
        fields = read_keys(root, passage, WORKBOOK_KEYS)
        if "name" not in (root.members or {}):
            passage.problem("E107", root, "'name' is a required property; give the workbook a name")
        name = fields.get("name", "")
        parts: list[Node | None] = [fields.pop("actions", None), fields.pop("workflows", None)]
        actions, workflows = parts
        adhoc = self._read_actions(name, actions) if actions else []
        known = self._known(name, adhoc)
        reader = WorkflowReader(self._report, known, self._limits, self._not_run)
        items = workbook_items(name, workflows, self._report) if workflows else ()
        read = [reader.read(item) for item in items]
        return _Draft(fields=fields, actions=adhoc, workflows=[spec for spec in read if spec is not None])

    def _read_actions(self, book: str, node: Node) -> list[AdHocSpec]:
        read = [read_adhoc(item, self._report) for item in workbook_items(book, node, self._report)]
        specs = [spec for spec in read if spec is not None]
        check_bases(_by_names(book, specs), self._actions, self._report)
        return specs

    def _known(self, book: str, adhoc: list[AdHocSpec]) -> dict[str, ActionSpec] | None:
        """Return the actions that the workflows may call, by short and whole names."""
        if self._actions is None:
            return None
        return {**self._actions, **specifications(_by_names(book, adhoc))}


def _by_names(book: str, specs: list[AdHocSpec]) -> dict[str, AdHocSpec]:
    """Return actions by their whole names and by those that are used in the workbook."""
    short = {spec.name.removeprefix(f"{book}."): spec for spec in specs}
    return short | {spec.name: spec for spec in specs}


def _workbook(text: str, root: Node, draft: _Draft, not_run: Collection[str]) -> Workbook:
    """Give each item a document of its own and read it from there."""
    return Workbook(
        actions=tuple(
            read_stored_action(single_document(root, spec.name, spec.source), spec.name)
            for spec in draft.actions
        ),
        workflows=tuple(
            read_stored(single_document(root, spec.name, spec.source), spec.name, not_run)
            for spec in draft.workflows
        ),
        text=text,
        checksum=checksum_of(text),
        hash=hash_of(text),
        **draft.fields,
    )
