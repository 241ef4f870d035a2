"""Action lists: documents, and one text per action."""

from __future__ import annotations

import hashlib

import pytest

from wf_es.definition import action_from, read_actions
from wf_es.errors import InvalidDefinition, NotFound

ONE = "# mine\nversion: '2.0'\na: {base: std.noop}  # kept\n"
TWO = """\
version: '2.0'
a: {base: std.noop}
b: {base: std.echo, base-input: {output: <% $.x %>}, input: [x]}
"""


def test_a_single_action_keeps_its_text() -> None:
    """Comments and all; the checksums are those of the text."""
    (action,) = read_actions(ONE).actions
    assert (action.name, action.text) == ("a", ONE)
    assert action.checksum == hashlib.md5(ONE.encode()).hexdigest()
    assert action.hash == hashlib.sha256(ONE.encode()).hexdigest()


def test_several_actions_get_documents_of_their_own() -> None:
    """Each can be read again from its own text, and is the same."""
    actions = read_actions(TWO).actions
    assert [action.name for action in actions] == ["a", "b"]
    for action in actions:
        again = action_from(action.text, action.name)
        assert (again.text, again.hash) == (action.text, action.hash)
        assert again.spec.source == action.spec.source
    assert "std.echo" not in actions[0].text


def test_what_is_stored_is_not_read_twice() -> None:
    """The same text and name give the same object."""
    assert action_from(ONE, "a") is action_from(ONE, "a")


def test_a_stored_text_that_does_not_fit() -> None:
    """The wrong name and a broken text are told apart."""
    with pytest.raises(NotFound, match="no action 'b'"):
        action_from(ONE, "b")
    with pytest.raises(InvalidDefinition, match="'base' is a required property"):
        action_from("version: '2.0'\na: {input: [x]}\n", "a")


DOCUMENTS = [
    ("", "1:1", "E107", "'version' is a required property"),
    ("- a", "1:1", "E105", "is not of type 'object'"),
    ("a: {base: std.noop}", "1:1", "E107", "'version' is a required property"),
    ("version: '3.0'\na: {base: std.noop}", "1:10", "E110", "not supported"),
    ("version: '2.0'", "1:1", "E107", "holds no action"),
    ("version: '2.0'\na b: {base: std.noop}", "2:1", "E109", "must not contain spaces"),
    ("version: '2.0'\na: std.noop", "2:4", "E105", "'std.noop' is not of type 'object'"),
    ("version: '2.0'\na: {base: x}\na: {base: y}", "3:1", "E103", "given twice"),
]


@pytest.mark.parametrize(("text", "place", "code", "words"), DOCUMENTS)
def test_says_what_is_wrong_with_a_document(text: str, place: str, code: str, words: str) -> None:
    """One mistake gives one error, and nothing is usable."""
    reading = read_actions(text)
    (problem,) = reading.problems
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert words in problem.message
    assert reading.actions == ()


def test_the_name_of_an_action_may_look_like_anything() -> None:
    """Actions are never looked up by id, so a UUID is a name like any other."""
    text = "version: '2.0'\n12345678-1234-1234-1234-123456789abc: {base: std.noop}\n"
    assert read_actions(text).problems == ()
