"""Reading one ad-hoc action by its table of keys, and checking several together.

greet:
  base: std.echo
  base-input: {output: "<% $.greeting %>, <% $.name %>"}
  input: [name, greeting: Hello]
  output: <% $.len() %>
"""

from __future__ import annotations

from collections.abc import Mapping

from wf_es.definition.calls import Call, read_call
from wf_es.definition.inline import expression_spans
from wf_es.definition.inputs import read_input
from wf_es.definition.invocations import check_base
from wf_es.definition.keys import Key, read_keys
from wf_es.definition.known_actions import KnownActions
from wf_es.definition.model import ActionSpec, AdHocSpec
from wf_es.definition.nodes import Node
from wf_es.definition.passage import Gathered, Passage
from wf_es.definition.problems import Report, circle, shown
from wf_es.definition.values import (
    is_filled_mapping,
    read_description,
    read_ignored,
    read_mapping,
    read_tags,
    read_template,
)
from wf_es.limits import DEFAULT_LIMITS, Limits

_BUILT_IN = "std."
"""Names that are looked up among the built-in actions first."""


def _read_base(node: Node, passage: Passage) -> Call | None:
    call = read_call(node, passage)
    if call is not None and call.name is not None and expression_spans(call.name.source):
        message = f"'base' names an action and cannot be an expression: {shown(node.data)}"
        passage.problem("E105", node, message)
        return None
    return call


ACTION_KEYS = {
    "name": Key(read=read_ignored),
    "version": Key(read=read_ignored),
    "description": Key(read=read_description, field="description"),
    "tags": Key(read=read_tags, field="tags"),
    "base": Key(read=_read_base, field="base"),
    "base-input": Key(read=read_mapping, field="base_input"),
    "input": Key(read=read_input, field="input"),
    "output": Key(read=read_template, field="output"),
}
"""Every key of an ad-hoc action."""


def read_adhoc(
    item: tuple[str, Node, Node], report: Report, limits: Limits = DEFAULT_LIMITS
) -> AdHocSpec | None:
    """Read one ad-hoc action; None if it has no base that could be called."""
    name, name_node, node = item
    passage = Passage(report=report, gathered=Gathered(), subject=f"action '{name}'", limits=limits)
    if not is_filled_mapping(node, passage.within(name)):
        return None
    fields = read_keys(node, passage, ACTION_KEYS)
    if "base" not in (node.members or {}):
        passage.problem("E107", name_node, "'base' is a required property; name the action to run")
    base: Call | None = fields.pop("base", None)
    if base is None or base.name is None:
        return None
    return AdHocSpec(
        name=name,
        base=base.name.source,
        parameters=base.parameters,
        source=node.data,
        place=name_node.place,
        places={**dict(node.places()), **base.places},
        **fields,
    )


def specification(spec: AdHocSpec) -> ActionSpec:
    """Return an ad-hoc action as what checks of inputs know of any action."""
    return ActionSpec(name=spec.name, inputs={given.name: given.required for given in spec.input})


def specifications(local: Mapping[str, AdHocSpec]) -> dict[str, ActionSpec]:
    """Return ad-hoc actions as what checks of invocations know of any action."""
    return {name: specification(spec) for name, spec in local.items()}


def check_bases(
    local: Mapping[str, AdHocSpec], actions: Mapping[str, ActionSpec] | None, report: Report
) -> None:
    """Report bases that are not there, and actions that are based on each other in a circle.

    Args:
        local: the ad-hoc actions of one text, by each name they may be called.
        actions: the other actions there are; without them, only circles are found.
        report: where problems go.
    """
    seen: set[str] = set()
    for spec in local.values():
        _check_chain(spec, local, seen, report)
    if actions is not None:
        known = KnownActions(actions, specifications(local))
        for spec in {spec.name: spec for spec in local.values()}.values():
            check_base(spec, known, report)


def _check_chain(spec: AdHocSpec, local: Mapping[str, AdHocSpec], seen: set[str], report: Report) -> None:
    """Follow the bases to something seen before, and report if that is on this very way."""
    way: dict[str, AdHocSpec] = {}
    following: AdHocSpec | None = spec
    while following is not None and following.name not in way and following.name not in seen:
        way[following.name] = following
        following = None if following.base.startswith(_BUILT_IN) else local.get(following.base)
    if following is not None and following.name in way:
        names = list(way)
        way_round = [*names[names.index(following.name) :], following.name]
        message = f"actions are based on each other in a circle ({circle(way_round)}), so none could run"
        report.add("E404", following.places["base"], message, f"action '{following.name}'")
    seen.update(way)
