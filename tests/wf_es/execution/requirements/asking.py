"""Asking what a resume of a story's execution would need."""

from __future__ import annotations

from typing import Any

from wf_es.envelope import Origin
from wf_es.execution.commands import ResumeFrom, TaskResumption
from wf_es.execution.requirements import Requirements, requirements

DEPLOY = """
w:
  input: [app]
  tasks:
    build: {action: std.async_noop, publish: {artefact: <% task().result %>}, on-success: [deploy]}
    other: {action: std.async_noop, publish: {o: 1}, on-success: [report]}
    deploy:
      action: std.http
      input:
        url: http://<% $.host %>/<% $.app %>/<% $.get(path, none) %>
      publish:
        address: <% $.host + task().result.port %>
      on-success:
        - report: <% $.address != $.blocked %>
    report:
      join: all
      action: std.echo
      input: {output: [<% $.address %>, <% $.o %>, <% $.ticket %>]}
"""


def asked(told: Any, *wishes: Any, **fields: Any) -> Requirements:
    """Return the requirements of a resume of the story's execution."""
    origin = Origin(actor="ada", project="p", command="dry", now=told.state.updated_at)
    command = ResumeFrom(
        execution_id=told.state.id,
        origin=origin,
        tasks=tuple(TaskResumption(**wish) for wish in wishes),
        **fields,
    )
    return requirements(told.state, told.definition, command, told.answer)
