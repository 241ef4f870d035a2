"""Where an expression stands."""

from __future__ import annotations

from typing import Any

from tests.wf_es.execution.requirements.asking import asked

TEXT = """
w:
  output:
    deep: {list: [1, <% $.o %>]}
  tasks:
    a:
      action: std.http url=<% $.inline %>
      input:
        method: <% $.given %>
      on-success:
        publish: {global: {g: <% $.p %>}}
        next:
          - b: <% $.guard %>
    b:
      with-items:
        - i in <% $.list %>
      action: std.noop
"""


def test_keys_and_places(story: Any) -> None:
    """The nearest place that is known, in the text of the workflow that is named."""
    told = story(TEXT)
    told.start()
    found = {item.variable: item.needed_by for item in asked(told, {"task": "a"}).missing}

    shown = {name: (use.task, use.key, use.line, use.column) for name, use in found.items()}
    assert shown == {
        "inline": ("a", "action.url", 8, 28),
        "given": ("a", "input.method", 10, 17),
        "p": ("a", "on-success.publish.global.g", 12, 31),
        "guard": ("a", "on-success", 14, 16),
        "list": ("b", "with-items", 17, 11),
        "o": ("", "output.deep.list.1", 5, 22),
    }
    assert {use.workflow for use in found.values()} == {"w"}


def test_places_of_what_a_task_does_not_say_itself(story: Any) -> None:
    """Defaults of tasks stand at their own place, and so do the variables of a sub-workflow."""
    told = story(
        """
inner:
  input:
    - given
  vars:
    left: <% $.nowhere %>
  tasks:
    c: {action: std.noop}
"""
    )
    inner = told.definition
    told = story(
        """
w:
  task-defaults:
    retry: {count: <% $.tries %>, delay: 1}
  tasks:
    a: {action: std.async_noop, wait-after: <% $.own %>, on-success: b}
    b: {workflow: inner, input: {given: 1}}
"""
    )
    told.answer = lambda question: inner
    told.start()

    found = {
        item.variable: (item.needed_by.task, item.needed_by.line, item.needed_by.column)
        for item in asked(told, {"task": "a"}).missing
    }
    assert found == {"own": ("a", 7, 45), "tries": ("b", 5, 20), "nowhere": ("b/", 7, 11)}
