"""Data flow, with literals only."""

from __future__ import annotations

from typing import Any

import pytest
from immutables import Map

from wf_es.errors import NotFound
from wf_es.execution.context import (
    ContextLayer,
    deep_merge,
    merge,
    merge_patch,
    patch,
    plain,
    publish,
    task_context,
)
from wf_es.execution.state import Context


def branch(*published: Any) -> Any:
    """Return the context of a branch: (event, values) one after another."""
    context: Context = Map()
    for event, values in published:
        context = publish(context, values, event)
    return context


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param([(1, {"a": 1})], [(2, {"b": 2})], {"a": 1, "b": 2}, id="different names"),
        pytest.param([(1, {"v": "l"})], [(2, {"v": "r"})], {"v": "r"}, id="later wins"),
        pytest.param(
            [(1, {"v": "l"}), (2, {"v": "l2"})], [(3, {"v": "r"})], {"v": "l2"}, id="more writes win"
        ),
        pytest.param([(1, {"d": {"x": 1}})], [(2, {"d": {"y": 2}})], {"d": {"x": 1, "y": 2}}, id="by key"),
        pytest.param([(1, {"d": {"x": 1}})], [(2, {"d": 5})], {"d": 5}, id="mapping and scalar"),
        pytest.param([(1, {"l": [1]})], [(2, {"l": [2]})], {"l": [2]}, id="lists are replaced"),
    ],
)
def test_merge(left: Any, right: Any, expected: Any) -> None:
    """Where branches meet, the log alone decides, in either order of merging."""
    one, two = branch(*left), branch(*right)
    assert plain(merge([one, two])) == expected
    assert plain(merge([two, one])) == expected


def test_merge_of_a_shared_past_is_that_past() -> None:
    """What both branches inherited stays the same object."""
    past = branch((1, {"v": {"deep": 1}}))
    merged = merge([publish(past, {"a": 1}, 2), publish(past, {"b": 2}, 3)])
    assert merged["v"] is past["v"]


@pytest.mark.parametrize(
    ("target", "change", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_follows_rfc_7396(target: Any, change: Any, expected: Any) -> None:
    """The examples of the standard's appendix."""
    assert merge_patch(target, change) == expected


def test_patch_counts_as_a_write() -> None:
    """A patched variable wins over an older one of another branch."""
    context = patch(branch((1, {"v": 1})), {"v": 2, "new": 3}, 5, {})
    assert plain(merge([context, branch((4, {"v": 9}))])) == {"v": 2, "new": 3}
    assert context["v"].event == 5


def test_patch_changes_parts_of_what_lies_below() -> None:
    """A part of an input can be changed without repeating the rest."""
    assert plain(patch(Map(), {"cfg": {"b": 2}}, 1, {"cfg": {"a": 1}})) == {"cfg": {"a": 1, "b": 2}}


def test_deep_merge() -> None:
    """Mappings merge, everything else is replaced."""
    assert deep_merge({"a": {"x": 1}, "b": [1]}, {"a": {"y": 2}, "b": 3}) == {"a": {"x": 1, "y": 2}, "b": 3}


def test_layer_is_a_plain_mapping() -> None:
    """Expressions see names and values only."""
    layer = ContextLayer(branch((1, {"v": 1})))
    assert (dict(layer), "v" in layer, "w" in layer, len(layer)) == ({"v": 1}, True, False, 1)


def test_task_context_shows_what_came_in_and_went_out(story: Any) -> None:
    """Inbound, published, outbound and which event wrote each variable."""
    told = story("w: {tasks: {a: {publish: {x: 1}, on-success: b}, b: {publish: {y: 2}}}}")
    told.start()
    told.run_everything()
    seen = task_context(told.state, told.task("b").id)
    assert (seen.inbound, seen.published, seen.outbound) == ({"x": 1}, {"y": 2}, {"x": 1, "y": 2})
    writers = {name: type(told.events[number - 1].data).__name__ for name, number in seen.origins.items()}
    assert writers == {"x": "TaskCompleted", "y": "TaskCompleted"}
    with pytest.raises(NotFound):
        task_context(told.state, "nobody")
