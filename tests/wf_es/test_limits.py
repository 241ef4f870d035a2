"""The limits: each has a setting of its name, and says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wf_es.config import Settings
from wf_es.definition import Problem, read_workflows
from wf_es.limits import DEFAULT_LIMITS, Limits, Stated


def groups_of(limits: Limits) -> list[Stated]:
    """Return the limits themselves and the groups in them."""
    fields = (getattr(limits, name) for name in limits.__struct_fields__)
    return [limits, *(field for field in fields if isinstance(field, Stated))]


def values_of(group: Stated) -> dict[str, float]:
    """Return the plain limits of a group by name."""
    fields = {name: getattr(group, name) for name in group.__struct_fields__}
    return {name: value for name, value in fields.items() if not isinstance(value, Stated)}


NAMES = [(group, name) for group in groups_of(DEFAULT_LIMITS) for name in values_of(group)]


@pytest.mark.parametrize(("group", "name"), NAMES, ids=[group.variable(name) for group, name in NAMES])
def test_each_limit_is_set_by_the_variable_that_it_names(
    group: Stated, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step away from its default, and nothing else changes."""
    wanted = getattr(group, name) + 1
    monkeypatch.setenv(group.variable(name), str(wanted))

    found = Settings().limits

    changed = {
        (type(after), key): value
        for before, after in zip(groups_of(DEFAULT_LIMITS), groups_of(found), strict=True)
        for key, value in values_of(after).items()
        if value != getattr(before, key)
    }
    assert changed == {(type(group), name): wanted}


def test_nothing_set_means_the_defaults() -> None:
    """They stand in one place."""
    assert Settings().limits == DEFAULT_LIMITS


def test_a_limit_states_its_value_and_its_setting() -> None:
    """Whoever is refused learns what to change."""
    assert Limits(depth=3).stated("depth") == "the limit is 3 (WF_ES_LIMIT_DEPTH)"
    assert DEFAULT_LIMITS.definitions.stated("tasks") == "the limit is 10000 (WF_ES_LIMIT_DEFINITION_TASKS)"
    assert DEFAULT_LIMITS.expressions.variable("steps") == "WF_ES_LIMIT_EXPRESSION_STEPS"


def workflow_with(tasks: str, version: str = "version: '2.0'\n") -> str:
    """Return a text with one workflow."""
    return f"{version}w:\n  tasks:\n{tasks}"


def nested(levels: int) -> str:
    """Return a workflow whose deepest value stands so many collections deep."""
    # The text itself, the workflow, its tasks, the task and its input are five.
    inner = "[" * (levels - 5) + "]" * (levels - 5)
    return workflow_with(f"    a: {{action: x, input: {{v: {inner}}}}}\n")


def with_tasks(number: int) -> str:
    """Return a workflow with so many tasks."""
    return workflow_with("".join(f"    t{index}: {{action: x}}\n" for index in range(number)))


def with_expressions(number: int) -> str:
    """Return a workflow with so many expressions."""
    return workflow_with("    a: {action: x, input: {v: [" + ", ".join(["<% 1 %>"] * number) + "]}}\n")


def with_expression_of(number: int) -> str:
    """Return a workflow with an expression of so many bytes between its marks, not all of them ASCII."""
    text = "ä" * 1_000 + "x" * (number - 2_002)
    return workflow_with(f"    a: {{action: x, input: {{v: \"<% '{text}' %>\"}}}}\n")


def of_bytes(number: int) -> str:
    """Return a workflow of so many bytes, with characters of several bytes."""
    text = workflow_with("    a: {action: x}\n# ä")
    return text + "x" * (number - len(text.encode()))


DEFINITIONS: dict[str, tuple[Callable[[int], str], int, str, Stated, str]] = {
    "tasks": (with_tasks, 10_000, "E101", DEFAULT_LIMITS.definitions, "tasks"),
    "nesting": (nested, 64, "E101", DEFAULT_LIMITS.definitions, "nesting"),
    "expressions": (with_expressions, 20_000, "E101", DEFAULT_LIMITS.definitions, "expressions"),
    "bytes": (of_bytes, 1024 * 1024, "E101", DEFAULT_LIMITS.definitions, "text_bytes"),
    "one expression": (with_expression_of, 8192, "E301", DEFAULT_LIMITS.expressions, "source_bytes"),
}


@pytest.mark.parametrize("case", DEFINITIONS)
def test_a_definition_at_a_limit_and_one_above(case: str) -> None:
    """What is allowed is allowed; one more is refused by the limit's name and setting."""
    text_with, most, code, group, name = DEFINITIONS[case]

    def findings(number: int) -> list[Problem]:
        return [problem for problem in read_workflows(text_with(number)).errors if problem.code == code]

    assert getattr(group, name) == most
    assert findings(most) == []
    (problem,) = findings(most + 1)
    assert group.variable(name) in problem.message
    assert str(most) in problem.message
