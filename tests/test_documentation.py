"""Whatever the documentation shows works: see ``tests/documentation.py`` for what is run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests import documentation
from tests.conftest import ServerFactory
from tests.documentation import Block, Command
from wf_es.config import Settings
from wf_es.definition import read_workflows

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
_IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def _blocks(page: Path, kind: str) -> list[Block]:
    return [block for block in documentation.blocks(page.read_text()) if block.kind == kind]


def _folder(page: Path, folder: Path) -> Path:
    """Lay out what the blocks of a page expect to find."""
    shutil.copytree(ROOT / "docs" / "examples", folder / "docs" / "examples")
    for block in documentation.blocks(page.read_text()):
        if block.file:
            (folder / block.file).write_text(block.text)
    return folder


@pytest.mark.parametrize("page", PAGES, ids=_IDS)
def test_workflows_are_as_the_page_says(page: Path) -> None:
    """A ``yaml workflow`` block has no problem; an ``invalid`` one is refused."""
    for block in _blocks(page, "yaml workflow"):
        reading = read_workflows(block.text, file=f"{page.name}:{block.line}")
        where = f"{page.name}:{block.line}"
        if "invalid" in block.words:
            assert reading.errors, f"{where}: nothing is wrong with this workflow"
        elif "warns" in block.words:
            assert reading.problems, f"{where}: the validator has nothing to say about this workflow"
            assert not reading.errors, f"{where}: the workflow is refused"
        else:
            assert [str(problem) for problem in reading.problems] == []


@pytest.mark.parametrize("page", [p for p in PAGES if _blocks(p, "python run")], ids=lambda page: page.name)
def test_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ``python run`` blocks of a page run one after the other."""
    monkeypatch.chdir(_folder(page, tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    names: dict[str, object] = {"__name__": "documentation"}
    for block in _blocks(page, "python run"):
        source = "\n" * block.line + block.text
        exec(compile(source, str(page), "exec", dont_inherit=True), names)


@pytest.mark.parametrize("page", [p for p in PAGES if _blocks(p, "console run")], ids=lambda page: page.name)
def test_commands_do_what_the_page_says(page: Path, tmp_path: Path, server: ServerFactory) -> None:
    """The ``console run`` blocks of a page run one after the other, against a server."""
    running = server(tmp_path / "wf.sqlite")
    todo = [command for block in _blocks(page, "console run") for command in documentation.commands(block)]

    problems = documentation.run_commands(todo, _folder(page, tmp_path), running.url)
    running.stop()

    if problems:
        pytest.fail(f"{page.name}:\n" + "\n\n".join(problems), pytrace=False)


def test_every_setting_is_in_the_table() -> None:
    """The page of the settings knows all of them with their defaults, the limits last."""
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in ("", None, (), Path()) else f"`{field.default}`"
        meaning = re.sub(r"<\S+[^.\s]", r"`\g<0>`", field.description or "")
        rows.append(f"| `WF_ES_{name.upper()}` | {default} | {meaning} |")

    assert [row for row in page.splitlines() if row.startswith("| `WF_ES_")] == rows


EXAMPLE = """
text

```console run exits=3
$ echo one &&
> echo two
one
...
$ exit_with 3
```

```yaml workflow file=a.yaml
x: 1
```
"""


def test_blocks_and_commands_are_read() -> None:
    """Line numbers, continuations, expected output and status are found."""
    console, yaml = documentation.blocks(EXAMPLE)

    assert (yaml.line, yaml.kind, yaml.file, yaml.text) == (12, "yaml workflow", "a.yaml", "x: 1\n")
    assert list(documentation.commands(console)) == [
        Command(5, "echo one &&\necho two", "one\n...", 0),
        Command(9, "exit_with 3", "", 3),
    ]


def test_the_console_check_can_fail(tmp_path: Path) -> None:
    """Wrong output and a wrong status are reported, and only these."""
    todo = [
        Command(1, "echo one; echo two", "one ... two", 0),
        Command(2, "x=5", "", 0),
        Command(3, 'echo "$x"', "6", 0),
        Command(4, "false", "", 0),
        Command(5, "(exit 3)", "", 3),
    ]

    problems = documentation.run_commands(todo, tmp_path, "")

    assert [problem.splitlines()[0] for problem in problems] == ['line 3: $ echo "$x"', "line 4: $ false"]
