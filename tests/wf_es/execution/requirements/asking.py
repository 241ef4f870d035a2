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


def missing(report: Requirements) -> set[str]:
    """Return what is missing, each as ``variable@task.key``."""
    return {f"{item.variable}@{item.needed_by.task}.{item.needed_by.key}" for item in report.missing}


def undetermined(report: Requirements) -> dict[str, str]:
    """Return why what cannot be told cannot, by ``variable@task.key``."""
    return {
        f"{item.variable}@{item.needed_by.task}.{item.needed_by.key}": item.why
        for item in report.undetermined
    }


def unknown(report: Requirements) -> set[str]:
    """Return what is unknown, each as ``kind name@task``, with a mark if that is not certain."""
    return {
        f"{'' if item.is_certain else '?'}{item.kind} {item.name}@{item.needed_by.task}"
        for item in report.unknown
    }


def origins(report: Requirements) -> dict[str, list[tuple[str, str | None]]]:
    """Return from where the variables come that are there."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for item in report.present:
        found.setdefault(item.variable, []).append((item.source, item.task))
    return found


def written(text: str) -> str:
    """Return a workflow with its abbreviations written out: two actions, and a guard."""
    for short, long in (
        ("ASYNC", "action: std.async_noop"),
        ("NOOP", "action: std.noop"),
        ("GUARD", "<% $.get(x) %>"),
    ):
        text = text.replace(short, long)
    return text
