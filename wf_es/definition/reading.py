"""The way of a text: nodes, model, graph, checks; and what comes out.

Each step is a file of its own; here they are only called in order. All
problems of a text are collected before anything is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition.documents import Item, single_document, workflow_nodes
from wf_es.definition.graph import Graph
from wf_es.definition.invocations import check_invocations
from wf_es.definition.model import ActionSpec, WorkflowSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import TOPICS, Gathered, Passage
from wf_es.definition.problems import Report
from wf_es.definition.shape import check_shape
from wf_es.definition.stored import NO_LIMITS, Cache, Findings, checksum_of, hash_of
from wf_es.definition.subworkflows import check_calls
from wf_es.definition.text import read_text
from wf_es.definition.variables import check_variables
from wf_es.definition.workflows import read_workflow
from wf_es.errors import NotFound
from wf_es.limits import DEFAULT_LIMITS, Limits

_CACHED_TASKS = 50_000


class Workflow(msgspec.Struct, frozen=True, kw_only=True):
    """A workflow that can be run.

    ``text`` is the document that holds just this workflow: what the author
    wrote, or a document written anew if theirs held several. ``checksum`` is
    its MD5 (as Mistral shows it), ``hash`` its SHA-256, both in hex.
    """

    spec: WorkflowSpec
    graph: Graph
    text: str
    checksum: str
    hash: str

    @property
    def name(self) -> str:
        """The name of the workflow."""
        return self.spec.name


class Reading(Findings, frozen=True, kw_only=True):
    """What reading a text gave: workflows (none if there are errors) and problems."""

    workflows: tuple[Workflow, ...]


def read_workflows(
    text: str,
    *,
    file: str = "<text>",
    actions: Mapping[str, ActionSpec] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Reading:
    """Read a text with workflows and find all that is wrong with it.

    Args:
        text: YAML, a workflow list of version 2.0.
        file: what problems call the text.
        actions: the actions there are; without them, invocations are not checked.
        limits: sizes above which a text is refused.

    Returns:
        The workflows in their order, and the problems in order of their places.
    """
    report = Report(file)
    root = read_text(text, report, limits.definitions)
    reader = WorkflowReader(report, actions, limits)
    specs = [reader.read(item) for item in workflow_nodes(root, report)]
    check_calls({spec.name: spec for spec in specs if spec is not None}, report)
    workflows: tuple[Workflow, ...] = ()
    if root is not None and not report.has_errors:
        workflows = _workflows(text, root, [spec for spec in specs if spec is not None])
    return Reading(workflows=workflows, problems=report.problems)


def workflow_from(text: str, name: str) -> Workflow:
    """Return a workflow from its stored text; texts seen lately are not read again.

    Raises:
        InvalidDefinition: the text has errors.
        NotFound: the text holds no workflow of this name.
    """
    return _CACHE.get(text, name)


def read_stored(text: str, name: str) -> Workflow:
    """Read a workflow from the text that is stored for it; see :func:`workflow_from`."""
    reading = read_workflows(text, file=name, limits=NO_LIMITS)
    reading.raise_for_errors()
    for workflow in reading.workflows:
        if workflow.name == name:
            return workflow
    raise NotFound(f"the text holds no workflow '{name}'", kind="workflow", id=name)


_CACHE = Cache(read_stored, lambda workflow: len(workflow.spec.tasks), _CACHED_TASKS)


class WorkflowReader:
    """Reads and checks the workflows of one text.

    Where the text itself has errors (a key given twice, say) parts of it are
    lost, and what is missing then is not the author's fault.
    """

    def __init__(
        self,
        report: Report,
        actions: Mapping[str, ActionSpec] | None,
        limits: Limits,
    ) -> None:
        """Take where problems go, and what the workflows are checked against."""
        self._report = report
        self._actions = actions
        self._limits = limits
        self._doubts = TOPICS if report.has_errors else ()

    def read(self, item: Item) -> WorkflowSpec | None:
        """Read one workflow and check it; None if there are no tasks to be checked."""
        name, name_node, node = item
        gathered = Gathered(doubts=set(self._doubts))
        passage = Passage(
            report=self._report,
            gathered=gathered,
            subject=f"workflow '{name}'",
            limits=self._limits,
        )
        spec = read_workflow(name, (name_node, node), passage)
        if spec is None:
            return None
        graph = Graph(spec.tasks)
        check_shape(spec, graph, gathered.doubts, self._report)
        check_variables(spec, graph, gathered, self._report)
        if self._actions is not None:
            check_invocations(spec, self._actions, self._report)
        return spec


def _workflows(text: str, root: Node, specs: list[WorkflowSpec]) -> tuple[Workflow, ...]:
    """Return one workflow per document; documents written anew are read anew."""
    if len(specs) == 1:
        return (_workflow(specs[0], text),)
    return tuple(read_stored(single_document(root, spec.name, spec.source), spec.name) for spec in specs)


def _workflow(spec: WorkflowSpec, text: str) -> Workflow:
    return Workflow(
        spec=spec, graph=Graph(spec.tasks), text=text, checksum=checksum_of(text), hash=hash_of(text)
    )
