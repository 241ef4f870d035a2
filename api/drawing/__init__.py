"""Pictures of workflows: what they show, and how it is written down.

``diagram`` turns a definition into nodes and edges; ``mermaid``, ``dot`` and
``svg`` turn these into text. Everything here is values in, values out, and the
same definition gives the same text on every machine.
"""

from __future__ import annotations

from api.drawing.diagram import Diagram, Edge, Kind, Node, diagram
from api.drawing.dot import dot
from api.drawing.mermaid import LIMITS, mermaid
from api.drawing.svg import svg

__all__ = ["LIMITS", "Diagram", "Edge", "Kind", "Node", "diagram", "dot", "mermaid", "svg"]
