"""Expressions in every place that allows them, in both languages.

Tried are a value that keeps its type and, where a place takes text, an
expression within text.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.wf_es.execution.places import DATA, GIVEN, PLACES, begun, expression, first, w
from tests.wf_es.execution.uploads import Uploads


@pytest.mark.parametrize("language", ["yaql", "jinja"])
@pytest.mark.parametrize("name", PLACES)
def test_a_value_keeps_its_type(story: Any, name: str, language: str) -> None:
    """A value that is one expression is whatever that gives."""
    place = PLACES[name]
    told = begun(story, place.around(expression(language, place.reads)))
    assert place.look(told) == place.gives


@pytest.mark.parametrize("language", ["yaql", "jinja"])
@pytest.mark.parametrize("name", [name for name, place in PLACES.items() if place.inside is not None])
def test_within_text_it_becomes_text(story: Any, name: str, language: str) -> None:
    """Other text may stand before and after it."""
    place = PLACES[name]
    told = begun(story, place.around(f"<{expression(language, place.reads)}>"))
    assert place.inside is not None
    assert place.look(told) == place.inside.replace("@", str(GIVEN[place.reads]))


ADHOC = {
    "base-input": ("{base: std.echo, input: [data], base-input: {output: @}}", False),
    "base-input, nested": ("{base: std.echo, input: [data], base-input: {output: {x: [@]}}}", False),
    "inline parameter of base": ("{base: \"std.echo output='@'\", input: [data]}", False),
    "output": ("{base: std.echo output=1, input: [data], output: @}", True),
    "output, nested": ("{base: std.echo output=1, input: [data], output: {x: [@]}}", True),
}


@pytest.mark.parametrize("language", ["yaql", "jinja"])
@pytest.mark.parametrize("name", ADHOC)
def test_ad_hoc_actions(story: Any, name: str, language: str) -> None:
    """The input of an ad-hoc action sees what it is given, its output what its base gave."""
    text, is_output = ADHOC[name]
    found = expression(language, "data")
    if is_output:
        found = "<% $ %>" if language == "yaql" else "{{ _ }}"
    for code, expected in ((found, DATA), (f"<{found}>", f"<{DATA}>")):
        written = code if "'@'" in text else json.dumps(code)
        told = story("w: " + json.dumps(w({"action": "mine data=<% $.data %>"})))
        told.answer = Uploads("mine: " + text.replace("@", written)).answer
        told.start(input=GIVEN)
        if is_output:
            told.complete("t", DATA)
            seen = told.task("t").result
        else:
            seen = first(told).base_input["output"]
        assert (seen["x"][0] if "nested" in name else seen) == expected


@pytest.mark.parametrize("language", ["yaql", "jinja"])
def test_environments(story: Any, language: str) -> None:
    """The variables of an environment see each other, unless it is not to be evaluated."""
    code = expression(language, "data")
    env = {"data": DATA, "v": code, "deep": {"x": [f"<{code}>"]}}
    told = begun(story, w(), params={"env": env})
    assert told.state.env == {"data": DATA, "v": DATA, "deep": {"x": [f"<{DATA}>"]}}
    assert begun(story, w(), params={"env": env, "evaluate_env": False}).state.env == env


def test_keys_are_not_evaluated(story: Any) -> None:
    """Only values are; a key that looks like an expression stays text."""
    told = begun(story, w({"action": "std.echo", "input": {"output": {"<% $.n %>": "<% $.n %>"}}}))
    assert first(told).input == {"output": {"<% $.n %>": 5}}


BLOCKS = {
    "{% if _.yes %}on{% else %}off{% endif %}": "on",
    "{% for host in _.hosts %}{{ host }};{% endfor %}": "x;y;",
    "{% set a = _.n + 1 %}{{ a }}": "6",
    "{%- for host in _.hosts -%}-{%- endfor -%}": "--",
}


@pytest.mark.parametrize("text", BLOCKS)
def test_block_only_texts(story: Any, text: str) -> None:
    """A Jinja text need not have a value in it, in any place that takes text."""
    for name in ("vars", "input, nested", "publish", "output", "on-error.publish.atomic"):
        assert PLACES[name].look(begun(story, PLACES[name].around(text))) == BLOCKS[text]
