"""What the characters of a text alone can tell: a linear scan, before yaml sees it."""

from __future__ import annotations

import re

from wf_es.definition.model import Place
from wf_es.definition.problems import Report
from wf_es.limits import DefinitionLimits

_UNUSABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OPENINGS = ("<%", "{{", "{%")
_START = Place(1, 1)


def is_acceptable(text: str, report: Report, limits: DefinitionLimits) -> bool:
    """Check what a linear scan can see before yaml looks at the text."""
    size = len(text.encode("utf-8", "surrogatepass")) if len(text) <= limits.text_bytes else len(text)
    if size > limits.text_bytes:
        message = f"the text has {size} bytes, {limits.stated('text_bytes')}; split it up"
        report.add("E101", _START, message)
        return False
    expressions = sum(text.count(opening) for opening in _OPENINGS)
    if expressions > limits.expressions:
        message = f"the text has {expressions} expressions, {limits.stated('expressions')}; split it up"
        report.add("E101", _START, message)
        return False
    unusable = _UNUSABLE.search(text)
    if unusable:
        code_point = f"U+{ord(unusable.group()):04X}"
        message = f"Definition could not be parsed: character {code_point} is not allowed in YAML"
        report.add("E100", _place_of_index(text, unusable.start()), message)
        return False
    return True


def hint_at(text: str, place: Place) -> str:
    """Return what usually causes a syntax error at this place, or nothing."""
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    rest = line[place.column - 1 :]
    if rest.startswith("\t"):
        return "; indent with spaces, not with tabs"
    if "{{" in line or "{%" in line:
        return "; a Jinja expression must be in quotes"
    if rest.startswith(("%", "`")) and place.column > 1:
        return "; put text that begins with this character in quotes"
    if ": " in line and ("<%" in line or "'" in line or '"' in line):
        return "; put text that contains ': ' in quotes"
    return ""


def has_no_surrogates(text: str) -> bool:
    """Whether a text can be encoded: it holds no half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def unused_character(text: str) -> str:
    """Return a printable character that the text does not contain."""
    return next(character for character in map(chr, range(0xE000, 0xF8FF)) if character not in text)


def _place_of_index(text: str, index: int) -> Place:
    before = text[:index]
    return Place(before.count("\n") + 1, index - before.rfind("\n"))
