"""Everybody can read it: by day, by night, and without telling colours apart."""

from __future__ import annotations

import re

import pytest

from api.drawing.appearance import LINES, mono_width, style, text_width

_RULE = re.compile(
    r"^ *(?P<selector>\.[^{]+) \{ (?P<what>fill|stroke): (?P<colour>#\w{6}); \}$", re.MULTILINE
)


def _colours(sheet: str) -> dict[tuple[str, str], str]:
    return {
        (selector.strip(), found["what"]): found["colour"]
        for found in _RULE.finditer(sheet)
        for selector in found["selector"].split(",")
    }


def _brightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_brightness(one), _brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("half", [0, 1], ids=["light", "dark"])
def test_contrast(half: int) -> None:
    """Texts reach 4.5 and lines 3 to 1, as WCAG 2 asks, on the paper and on the boxes."""
    colours = _colours(re.split(r"@media.*\n", style())[half])
    paper, face = colours[".paper", "fill"], colours[".face", "fill"]

    for (selector, what), colour in colours.items():
        if selector not in (".paper", ".face"):
            least = 4.5 if selector in (".ink", ".name", ".heading", ".faint") else 3
            assert min(_contrast(colour, paper), _contrast(colour, face)) >= least, (selector, what)


def test_both_palettes_say_the_same() -> None:
    """Whatever has a colour in the light has one in the dark."""
    light, dark = (_colours(half) for half in re.split(r"@media.*\n", style()))

    assert light.keys() == dark.keys()


def test_clauses_differ_without_colour() -> None:
    """Each clause has a pattern or a width of its own."""
    sheet = style()
    looks = {clause: re.search(rf"^\.{LINES[clause].style} {{ (stroke-[dw].*) }}$", sheet, re.MULTILINE)
             for clause in ("on-success", "on-error", "on-complete", "on-skip")}  # fmt: skip

    assert len({found and found[1] for found in looks.values()}) == 4


def test_widths() -> None:
    """Wide letters need more room, and no letter needs none."""
    assert text_width("iii") < text_width("nnn") < text_width("MMM") < text_width("日本語")
    assert mono_width("日本") == mono_width("abcd") == 2 * mono_width("ab")
