"""Environments as definitions: their text, and what a change keeps."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wf_es.definition.environments import check_name, content, variables_of
from wf_es.errors import InvalidRequest

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_variables_come_back_as_they_were(variables: dict[str, Any]) -> None:
    """Whatever JSON they are; the hashes are those of the text."""
    stored = content(variables)

    assert variables_of(stored.text) == variables
    assert stored.hash == hashlib.sha256(stored.text.encode()).hexdigest()


def test_a_change_keeps_what_it_does_not_name() -> None:
    """Also an empty description is named."""
    first = content({"a": 1}, description="d", scope="public")

    second = content({"b": 2}, before=first)
    assert (second.text, second.description, second.scope) == ('{"b":2}', "d", "public")
    assert content(None, description="", before=second).description == ""
    assert content(None, before=second) == second


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (None, "not provided"),
        ([1], "given as an object, not as list"),
        ("text", "not as str"),
        ({"a": object()}, "cannot be written as JSON"),
        ({"a": "\ud800"}, "cannot be written as JSON"),
    ],
)
def test_what_is_no_json_object_is_refused(variables: Any, words: str) -> None:
    """With words that say what is wrong."""
    with pytest.raises(InvalidRequest, match=words):
        content(variables)


@pytest.mark.parametrize("name", ["", None, "a\nb", "x" * 256, "a/b"])
def test_unusable_names_are_refused(name: str | None) -> None:
    """An environment is found by its name, also in a URL."""
    with pytest.raises(InvalidRequest, match="ame of"):
        check_name(name)


def test_other_names_are_taken_as_they_are() -> None:
    """Spaces and letters of any language may be in them."""
    assert check_name("größe 1.b-c") == "größe 1.b-c"
