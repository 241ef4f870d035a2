"""What the tests of the pictures share: workflows to draw, harmless and hostile ones."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec

from wf_es.definition import WorkflowSpec, read_workflows

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"

HOSTILE = """\
version: '2.0'
'w</title><script>alert(1)</script>':
  description: "</desc><script>alert(1)</script> \\\\N & \\"quoted\\""
  tasks:
    '<b>&amp; "q" ''s''':
      action: 'std.echo output="%%{init: {}}%%"'
      description: 'fa:fa-bolt `code` **bold** \\N \\'
      on-success:
        - 日本語: <% $.a = "]]><script>" and $.b > 1 %>
        - 日本語
      on-error: [日本語, fail msg="<% $.why %> \\N </svg>"]
      on-complete: 日本語
      on-skip: [日本語, succeed: <% $.ok %>]
    日本語:
      join: all
      action: std.noop
      on-success: ['[](){}|;#--> 1. -': '{{ _.x }}']
      on-error: [pause, noop]
    '[](){}|;#--> 1. -':
      action: std.noop
      on-success:
        - '<b>&amp; "q" ''s''': <% $.again %>
        - '[](){}|;#--> 1. -': <% $.self %>
      on-error:
        - '[](){}|;#--> 1. -': <% $.repair %>
    begin:
      action: std.noop
      on-success: '<b>&amp; "q" ''s'''
"""
"""All that a format could stumble over, as far as the language lets it through."""


def spec_of(text: str) -> WorkflowSpec:
    """Return the first workflow of a text, which has to be valid."""
    reading = read_workflows(text)
    reading.raise_for_errors()
    return reading.workflows[0].spec


def example_spec(name: str) -> WorkflowSpec:
    """Return an example of the documentation."""
    return spec_of((EXAMPLES / f"{name}.yaml").read_text())


def named(spec: WorkflowSpec, old: str, new: str) -> WorkflowSpec:
    """Return a workflow in which a task has another name, even one the language refuses."""
    tasks = {
        (new if name == old else name): (msgspec.structs.replace(task, name=new) if name == old else task)
        for name, task in spec.tasks.items()
    }
    return msgspec.structs.replace(spec, tasks=tasks)


def random_text(seed: int, count: int) -> str:
    """Return a workflow of tasks that lead mostly forward, now and then back, far or to a command."""
    chance = random.Random(seed)
    lines = ["version: '2.0'", "w:", "  tasks:"]
    reached: set[int] = set()
    for number in range(count):
        lines += [f"    t{number}:", "      action: std.noop"]
        if number in reached and chance.random() < 0.3:
            lines.append("      join: one")
        for clause, share in (("on-success", 0.9), ("on-error", 0.4), ("on-complete", 0.1), ("on-skip", 0.1)):
            if chance.random() < share:
                targets = {_target(chance, number, count) for _ in range(chance.choice((1, 1, 2)))}
                reached |= targets
                lines.append(f"      {clause}:")
                lines += [f"        - t{target}{chance.choice(_GUARDS)}" for target in sorted(targets)]
                lines += ["        - fail"] * (chance.random() < 0.1)
    return "\n".join(lines) + "\n"


_GUARDS = ("", "", ": <% $.x > 1 %>")


def _target(chance: random.Random, number: int, count: int) -> int:
    if chance.random() < 0.15:
        return chance.randrange(count)
    return min(count - 1, number + chance.randint(1, 5))
