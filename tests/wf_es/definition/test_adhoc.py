"""Ad-hoc actions: every key, what is wrong with them, and with several together."""

from __future__ import annotations

import pytest

from wf_es.definition import ActionReading, ActionSpec, Place, read_actions

ACTIONS = {
    "std.noop": ActionSpec(name="std.noop", inputs={}),
    "std.echo": ActionSpec(name="std.echo", inputs={"output": True, "delay": False}),
}


def read(body: str) -> ActionReading:
    """Read an ad-hoc action; its body begins in line 3."""
    lines = "".join(f"  {line}\n" for line in body.splitlines())
    return read_actions(f"version: '2.0'\na:\n{lines}", actions=ACTIONS)


def test_reads_all_keys() -> None:
    """Every key arrives in the model, with its places."""
    reading = read(
        "description: d\ntags: [t]\nbase: std.echo delay=0\nbase-input: {output: <% $.x %>}\n"
        "input: [x, y: 5]\noutput: {text: <% $ %>}"
    )
    assert reading.problems == ()
    (action,) = reading.actions
    spec = action.spec
    assert (spec.name, spec.description, spec.tags, spec.base) == ("a", "d", ("t",), "std.echo")
    assert [(given.name, given.required) for given in spec.input] == [("x", True), ("y", False)]
    templates = (spec.parameters, spec.base_input, spec.output)
    assert [found and found.source for found in templates] == [
        {"delay": 0},
        {"output": "<% $.x %>"},
        {"text": "<% $ %>"},
    ]
    assert spec.places["base"] == Place(5, 9)
    assert spec.places["parameters.delay"] == Place(5, 24)
    assert spec.source["tags"] == ["t"]


@pytest.mark.parametrize("output", ["text", "5", "null", "[<% $ %>]", "'{{ _ | upper }}'", "<% {a => $} %>"])
def test_the_output_may_be_anything(output: str) -> None:
    """A template of any kind of value."""
    assert read(f"base: std.noop\noutput: {output}").problems == ()


MISTAKES = [
    ("input: [x]", "2:1", "E107", "'base' is a required property"),
    ("base: 5", "3:9", "E105", "5 is not of type 'string'"),
    ("base: ''", "3:9", "E106", "'base' is empty"),
    ("base: (x=1)", "3:9", "E111", "does not begin with the name of an action"),
    ("base: std.noop x", "3:18", "E111", "cannot read 'x'"),
    ("base: <% $.x %>", "3:9", "E105", "cannot be an expression"),
    ("base: std.echo output=<% $. %>", "3:31", "E301", "'base.output': cannot read"),
    ("base: std.noop\ncolour: red", "4:3", "E104", "('colour' was unexpected)"),
    ("base: std.noop\nbase-inpt: {x: 1}", "4:3", "E104", "did you mean 'base-input'?"),
    ("base: std.noop\nbase-input: {}", "4:15", "E106", "{} should be non-empty"),
    ("base: std.noop\nbase-input: [x]", "4:15", "E105", "is not of type 'object'"),
    ("base: std.noop\nbase-input: {k: [<% $. %>]}", "4:26", "E301", "'base-input.k.0'"),
    ("base: std.noop\noutput: <% nope() %>", "4:14", "E302", "no function 'nope'"),
    ("base: std.noop\ninput: {x: 1}", "4:10", "E105", "is not of type 'array'"),
    ("base: std.noop\ninput: [x, x]", "4:14", "E103", "declared twice"),
    ("base: std.noop\ntags: one", "4:9", "E105", "'one' is not of type 'array'"),
]


@pytest.mark.parametrize(("body", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(body: str, place: str, code: str, words: str) -> None:
    """One mistake gives one error."""
    (problem,) = read(body).errors
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert problem.subject == "action 'a'"
    assert words in problem.message


WARNINGS = [
    ("base: no.such", "3:9", "W502", "unknown action 'no.such'"),
    ("base: std.ehco output=1", "3:9", "W502", "did you mean 'std.echo'?"),
    ("base: std.echo", "3:9", "W503", "missing=['output']"),
    ("base: std.echo output=1 colour=red", "3:34", "W504", "unexpected=['colour']"),
    ("base: std.echo\nbase-input: {output: 1, dely: 2}", "4:33", "W504", "did you mean 'delay'?"),
]


@pytest.mark.parametrize(("body", "place", "code", "words"), WARNINGS)
def test_warns_of_bases_that_do_not_fit(body: str, place: str, code: str, words: str) -> None:
    """The base may be installed later, so this is no error."""
    reading = read(body)
    (problem,) = reading.problems
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert words in problem.message
    assert len(reading.actions) == 1


SEVERAL = [
    ("a: {base: b}\nb: {base: std.noop}", []),
    ("a: {base: b x=1}\nb: {base: std.noop, input: [x]}", []),
    ("a: {base: b}\nb: {base: std.noop, input: [x]}", [(2, "W503")]),
    ("a: {base: a}", [(2, "E404")]),
    ("a: {base: b}\nb: {base: c}\nc: {base: b}", [(3, "E404")]),
    ("a: {base: b}\nb: {base: a}\nc: {base: a}\nd: {base: d}", [(2, "E404"), (5, "E404")]),
    ("std.noop: {base: std.noop}", []),
]


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_actions_of_one_text_know_each_other(text: str, expected: list[tuple[int, str]]) -> None:
    """Chains are fine, circles are not; built-in names mean the built-in actions."""
    found = read_actions(f"version: '2.0'\n{text}\n", actions=ACTIONS).problems
    assert [(problem.line, problem.code) for problem in found] == expected


def test_the_circle_is_shown() -> None:
    """The message names the way round."""
    (problem,) = read_actions("version: '2.0'\na: {base: b}\nb: {base: a}\n").problems
    assert "(a -> b -> a)" in problem.message
