"""What kind of text this is: workflows, ad-hoc actions or a workbook.

A text does not say so itself; whoever uploads it does, by where they send it.
Who only wants a text checked need not know: its shape tells.
"""

from __future__ import annotations

from collections.abc import Mapping

from wf_es.definition.action_lists import ActionReading, read_actions
from wf_es.definition.model import ActionSpec
from wf_es.definition.problems import Report
from wf_es.definition.reading import Reading, read_workflows
from wf_es.definition.text import read_text
from wf_es.definition.versions import ACTION, WORKBOOK, WORKFLOW
from wf_es.definition.workbooks import WorkbookReading, read_workbook
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.limits import DEFAULT_LIMITS, Limits

AnyReading = Reading | ActionReading | WorkbookReading
"""What reading a text of any kind gave."""


def kind_of(text: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return which kind of text this seems to be: workflow, action or workbook.

    What cannot be read at all counts as workflows.
    """
    root = read_text(text, Report("<text>"), limits.definitions)
    data = root.data if root is not None else None
    if not isinstance(data, dict):
        return WORKFLOW
    if isinstance(data.get("name"), str) or any(_is_part(data.get(key)) for key in ("workflows", "actions")):
        return WORKBOOK
    items = [item for name, item in data.items() if name != "version" and isinstance(item, dict)]
    has_bases = any("base" in item for item in items)
    return ACTION if has_bases and not any("tasks" in item for item in items) else WORKFLOW


def read_any(
    text: str,
    kind: str | None = None,
    *,
    file: str = "<text>",
    actions: Mapping[str, ActionSpec] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> AnyReading:
    """Read a text and find all that is wrong with it.

    Args:
        text: YAML.
        kind: workflow, action or workbook; without it the text's shape decides.
        file: what problems call the text.
        actions: the actions there are; without them, invocations are not checked.
        limits: sizes above which a text is refused.

    Raises:
        InvalidRequest: there is no such kind of text.
    """
    kind = kind or kind_of(text, limits)
    if kind == WORKFLOW:
        return read_workflows(text, file=file, actions=actions, limits=limits)
    if kind == ACTION:
        return read_actions(text, file=file, actions=actions, limits=limits)
    if kind == WORKBOOK:
        return read_workbook(text, file=file, actions=actions, limits=limits)
    raise InvalidRequest(f"{kind!r} is not uploaded as a text")


def _is_part(value: JSON) -> bool:
    """Whether this is a part of a workbook: a mapping of mappings, not a workflow or an action."""
    return isinstance(value, dict) and not {"tasks", "base"} & set(value)
