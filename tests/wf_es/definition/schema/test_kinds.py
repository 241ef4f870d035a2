"""The kinds of values: what each pattern takes and what it does not."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from wf_es.definition.policies import LARGEST_COUNT, LONGEST_WAIT
from wf_es.definition.schema import workflow_schema
from wf_es.envelope import JSON

SCHEMA = workflow_schema()

CASES: list[tuple[str, list[JSON], list[JSON]]] = [
    (
        "expression",
        ["<% $.x %>", "<% $.x %>\n", "{{ _.x }}", "<% [1, \n2] %>"],
        [
            "",
            "x",
            " <% $.x %>",
            "<% $.x %> y",
            "<% 1 %><% 2 %>",
            "{{ 1 }} {{ 2 }}",
            "{% if 1 %}{% endif %}",
            5,
        ],
    ),
    (
        "items",
        ["i in <% $.x %>", " my-i  in  [1, 2] ", "i in []", "i in {{ _.x }}\n", "i in [<% 1 %>]"],
        ["", "i in", "i in x", "in <% $.x %>", "i of <% $.x %>", "i in <% $.x %> y", "i j in [1]"],
    ),
    ("seconds", [0, 1.5, LONGEST_WAIT, "<% $.x %>"], [-1, LONGEST_WAIT + 1, "5", True, None]),
    ("count", [0, LARGEST_COUNT, "{{ _.x }}"], [-1, 1.5, LARGEST_COUNT + 1, "5", True]),
    ("flag", [True, False, "<% $.x %>"], ["true", 1, None]),
    ("variables", [{"x": None}], [{}, {"__env": 1}, {"openstack": 1}, ["x"]]),
    ("parameter", ["x", {"x": None}], ["", {}, {"x": 1, "y": 2}, "__env", {"__execution": 1}, "x" * 256, 5]),
    (
        "clause",
        ["a", ["a"], {"a": "<% 1 %>"}, {"next": "a"}, {"publish": {"branch": {"x": 1}}}],
        ["", [], {}],
    ),
    ("clause", [["a", {"b": "<% 1 %>"}]], [["a", "a"], [{}], {"a": True}, {"publish": {}}, {"next": []}]),
    ("requires", ["a", ["a", "b"]], ["", [], ["a", "a"], [5], {"a": 1}]),
    (
        "retry",
        [{"count": 1, "delay": 0}],
        [{"count": 1}, {"delay": 1}, {"count": 1, "delay": 1, "break-on": True}],
    ),
]


@pytest.mark.parametrize(("kind", "good", "bad"), CASES, ids=[case[0] for case in CASES])
def test_takes_what_is_right_and_nothing_else(kind: str, good: list[JSON], bad: list[JSON]) -> None:
    """Each kind by itself, with values on both sides of its border."""
    validator = Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})
    assert [value for value in good if not validator.is_valid(value)] == []
    assert [value for value in bad if validator.is_valid(value)] == []


def test_the_limits_of_policies_are_the_same() -> None:
    """The numbers stand in two places."""
    kinds = SCHEMA["$defs"]
    assert kinds["seconds"]["anyOf"][0]["maximum"] == LONGEST_WAIT
    assert kinds["count"]["anyOf"][0]["maximum"] == LARGEST_COUNT
