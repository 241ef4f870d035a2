"""The reference of every key of the language, written from its schema and the examples.

``python -m api.cli.language_page`` writes ``docs/reference/language-keys.md``
from the descriptions in the schema and the files in ``docs/examples/language``;
a test compares the page with what would be written, and runs each example.

An example begins with a line that says how it is run and what comes of it::

    #: {"input": {"n": 1}, "results": {"ask": [2]}, "output": {"sum": 3}}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click

from wf_es.definition.schema import kinds, tasks, workbooks, workflows
from wf_es.envelope import JSON

EXAMPLES = Path("docs/examples/language")
PAGE = Path("docs/reference/language-keys.md")

_HOW = "#: "

_HEAD = """\
# Every key of the language

This page is generated (`python -m api.cli.language_page`) from the
[JSON Schema](../how-to/check-workflows-in-your-editor.md) of the language and from the files in
[examples/language](../examples/language). Each example is a whole text, and a test runs it as the line
below it says. How the keys work together is told in [the workflow language](workflow-language.md).

Actions for which that line gives no result are small ones that answer at once (`std.echo`, `std.noop`).
"""


class Group(NamedTuple):
    """Keys that stand in one mapping: where their examples are, a title, a sentence, their schemas."""

    folder: str
    title: str
    text: str
    keys: Mapping[str, JSON]


_CLAUSE = kinds.KINDS["clause"]["anyOf"][1]["properties"]

GROUPS = (
    Group(
        "text",
        "Text",
        "The outermost mapping: one key per workflow, and",
        workflows.DOCUMENT["properties"],
    ),
    Group("workflow", "Workflow", "The keys of a workflow.", workflows.WORKFLOW["properties"]),
    Group("task", "Task", "The keys of every task.", tasks.COMMON),
    Group(
        "direct",
        "Task of a direct workflow",
        "Of workflows of type `direct`, beside the transitions:",
        tasks.DIRECT_ONLY,
    ),
    Group(
        "transitions",
        "Transitions",
        "What follows a task of a direct workflow. Each of the four clauses is a transition, a list of them, "
        "or a mapping of `publish` and `next`.",
        {**tasks.CLAUSES, **_CLAUSE},
    ),
    Group(
        "publish",
        "Scopes of publish",
        "In a clause, `publish` says who will see the variables.",
        kinds.KINDS["publish"]["properties"],
    ),
    Group(
        "reverse",
        "Task of a reverse workflow",
        "Of tasks in workflows of type `reverse`:",
        tasks.REVERSE_ONLY,
    ),
    Group(
        "policies",
        "Policies",
        "Keys of any task, and of `task-defaults`, which may also hold `safe-rerun`, `requires` and the four "
        "clauses.",
        tasks.POLICIES,
    ),
    Group("retry", "Retry", "The keys of `retry`.", kinds.KINDS["retry"]["properties"]),
    Group("actions", "Ad-hoc action", "The keys of an ad-hoc action.", workbooks.ACTION["properties"]),
    Group("workbook", "Workbook", "The keys of a workbook.", workbooks.WORKBOOK_DOCUMENT["properties"]),
)
"""All keys of the language, as the page shows them."""


class Example(NamedTuple):
    """One example: how it is run and what comes of it, and the text itself."""

    how: dict[str, JSON]
    text: str


def read_example(file: Path) -> Example:
    """Return an example from its file."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    how: dict[str, JSON] = {}
    while lines and lines[0].startswith(_HOW):
        how |= json.loads(lines.pop(0).removeprefix(_HOW))
    return Example(how, "".join(lines))


def language_page(root: Path = Path()) -> str:
    """Return the whole page as Markdown; ``root`` is the project's folder."""
    sections = "\n".join(_group(group, root / EXAMPLES / group.folder) for group in GROUPS)
    return f"{_HEAD}\n{sections}"


def _group(group: Group, folder: Path) -> str:
    entries = "\n".join(
        _entry(name, schema, read_example(folder / f"{name}.yaml")) for name, schema in group.keys.items()
    )
    return f"## {group.title}\n\n{group.text}\n\n{entries}"


def _entry(name: str, schema: dict[str, JSON], example: Example) -> str:
    return (
        f"### `{name}`\n\n{schema['description']}\n\nValue: {value_words(schema)}.\n\n"
        f"```yaml\n{example.text}```\n\n{outcome_words(example.how)}\n"
    )


def value_words(schema: Mapping[str, JSON]) -> str:
    """Return what a value may be, from its schema."""
    if "$ref" in schema:
        return _kind_words(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return ", or ".join(value_words(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"a list: each {value_words(schema['items'])}"
    if "additionalProperties" in schema:
        return "a mapping of names to items"
    kind = {"string": "text", "object": "a mapping", "integer": "a whole number"}.get(schema.get("type", ""))
    least = f" from {schema['minimum']} on" if "minimum" in schema else ""
    return f"{kind}{least}" if kind else "anything"


def _kind_words(kind: str) -> str:
    if kind == "taskDefaults":
        return "a mapping of policies, transitions, `safe-rerun` and `requires`"
    words: str = kinds.KINDS[kind]["description"]
    return words[:1].lower() + words[1:].rstrip(".")


def outcome_words(how: Mapping[str, JSON]) -> str:
    """Return in a sentence how an example is run and what comes of it."""
    given = f" with {_shown(how['input'])}" if "input" in how else ""
    if "action" in how:
        return f"`{how['action']}` called{given} gives {_shown(how['output'])}."
    params = f", with the parameters {_shown(how['params'])}" if "params" in how else ""
    parts = [f"Started{given}{params}", *_events(how)]
    ends = f"it ends in `{how.get('state', 'SUCCESS')}`"
    output = f" with {_shown(how['output'])}" if how.get("output") else ""
    after = f" after {how['seconds']} seconds" if "seconds" in how else ""
    return f"{'; '.join(parts)}: {ends}{output}{after}."


def _events(how: Mapping[str, JSON]) -> Iterator[str]:
    for task, results in how.get("results", {}).items():
        if not results:
            yield f"`{task}` never answers"
        else:
            yield f"`{task}` {', then '.join(_result(result) for result in results)}"
    if "skip" in how:
        yield f"`{how['skip']}` is skipped"
    if how.get("resume"):
        yield "it pauses and is resumed"


def _result(result: JSON) -> str:
    if isinstance(result, dict) and set(result) == {"error"}:
        return f"fails with {_shown(result['error'])}"
    return f"gives {_shown(result)}"


def _shown(value: JSON) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


@click.command()
@click.argument("page", type=click.Path(dir_okay=False, path_type=Path), default=PAGE)
def write_language_page(page: Path) -> None:
    """Write the reference of every key to PAGE; run it in the project's folder."""
    page.write_text(language_page(), encoding="utf-8")


if __name__ == "__main__":
    write_language_page()
