"""Reading a text with ad-hoc actions, and one action from its stored text."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition.adhoc import check_bases, read_adhoc
from wf_es.definition.documents import action_nodes, single_document
from wf_es.definition.model import ActionSpec, AdHocSpec
from wf_es.definition.nodes import Node
from wf_es.definition.problems import Report
from wf_es.definition.stored import NO_LIMITS, Cache, Findings, checksum_of, hash_of
from wf_es.definition.text import read_text
from wf_es.errors import NotFound
from wf_es.limits import DEFAULT_LIMITS, Limits

_CACHED_ACTIONS = 5_000


class AdHocAction(msgspec.Struct, frozen=True, kw_only=True):
    """An ad-hoc action with the document that holds just it.

    ``checksum`` is the MD5 of ``text`` (as Mistral shows it), ``hash`` its
    SHA-256, both in hex.
    """

    spec: AdHocSpec
    text: str
    checksum: str
    hash: str

    @property
    def name(self) -> str:
        """The name of the action."""
        return self.spec.name


class ActionReading(Findings, frozen=True, kw_only=True):
    """What reading an action list gave: actions (none if there are errors) and problems."""

    actions: tuple[AdHocAction, ...]


def read_actions(
    text: str,
    *,
    file: str = "<text>",
    actions: Mapping[str, ActionSpec] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ActionReading:
    """Read a text with ad-hoc actions and find all that is wrong with it.

    Args:
        text: YAML, an action list of version 2.0.
        file: what problems call the text.
        actions: the actions there are; without them, bases are not looked up.
        limits: sizes above which a text is refused.

    Returns:
        The actions in their order, and the problems in order of their places.
    """
    report = Report(file)
    root = read_text(text, report, limits.definitions)
    read = [read_adhoc(item, report, limits) for item in action_nodes(root, report)]
    specs = {spec.name: spec for spec in read if spec is not None}
    check_bases(specs, actions, report)
    found: tuple[AdHocAction, ...] = ()
    if root is not None and not report.has_errors:
        found = _actions(text, root, list(specs.values()))
    return ActionReading(actions=found, problems=report.problems)


def action_from(text: str, name: str) -> AdHocAction:
    """Return an ad-hoc action from its stored text; texts seen lately are not read again.

    Raises:
        InvalidDefinition: the text has errors.
        NotFound: the text holds no action of this name.
    """
    return _CACHE.get(text, name)


def read_stored_action(text: str, name: str) -> AdHocAction:
    """Read an ad-hoc action from the text that is stored for it."""
    reading = read_actions(text, file=name, limits=NO_LIMITS)
    reading.raise_for_errors()
    for action in reading.actions:
        if action.name == name:
            return action
    raise NotFound(f"the text holds no action '{name}'", kind="action", id=name)


_CACHE = Cache(read_stored_action, lambda _: 1, _CACHED_ACTIONS)


def _actions(text: str, root: Node, specs: list[AdHocSpec]) -> tuple[AdHocAction, ...]:
    """Return one action per document; documents written anew are read anew."""
    if len(specs) == 1:
        return (AdHocAction(spec=specs[0], text=text, checksum=checksum_of(text), hash=hash_of(text)),)
    return tuple(
        read_stored_action(single_document(root, spec.name, spec.source), spec.name) for spec in specs
    )
