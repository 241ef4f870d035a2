"""The resume-requirement view: whether one can go on from here, and what it takes."""

from __future__ import annotations

from projections.encoding import plain
from wf_es.envelope import JSON
from wf_es.execution.requirements import Requirements


def requirements_view(report: Requirements) -> dict[str, JSON]:
    """Return the answer as plain data, for the REST body and the command line.

    ``missing``, ``undetermined``, ``unknown`` and ``present`` name the
    expression that needs something with its place in the definition;
    ``present`` tells from which event or task each variable comes. ``repeats``
    are effects that would happen again, ``outstanding`` are actions and
    sub-workflows that have not answered yet. ``left_failed`` are tasks that
    failed and that nobody would take up.
    """
    return {
        "resumable": report.resumable,
        "will_run": list(report.will_run),
        "repeats": plain(report.repeats),
        "missing": plain(report.missing),
        "unknown": plain(report.unknown),
        "undetermined": plain(report.undetermined),
        "present": plain(report.present),
        "outstanding": plain(report.outstanding),
        "left_failed": plain(report.left_failed),
        "refused": plain(report.refused),
        "position": report.position,
    }
