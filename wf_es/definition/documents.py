"""Documents: a text holds a version and one or several workflows.

Several workflows in one text become one document each, because each is stored,
updated and pinned by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from wf_es.definition.model import Place
from wf_es.definition.nodes import Node
from wf_es.definition.problems import Report, listed, shown
from wf_es.definition.text import write_text
from wf_es.definition.values import LONGEST_NAME

VERSIONS = ("2.0", 2.0)
"""What ``version`` may be: text or number."""

_UUID_GROUPS = (8, 4, 4, 4, 12)
_WORKBOOK_KEYS = ("name", "workflows", "actions")


def workflow_nodes(root: Node | None, report: Report) -> Iterator[tuple[str, Node, Node]]:
    """Check a document and yield name, name node and node of each workflow."""
    if root is None:
        if not report.has_errors:
            report.add("E107", Place(1, 1), "the text is empty: 'version' is a required property")
        return
    if root.members is None:
        _report_no_mapping(root, report)
        return
    _check_version(root, report)
    names = [name for name in root.members if name != "version"]
    if not names:
        report.add("E107", root.place, "the text holds no workflow; add one beside 'version'")
    if isinstance(root.data.get("workflows"), dict):
        keys = listed(key for key in _WORKBOOK_KEYS if key in root.members)
        message = f"this looks like a workbook (it has {keys}), which this version of wf_es does not run"
        report.add("E108", root.place, message)
        return
    for name, name_node, node in root.entries():
        if name != "version":
            _check_workflow_name(name, name_node, report)
            yield name, name_node, node


def single_document(root: Node, name: str) -> str:
    """Return the text of a document with just one of the workflows."""
    return write_text({"version": root.data["version"], name: root.data[name]})


def _report_no_mapping(root: Node, report: Report) -> None:
    if root.data is None:
        report.add("E107", root.place, "the text is empty: 'version' is a required property")
        return
    message = f"a definition is a mapping: {shown(root.data)} is not of type 'object'"
    report.add("E105", root.place, message)


def _check_version(root: Node, report: Report) -> None:
    if "version" not in (root.members or {}):
        report.add("E107", root.place, "'version' is a required property; begin with version: '2.0'")
        return
    version = root.at(["version"])
    if isinstance(version.data, bool) or version.data not in VERSIONS:
        message = f"version {shown(version.data)} is not supported; the language is version '2.0'"
        report.add("E110", version.place, message)


def _check_workflow_name(name: str, node: Node, report: Report) -> None:
    message = ""
    if any(character.isspace() for character in name):
        message = f"Name '{name}' must not contain spaces"
    elif not name or not name.isprintable():
        message = f"name {shown(name)} must be visible text"
    elif len(name) > LONGEST_NAME:
        message = f"name {shown(name)} has {len(name)} characters, {LONGEST_NAME} are allowed"
    elif _looks_like_uuid(name):
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
