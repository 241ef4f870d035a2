"""Audit: whether the log is what was written, and still means what it meant."""

from __future__ import annotations

from wf_es.audit.anchors import Anchor, is_signed_with, read_anchor, roll, signed, write_anchor
from wf_es.audit.examination import Examination, Finding, examine, examine_pin

__all__ = [
    "Anchor",
    "Examination",
    "Finding",
    "examine",
    "examine_pin",
    "is_signed_with",
    "read_anchor",
    "roll",
    "signed",
    "write_anchor",
]
