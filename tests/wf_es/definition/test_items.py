"""``with-items``: its forms, its variables, and what is wrong with them."""

from __future__ import annotations

import pytest

from wf_es.definition import Place, Reading, read_workflows
from wf_es.envelope import JSON


def read(task: str) -> Reading:
    """Read a workflow with one task; its body begins in line 6."""
    lines = "".join(f"      {line}\n" for line in task.splitlines())
    return read_workflows(f"version: '2.0'\nw:\n  input: [x, y]\n  tasks:\n    a:\n{lines}")


FORMS: list[tuple[str, dict[str, JSON]]] = [
    ("i in <% $.x %>", {"i": "<% $.x %>"}),
    ("'i in {{ _.x }}'", {"i": "{{ _.x }}"}),
    ("  i   in   <% $.x %>  ", {"i": "<% $.x %>"}),
    ("|\n  i in <% $.x %>", {"i": "<% $.x %>"}),
    ("i in <% range(3) %>", {"i": "<% range(3) %>"}),
    ("my-item in [1, 2]", {"my-item": [1, 2]}),
    ('\'i in ["a b", null, true, 1.5, {"k": [1]}]\'', {"i": ["a b", None, True, 1.5, {"k": [1]}]}),
    ("i in [<% $.x %>, <% $.y %>]", {"i": ["<% $.x %>", "<% $.y %>"]}),
    ("i in []", {"i": []}),
    ("[i in <% $.x %>, 'j in [1, 2]', 'k in [3, 4]']", {"i": "<% $.x %>", "j": [1, 2], "k": [3, 4]}),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_reads_every_form(text: str, expected: dict[str, JSON]) -> None:
    """One list or several, by an expression or in place."""
    reading = read(f"with-items: {text}")
    assert reading.problems == ()
    items = reading.workflows[0].spec.tasks["a"].with_items
    assert {item.name: item.items.source for item in items} == expected


def test_items_have_places() -> None:
    """Each stands where its author wrote it."""
    items = read("with-items:\n  - i in [1]\n  - j in [2]").workflows[0].spec.tasks["a"].with_items
    assert [item.place for item in items] == [Place(7, 11), Place(8, 11)]


MISTAKES = [
    ("5", "6:19", "E105", "5 is not valid under any of the given schemas"),
    ("{i: <% $.x %>}", "6:19", "E105", "text or a list of texts"),
    ("[]", "6:19", "E106", "[] should be non-empty"),
    ("[5]", "6:20", "E105", "5 is not of type 'string'"),
    ("''", "6:19", "E117", "variable in <% ... %>"),
    ("<% $.x %>", "6:19", "E117", "cannot read '<% $.x %>'"),
    ("i of <% $.x %>", "6:19", "E117", "variable in <% ... %>"),
    ("i in", "6:19", "E117", "cannot read 'i in'"),
    ("i in xs", "6:24", "E117", "neither one whole expression nor a list"),
    ("i in <% $.x %> or so", "6:24", "E117", "neither one whole expression nor a list"),
    ("i in [1, 2", "6:24", "E117", "the list '[1, 2' cannot be read"),
    ("i in [1] [2]", "6:24", "E117", "cannot be read"),
    ("i in <% $. %>", "6:30", "E301", "'with-items': cannot read"),
    ("'i in [<% $. %>]'", "6:25", "E301", "'with-items.0': cannot read"),
    ("i in <% nope() %>", "6:27", "E302", "no function 'nope'"),
    ("__env in <% $.x %>", "6:19", "E113", "reserved"),
    ("[i in <% $.x %>, i in <% $.x %>]", "6:36", "E103", "non-unique elements"),
    ("[i in <% $.x %>, i in <% $.y %>]", "6:36", "E117", "variable 'i' of 'with-items' is given twice"),
    ("['i in [1, 2]', 'j in [1]']", "6:19", "E117", "'i' has 2, 'j' has 1 items"),
]


@pytest.mark.parametrize(("text", "place", "code", "words"), MISTAKES)
def test_reports_each_mistake_at_its_place(text: str, place: str, code: str, words: str) -> None:
    """The first error is the mistake itself."""
    problem = read(f"with-items: {text}").errors[0]
    assert (f"{problem.line}:{problem.column}", problem.code) == (place, code)
    assert problem.subject == "task 'a'"
    assert words in problem.message


SEEN = "with-items: i in <% $.x %>\n"
VARIABLES = [
    (SEEN + "action: std.echo output=<% $.i %>", []),
    (SEEN + "workflow: sub n=<% $.i %>", []),
    (SEEN + "input: {output: <% $.i.name %>}", []),
    (SEEN + "target: '{{ _.i }}'", []),
    (SEEN + "publish: {p: <% $.i %>}", ["7:20"]),
    (SEEN + "timeout: <% $.i %>", ["7:16"]),
    (SEEN + "on-success: {fail: <% $.i %>}", ["7:26"]),
    ("with-items: i in <% $.i %>", ["6:24"]),
    ("with-items: [i in <% $.x %>, j in <% $.i %>]", ["6:41"]),
    ("with-items: i of <% $.x %>\ninput: {output: <% $.i %>}", []),
]


@pytest.mark.parametrize(("task", "places"), VARIABLES)
def test_the_variable_is_there_for_each_item_and_nowhere_else(task: str, places: list[str]) -> None:
    """What is evaluated once for the whole task does not see an item."""
    found = [p for p in read(task).problems if p.code == "W501"]
    assert [f"{p.line}:{p.column}" for p in found] == places
