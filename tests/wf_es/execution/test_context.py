"""Data flow, with literals only."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wf_es.execution.context import (
    ContextLayer,
    deep_merge,
    merge,
    merge_patch,
    patch,
    plain,
    publish,
    with_globals,
)
from wf_es.execution.state import EMPTY, ExecutionState


def branch(*published: Any) -> Any:
    """Return the context of a branch: (event, values) one after another."""
    context = EMPTY
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
    assert plain(patch(EMPTY, {"cfg": {"b": 2}}, 1, {"cfg": {"a": 1}})) == {"cfg": {"a": 1, "b": 2}}


def test_deep_merge() -> None:
    """Mappings merge, everything else is replaced."""
    assert deep_merge({"a": {"x": 1}, "b": [1]}, {"a": {"y": 2}, "b": 3}) == {"a": {"x": 1, "y": 2}, "b": 3}


def test_layer_is_a_plain_mapping() -> None:
    """Expressions see names and values only."""
    layer = ContextLayer(branch((1, {"v": 1})))
    assert (dict(layer), "v" in layer, "w" in layer, len(layer)) == ({"v": 1}, True, False, 1)


VALUES = st.recursive(
    st.none() | st.integers(0, 200) | st.text('aé"', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqrä"), inner, max_size=3),
    max_leaves=6,
)
PUBLISHED = st.dictionaries(st.sampled_from(["x", "y", "z", "ü"]), VALUES, max_size=3)


@given(st.lists(st.lists(PUBLISHED, max_size=3), min_size=1, max_size=4), PUBLISHED, PUBLISHED)
def test_a_context_knows_its_size(branches: Any, change: Any, later: Any) -> None:
    """Published, merged, patched, published again: always the bytes of its JSON."""
    past = publish(EMPTY, {"x": {"p": 1}, "y": 2}, 1)
    contexts, event = [], 1
    for steps in branches:
        context = past
        for published in steps:
            event += 1
            context = publish(context, published, event)
        contexts.append(context)
    merged = merge(contexts)
    patched = patch(merged, change, event + 1, {"z": {"q": 1}})
    for context in (*contexts, merged, patched, publish(patched, later, event + 2)):
        assert context.bytes == len(msgspec.json.encode(plain(context)))


@given(st.lists(st.tuples(PUBLISHED, PUBLISHED), max_size=4), PUBLISHED)
def test_global_variables_know_their_size(steps: Any, variables: Any) -> None:
    """It grows by what each publish adds to what is merged, or puts in its place."""
    state = ExecutionState(id="e", vars=variables)
    for merged, replaced in steps:
        globals_, size = with_globals(state, merged, replaced)
        assert globals_ | replaced == globals_
        assert size == len(msgspec.json.encode(globals_))
        state = msgspec.structs.replace(state, published_global=globals_, global_bytes=size)
