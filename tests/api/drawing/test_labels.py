"""Other people's text, made fit to be shown."""

from __future__ import annotations

import pytest

from api.drawing.labels import columns, condition, one_line

LINES = {
    "as it is": ("deploy it", None, "deploy it"),
    "lines and tabs": (" a\n\tb\u2028c ", None, "a b c"),
    "controls": ("a\x00b\x1bc\x85d", None, "a�b�c d"),
    "a half character": ("a\ud800b", None, "a�b"),
    "no character": ("a\uffffb", None, "a�b"),
    "turned round": ("a\u202eb\u2066c", None, "a�b�c"),
    "a joined sign stays": ("👩\u200d💻", None, "👩\u200d💻"),
    "just fits": ("abcde", 5, "abcde"),
    "too long": ("abcdef", 5, "abcd…"),
    "cut at a blank": ("abc def", 5, "abc…"),
}


@pytest.mark.parametrize(("text", "limit", "line"), LINES.values(), ids=list(LINES))
def test_one_line(text: str, limit: int | None, line: str) -> None:
    """Nothing breaks the line, hides, or turns the rest round."""
    assert one_line(text, limit) == line


GUARDS = {
    "yaql": ("<% $.a > 1 %>", "$.a > 1"),
    "jinja": ("{{ _.a }}", "_.a"),
    "over lines": ("<% $.a\n  and $.b %>", "$.a and $.b"),
    "two expressions": ("<% $.a %> <% $.b %>", "<% $.a %> <% $.b %>"),
    "a block": ("{% if _.a %}1{% endif %}", "{% if _.a %}1{% endif %}"),
    "none": ("", ""),
}


@pytest.mark.parametrize(("guard", "shown"), GUARDS.values(), ids=list(GUARDS))
def test_condition(guard: str, shown: str) -> None:
    """The brackets say nothing to a reader, unless there are several."""
    assert condition(guard) == shown


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_columns(text: str, width: int) -> None:
    """Wide letters take two columns, marks on letters none."""
    assert columns(text) == width
