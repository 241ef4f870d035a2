"""From the text of a test file to a suite of cases, all mistakes at once.

The text is read like a definition: YAML without its dangerous parts, and each
mistake with a code, its line and its column. Whether the names in it exist
can be said only when the definitions are there; see ``naming``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from wf_es.definition import Place
from wf_es.definition.keys import Key
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Gathered, Passage
from wf_es.definition.problems import Report, shown
from wf_es.definition.stored import Findings
from wf_es.definition.text import read_text as read_yaml
from wf_es.definition.values import wrong_type
from wf_es.envelope import JSON
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.testing.expecting import read_expectation
from wf_es.testing.model import Case, Suite
from wf_es.testing.orders import read_order
from wf_es.testing.results import read_given
from wf_es.testing.values import ListOf, MappingOf, fields_of, read_count, read_object, read_text


class SuiteReading(Findings, frozen=True, kw_only=True):
    """What reading a test file gave: itself (None if there are errors) and problems."""

    suite: Suite | None


def read_suite(text: str, *, file: str = "<text>", limits: Limits = DEFAULT_LIMITS) -> SuiteReading:
    """Read a test file and find all that is wrong with it.

    Args:
        text: YAML.
        file: what problems call the text.
        limits: sizes above which a text is refused.

    """
    report = Report(file)
    root = read_yaml(text, report, limits.definitions)
    passage = Passage(report=report, gathered=Gathered(), subject="", limits=limits)
    suite: Suite | None = None
    if root is None or root.members is None:
        _report_nothing(root, report)
    else:
        fields = fields_of(root, passage, SUITE_KEYS)
        for name in ("files", "cases"):
            if name not in root.members:
                report.add("E107", root.place, f"'{name}' is a required property")
        if not report.has_errors:
            suite = Suite(file=file, **fields)
    return SuiteReading(suite=suite, problems=report.problems)


def _report_nothing(root: Node | None, report: Report) -> None:
    if root is not None or not report.has_errors:
        place = root.place if root else Place(1, 1)
        message = "a test file is a mapping with 'files' and 'cases'"
        report.add("E105", place, message)


# --- a case --------------------------------------------------------------------


def _read_env(node: Node, passage: Passage) -> JSON:
    """Read the name of an environment, or its variables."""
    if isinstance(node.data, str) or node.members is not None:
        return node.data
    passage.problem(
        "E105",
        node,
        f"{passage.here} must be the name of an environment or a mapping, not {shown(node.data)}",
    )
    return None


CASE_KEYS = {
    "workflow": Key(read=read_text, field="workflow"),
    "input": Key(read=read_object, field="input"),
    "params": Key(read=read_object, field="params"),
    "env": Key(read=_read_env, field="env"),
    "given": Key(read=read_given, field="given"),
    "commands": Key(read=ListOf(read_order), field="commands"),
    "expect": Key(read=read_expectation, field="expect"),
}
"""Every key of a case."""


def _read_cases(node: Node, passage: Passage) -> tuple[Case, ...] | None:
    if not node.members:
        if node.members is None:
            wrong_type(node, passage, "object")
        else:
            passage.problem("E106", node, "'cases' is empty; give at least one")
        return None
    cases = []
    for name, name_node, case in node.entries():
        inner = Passage(
            report=passage.report, gathered=Gathered(), subject=f"case '{name}'", limits=passage.limits
        )
        if case.members is None:
            message = f"a case must be a mapping, not {shown(case.data)}"
            inner.problem("E105", case, message)
        elif "expect" not in case.members:
            inner.problem("E107", name_node, "'expect' is a required property; {state: SUCCESS} is the least")
        fields = fields_of(case, inner, CASE_KEYS)
        cases.append(Case(name=name, place=name_node.place, places=dict(case.places()), **fields))
    return tuple(cases)


# --- the file ------------------------------------------------------------------


def _read_files(node: Node, passage: Passage) -> tuple[tuple[str, Place], ...] | None:
    if node.items is None or not node.items:
        if node.items is None:
            wrong_type(node, passage, "array")
        else:
            passage.problem("E106", node, "'files' is empty; name the file of the workflow")
        return None
    names = [(read_text(item, passage), item.place) for item in node.items]
    return tuple((name, place) for name, place in names if name is not None)


def _read_moment(node: Node, passage: Passage) -> datetime | None:
    try:
        moment = datetime.fromisoformat(node.data) if isinstance(node.data, str) else None
    except ValueError:
        moment = None
    if moment is None:
        passage.problem(
            "E105", node, f"{passage.here} must be a time like 2026-01-31 12:00:00, not {shown(node.data)}"
        )
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


SUITE_KEYS = {
    "files": Key(read=_read_files, field="files"),
    "clock": Key(read=_read_moment, field="clock"),
    "seed": Key(read=read_count, field="seed"),
    "environments": Key(read=MappingOf(read_object), field="environments"),
    "given": Key(read=read_given, field="given"),
    "cases": Key(read=_read_cases, field="cases"),
}
"""Every key of a test file."""
