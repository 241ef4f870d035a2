"""How an SVG picture looks: colours for light and dark, line styles, sizes of text.

A clause is told by the pattern of its line and named in the legend; colour
only helps. Colours are classes with plain values (not every viewer knows CSS
variables), and a second set replaces them where the reader prefers dark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from math import fsum
from typing import NamedTuple

from api.drawing.diagram import REQUIRES
from api.drawing.labels import columns

TITLE, SMALL = 13.0, 11.0
"""Sizes of the letters of names and of everything else, in pixels."""

_SANS = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"
_MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


class Line(NamedTuple):
    """How the lines of a clause look."""

    style: str
    meaning: str


LINES: Mapping[str, Line] = {
    "on-success": Line("success", "on success"),
    "on-error": Line("error", "on error"),
    "on-complete": Line("complete", "on complete (success or error)"),
    "on-skip": Line("skip", "on skip"),
    REQUIRES: Line("success", "is required by"),
    "": Line("mark", "begin, end"),
}

_RULES = f"""\
text {{ font: {SMALL:g}px {_SANS}; }}
.mono {{ font-family: {_MONO}; }}
.name {{ font-size: {TITLE:g}px; font-weight: 600; }}
.heading {{ font-size: 17px; font-weight: 600; }}
.line {{ fill: none; stroke-width: 1.5; }}
.error {{ stroke-dasharray: 7 4; }}
.complete {{ stroke-width: 3; }}
.skip {{ stroke-dasharray: 2 4; stroke-width: 2; stroke-linecap: round; }}
.box {{ stroke-width: 1.2; }}
.bar {{ stroke-width: 5; stroke-linecap: round; }}
.sign {{ fill: none; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }}
"""

_SELECTORS = {
    "paper": (".paper", "fill"),
    "ink": (".ink, .name, .heading", "fill"),
    "faint": (".faint", "fill"),
    "face": (".face", "fill"),
    "edge": (".box, .bar", "stroke"),
    "success": (".success", "stroke"),
    "error": (".error, .fail .sign, .fail .box", "stroke"),
    "complete": (".complete", "stroke"),
    "skip": (".skip", "stroke"),
    "mark": (".mark", "stroke"),
    "succeed": (".succeed .sign, .succeed .box", "stroke"),
    "pause": (".pause .sign, .pause .box", "stroke"),
    "noop": (".noop .sign, .noop .box", "stroke"),
    "head-success": (".head-success", "fill"),
    "head-error": (".head-error", "fill"),
    "head-complete": (".head-complete", "fill"),
    "head-skip": (".head-skip", "fill"),
    "head-mark": (".head-mark, .dot", "fill"),
}

_LIGHT = {
    "paper": "#ffffff",
    "ink": "#1f2328",
    "faint": "#59636e",
    "face": "#f6f8fa",
    "edge": "#59636e",
    "success": "#4a535e",
    "error": "#c4232d",
    "complete": "#0a63c9",
    "skip": "#7a45cf",
    "mark": "#848d97",
    "succeed": "#1a7f37",
    "pause": "#8f5f00",
    "noop": "#6e7781",
}
_DARK = {
    "paper": "#0d1117",
    "ink": "#f0f6fc",
    "faint": "#a3adb8",
    "face": "#1a212b",
    "edge": "#8b949e",
    "success": "#b6c0ca",
    "error": "#ff7b72",
    "complete": "#6cb0ff",
    "skip": "#c297ff",
    "mark": "#8b949e",
    "succeed": "#56d364",
    "pause": "#e3b341",
    "noop": "#9da7b3",
}


def style() -> str:
    """Return the style sheet of a picture."""
    dark = "\n".join(f"  {rule}" for rule in _colours(_DARK))
    light = "\n".join(_colours(_LIGHT))
    return f"{_RULES}{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _colours(palette: Mapping[str, str]) -> list[str]:
    return [
        f"{selector} {{ {what}: {palette[name.removeprefix('head-')]}; }}"
        for name, (selector, what) in _SELECTORS.items()
    ]


def text_width(text: str) -> float:
    """Return about how wide the name of a task is; rather too wide than too narrow."""
    return TITLE * fsum(_width(char) for char in text)


def mono_width(text: str) -> float:
    """Return how wide a text is in letters of equal width."""
    return SMALL * 0.605 * columns(text)


def _width(char: str) -> float:
    if char in "iljI.,:;'|![]()ft r/\\`":
        return 0.44
    if columns(char) != 1:
        return columns(char) * 0.55
    if char in "mwMW@%—…":
        return 1.02
    return 0.78 if unicodedata.category(char) == "Lu" else 0.69
