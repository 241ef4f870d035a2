"""The resume-requirement view: whether one can go on from here, and what it takes."""

from __future__ import annotations

from projections.encoding import plain
from wf_es.envelope import JSON
from wf_es.execution.requirements import Requirements


def requirements_view(report: Requirements) -> dict[str, JSON]:
    """Return the answer as plain data, for the REST body and the command line.

    ``missing`` and ``undetermined`` name the expression that needs a variable
    with its place in the definition; ``repeats`` are effects that would happen
    again, ``outstanding`` are actions that have not answered yet.
    """
    return {
        "resumable": report.resumable,
        "will_run": list(report.will_run),
        "repeats": plain(report.repeats),
        "missing": plain(report.missing),
        "undetermined": plain(report.undetermined),
        "outstanding": plain(report.outstanding),
        "refused": plain(report.refused),
        "position": report.position,
    }
