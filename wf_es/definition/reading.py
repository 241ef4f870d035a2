"""The way of a text: nodes, model, graph, checks; and what comes out.

Each step is a file of its own; here they are only called in order. All
problems of a text are collected before anything is refused.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

import msgspec

from wf_es.definition.characters import Limits
from wf_es.definition.documents import single_document, workflow_nodes
from wf_es.definition.graph import Graph
from wf_es.definition.invocations import check_invocations
from wf_es.definition.model import ActionSpec, WorkflowSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import TOPICS, Gathered, Passage
from wf_es.definition.problems import Problem, Report
from wf_es.definition.shape import check_shape
from wf_es.definition.text import read_text
from wf_es.definition.variables import check_variables
from wf_es.definition.workflows import read_workflow
from wf_es.errors import InvalidDefinition, NotFound

_NO_LIMITS = Limits(text_bytes=2**31, depth=2**10, values=2**31, expressions=2**31, tasks=2**31)
_CACHED_TASKS = 50_000
_DEFAULT_LIMITS = Limits()


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


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a text gave: workflows (none if there are errors) and problems."""

    workflows: tuple[Workflow, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the text from being used."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def raise_for_errors(self) -> None:
        """Raise InvalidDefinition with a line per error, if there are errors."""
        if self.errors:
            raise InvalidDefinition("\n".join(map(str, self.errors)), problems=self.problems)


def read_workflows(
    text: str,
    *,
    file: str = "<text>",
    actions: Mapping[str, ActionSpec] | None = None,
    limits: Limits = _DEFAULT_LIMITS,
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
    root = read_text(text, report, limits)
    reader = _Reader(report, actions, limits)
    specs = [reader.read(*found) for found in workflow_nodes(root, report)]
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


class _Cache:
    """Workflows by the hash of their text and their name, the oldest forgotten first."""

    def __init__(self, tasks: int) -> None:
        self._capacity = tasks
        self._size = 0
        self._workflows: OrderedDict[tuple[str, str], Workflow] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str, name: str) -> Workflow:
        """Return the cached workflow, or read it."""
        key = (_hash(text), name)
        with self._lock:
            known = self._workflows.get(key)
            if known is not None:
                self._workflows.move_to_end(key)
                return known
        workflow = _read_stored(text, name)
        with self._lock:
            if key not in self._workflows:
                self._workflows[key] = workflow
                self._size += len(workflow.spec.tasks)
            while self._size > self._capacity and len(self._workflows) > 1:
                _, oldest = self._workflows.popitem(last=False)
                self._size -= len(oldest.spec.tasks)
        return workflow


_CACHE = _Cache(_CACHED_TASKS)


def _read_stored(text: str, name: str) -> Workflow:
    reading = read_workflows(text, file=name, limits=_NO_LIMITS)
    reading.raise_for_errors()
    for workflow in reading.workflows:
        if workflow.name == name:
            return workflow
    raise NotFound(f"the text holds no workflow '{name}'", kind="workflow", id=name)


class _Reader:
    """Reads and checks the workflows of one text.

    Where the text itself has errors (a key given twice, say) parts of it are
    lost, and what is missing then is not the author's fault.
    """

    def __init__(self, report: Report, actions: Mapping[str, ActionSpec] | None, limits: Limits) -> None:
        self._report = report
        self._actions = actions
        self._limits = limits
        self._doubts = TOPICS if report.has_errors else ()

    def read(self, name: str, name_node: Node, node: Node) -> WorkflowSpec | None:
        """Read one workflow and check it; None if there are no tasks to be checked."""
        gathered = Gathered(doubts=set(self._doubts))
        passage = Passage(report=self._report, gathered=gathered, subject=f"workflow '{name}'")
        spec = read_workflow(name, (name_node, node), passage, self._limits)
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
    return tuple(_read_stored(single_document(root, spec.name), spec.name) for spec in specs)


def _workflow(spec: WorkflowSpec, text: str) -> Workflow:
    checksum = hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()
    return Workflow(spec=spec, graph=Graph(spec.tasks), text=text, checksum=checksum, hash=_hash(text))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
