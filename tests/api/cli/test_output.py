"""Tables for people, JSON and YAML for machines; plain text in a pipe."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest

from api.cli.output import aligned, print_data, print_record, print_rows, state_text

ROWS: list[dict[str, Any]] = [
    {"id": "1", "state": "SUCCESS", "input": {"a": 1}, "note": None},
    {"id": "22", "state": "ERROR", "input": {}, "note": "two\nlines"},
]


def test_a_table_in_a_pipe_is_plain_and_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    """No colours, no borders, nothing cut, one line per row."""
    print_rows(ROWS, ("id", "state", "input", "note"), "table")

    assert capsys.readouterr().out.splitlines() == [
        "ID  STATE    INPUT     NOTE",
        '1   SUCCESS  {"a": 1}  -',
        "22  ERROR    {}        two lines",
    ]


def test_no_rows_leave_the_heading(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty answer is still an answer."""
    print_rows([], ("id", "state"), "table")

    assert capsys.readouterr().out == "ID  STATE\n"


def test_json_gives_whole_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """What a table leaves out is there for machines."""
    print_rows(ROWS, ("id",), "json")

    assert json.loads(capsys.readouterr().out) == ROWS


def test_yaml_gives_whole_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """YAML in block style, keys in their order."""
    print_rows(ROWS[:1], ("id",), "yaml")

    assert capsys.readouterr().out == "- id: '1'\n  state: SUCCESS\n  input:\n    a: 1\n  note: null\n"


def test_chosen_columns_count_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    """--columns narrows tables and data alike, in the order given."""
    print_rows(ROWS, ("id",), "json", "state, id")
    data = json.loads(capsys.readouterr().out)
    print_rows(ROWS, ("id",), "table", "state, id")

    assert data == [{"state": "SUCCESS", "id": "1"}, {"state": "ERROR", "id": "22"}]
    assert capsys.readouterr().out.splitlines()[0] == "STATE    ID"


def test_an_unknown_column_is_refused() -> None:
    """The message lists the columns there are."""
    with pytest.raises(click.UsageError, match=r"unknown column 'stat'; there are: id, input, note, state"):
        print_rows(ROWS, ("id",), "table", "id,stat")


def test_a_record_has_a_line_for_each_field(capsys: pytest.CaptureFixture[str]) -> None:
    """Long texts go on below their first line."""
    print_record(ROWS[1], "table")

    assert capsys.readouterr().out == "id     22\nstate  ERROR\ninput  {}\nnote   two\n       lines\n"


@pytest.mark.parametrize(("value", "text"), [("plain", "plain\n"), (3, "3\n"), (None, "null\n")])
def test_a_lone_yaml_value_is_one_line(value: object, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No document mark follows a scalar."""
    print_data(value, "yaml")

    assert capsys.readouterr().out == text


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    """Nothing is left behind the last column."""
    assert aligned([["a", "bbb"], ["aaa", "b"]]) == ["a    bbb", "aaa  b"]
    assert aligned([]) == []


def test_a_state_is_always_a_word() -> None:
    """Whoever sees no colour reads the same."""
    assert state_text("ERROR").plain == "ERROR"
