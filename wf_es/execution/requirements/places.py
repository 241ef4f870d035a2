"""Where an expression stands: from a key of a task or workflow to line and column."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wf_es.definition import Place, TaskSpec, WorkflowSpec
from wf_es.execution.readings import Reading
from wf_es.execution.requirements.report import Use
from wf_es.expressions import Expression


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """What an expression belongs to: a task, or a workflow as a whole, by its ``path``.

    ``defaults`` are the places of a workflow, for what a task has from its ``task-defaults``.
    """

    path: str
    workflow: str
    place: Place
    places: Mapping[str, Place]
    defaults: Mapping[str, Place] = {}

    def use(self, reading: Reading, expression: Expression) -> Use:
        """Return where an expression of a template stands."""
        parts = [str(part) for part in expression.path]
        return self._use(
            ".".join([reading.key, *parts]), [reading.at or reading.key, *parts], expression.text
        )

    def use_of(self, key: str, text: str = "") -> Use:
        """Return where a key stands, for what no expression says."""
        return self._use(key, [key], text)

    def _use(self, key: str, parts: list[str], text: str) -> Use:
        place = self._nearest(".".join(parts).split("."))
        return Use(
            task=self.path,
            key=key,
            expression=text,
            line=place.line,
            column=place.column,
            workflow=self.workflow,
        )

    def _nearest(self, parts: list[str]) -> Place:
        """Return the nearest place that is known for a key."""
        for prefix, places in (("", self.places), ("task-defaults.", self.defaults)):
            for length in range(len(parts), 0, -1):
                place = places.get(prefix + ".".join(parts[:length]))
                if place is not None:
                    return place
        return self.place


def task_owner(spec: TaskSpec, workflow: WorkflowSpec) -> Owner:
    """Return a task of a workflow as the owner of its expressions."""
    return Owner(
        path=spec.name,
        workflow=workflow.name,
        place=spec.place,
        places=spec.places,
        defaults=workflow.places,
    )


def workflow_owner(spec: WorkflowSpec) -> Owner:
    """Return a workflow as the owner of its expressions."""
    return Owner(path="", workflow=spec.name, place=spec.place, places=spec.places)
