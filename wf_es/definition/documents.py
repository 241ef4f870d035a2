"""Documents: a text holds a version and one or several items, or a workbook.

Several workflows (or actions) in one text become one document each, because
each is stored, updated and pinned by itself. The same holds for the items of a
workbook, whose names begin with its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wf_es.definition.model import Place
from wf_es.definition.nodes import Node
from wf_es.definition.problems import Report, listed, shown
from wf_es.definition.text import write_text
from wf_es.definition.values import LONGEST_NAME
from wf_es.envelope import JSON

VERSION = "2.0"
"""The version of the language."""

VERSIONS = (VERSION, 2.0)
"""What ``version`` may be: text or number."""

_UUID_GROUPS = (8, 4, 4, 4, 12)
_WORKBOOK_KEYS = ("name", "workflows", "actions")
_WORKBOOK_ITEM = re.compile(r"[\w-]+")

Item = tuple[str, Node, Node]
"""The name of a workflow or action, the node of the name and its own."""


def workflow_nodes(root: Node | None, report: Report) -> Iterator[Item]:
    """Check a workflow list and yield each workflow."""
    if root is None or not is_document(root, report):
        report_nothing(root, report)
        return
    if isinstance(root.data.get("workflows"), dict):
        keys = listed(key for key in _WORKBOOK_KEYS if key in (root.members or {}))
        message = f"this looks like a workbook (it has {keys})"
        report.add("E105", root.place, f"{message}, not like a list of workflows; upload it as a workbook")
        return
    yield from _list_items(root, report, "workflow")


def action_nodes(root: Node | None, report: Report) -> Iterator[Item]:
    """Check an action list and yield each action."""
    if root is None or not is_document(root, report):
        report_nothing(root, report)
        return
    yield from _list_items(root, report, "action")


def is_document(root: Node, report: Report) -> bool:
    """Whether a text is a mapping that says its version; reports what is wrong with either."""
    if root.members is None:
        return False
    _check_version(root, report)
    return True


def report_nothing(root: Node | None, report: Report) -> None:
    """Report a text that holds nothing, or anything but a mapping."""
    if root is None and report.has_errors:
        return
    place = root.place if root else Place(1, 1)
    if root is None or root.data is None:
        report.add("E107", place, "the text is empty: 'version' is a required property")
    else:
        message = f"a definition is a mapping: {shown(root.data)} is not of type 'object'"
        report.add("E105", place, message)


def _list_items(root: Node, report: Report, noun: str) -> Iterator[Item]:
    if all(name == "version" for name in root.members or ()):
        report.add("E107", root.place, f"the text holds no {noun}; add one beside 'version'")
    for name, name_node, node in root.entries():
        if name != "version":
            check_document_name(name, name_node, report, may_be_uuid=noun != "workflow")
            yield name, name_node, node


def workbook_items(book: str, node: Node, report: Report) -> Iterator[Item]:
    """Check the names in a part of a workbook and yield each item with its whole name."""
    for name, name_node, item in node.entries():
        if name == "version":
            _check_version(node, report)
            continue
        whole = f"{book}.{name}"
        message = ""
        if not _WORKBOOK_ITEM.fullmatch(name):
            message = f"name {shown(name)} in a workbook may hold letters, digits, '_' and '-' only"
        elif len(whole) > LONGEST_NAME:
            message = f"name {shown(whole)} has {len(whole)} characters, {LONGEST_NAME} are allowed"
        if message:
            report.add("E109", name_node.place, message)
        yield whole, name_node, item


def single_document(root: Node, name: str, data: JSON) -> str:
    """Return the text of a document with just one item."""
    return write_text({"version": root.data["version"], name: data})


def _check_version(root: Node, report: Report) -> None:
    if "version" not in (root.members or {}):
        report.add("E107", root.place, "'version' is a required property; begin with version: '2.0'")
        return
    version = root.at(["version"])
    if isinstance(version.data, bool) or version.data not in VERSIONS:
        message = f"version {shown(version.data)} is not supported; the language is version '2.0'"
        report.add("E110", version.place, message)


def check_document_name(name: str, node: Node, report: Report, may_be_uuid: bool = False) -> None:
    """Report a name under which nothing can be stored."""
    message = ""
    if any(character.isspace() for character in name):
        message = f"Name '{name}' must not contain spaces"
    elif not name or not name.isprintable():
        message = f"name {shown(name)} must be visible text"
    elif len(name) > LONGEST_NAME:
        message = f"name {shown(name)} has {len(name)} characters, {LONGEST_NAME} are allowed"
    elif not may_be_uuid and _looks_like_uuid(name):
        message = f"Name '{name}' must not look like a UUID; workflows are found by name or by id"
    if message:
        report.add("E109", node.place, message)


def _looks_like_uuid(name: str) -> bool:
    groups = name.split("-")
    if len(name) == sum(_UUID_GROUPS):
        groups = [name]
    elif tuple(map(len, groups)) != _UUID_GROUPS:
        return False
    return all(character in "0123456789abcdefABCDEF" for character in "".join(groups))
