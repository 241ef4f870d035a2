"""Declared inputs, of workflows and of ad-hoc actions alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wf_es.definition import InputParameter, Place, read_actions, read_workflows


def of_workflow(text: str) -> tuple[InputParameter, ...]:
    """Read the input of a workflow."""
    reading = read_workflows(f"version: '2.0'\nw:\n  input: {text}\n  tasks: {{a: {{action: std.noop}}}}\n")
    assert reading.problems == ()
    return reading.workflows[0].spec.input


def of_action(text: str) -> tuple[InputParameter, ...]:
    """Read the input of an ad-hoc action."""
    reading = read_actions(f"version: '2.0'\na:\n  input: {text}\n  base: std.noop\n")
    assert reading.problems == ()
    return reading.actions[0].spec.input


@pytest.mark.parametrize("read", [of_workflow, of_action])
def test_names_and_defaults(read: Callable[[str], tuple[InputParameter, ...]]) -> None:
    """A default may be anything, also null; without one the input is required."""
    found = read("[x, y: null, z: {k: [1]}]")
    assert [(given.name, given.required, given.default) for given in found] == [
        ("x", True, None),
        ("y", False, None),
        ("z", False, {"k": [1]}),
    ]
    assert found[0].place == Place(3, 11)


@pytest.mark.parametrize("read", [of_workflow, of_action])
def test_a_default_is_taken_as_it_stands(read: Callable[[str], tuple[InputParameter, ...]]) -> None:
    """What looks like an expression in it is text, even if it could not be read."""
    (given,) = read("[x: ['<% $.y %>', '{{ _. }}']]")
    assert given.default == ["<% $.y %>", "{{ _. }}"]
