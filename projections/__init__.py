"""Read models: what people ask about executions, answered without deciding.

Two kinds of views live here. Those over many executions (lists, filters,
look-ups) are tables that a follower keeps up with the log: ``Views``. Those of
one execution (a task's context, the requirements of a resume, the history) are
folded from its own events when asked for, and only get their shape here.
"""

from __future__ import annotations

from projections.blame import blame_view
from projections.comparison import comparison_view, family_comparison_view
from projections.context import context_view, final_context_view
from projections.definition_versions import version_difference_view, version_view
from projections.history import causes_view, event_type, event_view, history_view
from projections.masking import mask_within, masked, secret_names
from projections.queries import Page, Query, Row
from projections.requirements import requirements_view
from projections.summaries import Names, summary
from projections.verification import Difference, verify
from projections.views import Views

__all__ = [
    "Difference",
    "Names",
    "Page",
    "Query",
    "Row",
    "Views",
    "blame_view",
    "causes_view",
    "comparison_view",
    "context_view",
    "event_type",
    "event_view",
    "family_comparison_view",
    "final_context_view",
    "history_view",
    "mask_within",
    "masked",
    "requirements_view",
    "secret_names",
    "summary",
    "verify",
    "version_difference_view",
    "version_view",
]
