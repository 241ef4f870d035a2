"""``name=value`` is read as JSON or text, files as JSON or YAML."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from api.cli.assignments import input_options, parameters, read_object_file, whole_input
from wf_es.errors import InvalidRequest

VALUES = {
    "host=web2": {"host": "web2"},
    "count=3": {"count": 3},
    "ratio=1.5": {"ratio": 1.5},
    "flag=true": {"flag": True},
    "nothing=null": {"nothing": None},
    "hosts=[1, 2]": {"hosts": [1, 2]},
    'text="3"': {"text": "3"},
    "empty=": {"empty": ""},
    "query=a=b": {"query": "a=b"},
    "constant=NaN": {"constant": "NaN"},
    'forced:={"a": 1}': {"forced": {"a": 1}},
}
REFUSED = {
    "no-separator": "is not NAME=VALUE",
    "=3": "is not NAME=VALUE",
    "hosts:=[1,": "is not JSON",
}


@click.command()
@input_options
def _show(**given: object) -> None:
    """Print the whole input."""
    click.echo(repr(whole_input(**given)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "wanted"), VALUES.items(), ids=list(VALUES))
def test_values_are_json_or_text(text: str, wanted: object) -> None:
    """JSON is read as JSON; what is no JSON stays the text that was typed."""
    result = CliRunner().invoke(_show, ["--input", text])

    assert result.output == f"{wanted!r}\n"


@pytest.mark.parametrize(("text", "reason"), REFUSED.items(), ids=list(REFUSED))
def test_what_cannot_be_meant_is_refused(text: str, reason: str) -> None:
    """A typing error is reported with exit code 2, not swallowed."""
    result = CliRunner().invoke(_show, ["--input", text])

    assert (result.exit_code, reason in result.output) == (2, True)


def test_single_inputs_win_over_json_and_json_over_the_file(tmp_path: Path) -> None:
    """The three sources of input are merged, the most particular one last."""
    file = tmp_path / "input.yaml"
    file.write_text("a: file\nb: file\nc: file\n")

    result = CliRunner().invoke(
        _show, ["--input-file", str(file), "--input-json", '{"b": "json", "c": "json"}', "-i", "c=single"]
    )

    assert result.output == f"{ {'a': 'file', 'b': 'json', 'c': 'single'}!r}\n"


def test_input_json_must_be_an_object() -> None:
    """A list is JSON, but no input."""
    result = CliRunner().invoke(_show, ["--input-json", "[1]"])

    assert (result.exit_code, "not a JSON object" in result.output) == (2, True)


FILES = {
    "json": '{"a": [1, true]}',
    "json-with-tabs": '{\n\t"a": [1, true]\n}',
    "yaml": "a:\n  - 1\n  - true\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=list(FILES))
def test_files_are_json_or_yaml(text: str, tmp_path: Path) -> None:
    """Both spellings of the same object give the same data."""
    file = tmp_path / "input"
    file.write_text(text)

    assert read_object_file(file) == {"a": [1, True]}


BAD_FILES = {
    "list": ("[1]", "must hold one object"),
    "broken": ("a: [", r"input:\d+:\d+: error"),
    "empty": ("", "input"),
}


@pytest.mark.parametrize(("text", "reason"), BAD_FILES.values(), ids=list(BAD_FILES))
def test_other_files_are_refused_by_name(text: str, reason: str, tmp_path: Path) -> None:
    """The message names the file, and the place where there is one."""
    file = tmp_path / "input"
    file.write_text(text)

    with pytest.raises(InvalidRequest, match=reason):
        read_object_file(file)


def test_a_stored_environment_takes_the_place_of_variables() -> None:
    """Both at once would leave open which of them counts."""
    assert parameters({}, None, None) == {}
    assert parameters({"k": 1}, None, "t") == {"env": {"k": 1}, "task_name": "t"}
    assert parameters({}, "test", None) == {"env": "test"}
    with pytest.raises(click.UsageError, match="--environment"):
        parameters({"k": 1}, "test", None)
