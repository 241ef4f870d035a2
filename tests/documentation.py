"""Runs what the pages of the documentation show.

The words after a fence's language say what is promised about the block:

* ``yaml workflow``: it is a valid workflow document, without any problem;
  ``yaml workflow warns`` is valid but not without a warning, and
  ``yaml workflow invalid`` is refused;
* ``python run``: it runs; the blocks of a page share their names;
* ``console run``: each line that begins with ``$ `` is a command (``> ``
  continues it) that exits with 0, and the lines below it are what it prints,
  where ``...`` stands for anything. No lines: nothing is promised;
* ``console run exits=3``: the last command exits with this status;
* ``file=NAME``, with any language: the page's later blocks find the block
  under this name in their working directory.

A page with a ``console run`` block gets a server of its own; ``WF_ES_URL``
names it, so the commands on the page need no address. A block without such
words promises nothing and is not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FENCE = re.compile(r"^( *)```(\w+)([^\n`]*)\n(.*?)^\1```\s*$", re.MULTILINE | re.DOTALL)
_MARK = "--- end of command, status "
_SECONDS = 120


class Block(NamedTuple):
    """One fenced block: where it stands, its language, its promises, its text."""

    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def file(self) -> str | None:
        """The name under which later blocks find it."""
        return next((word[5:] for word in self.words if word.startswith("file=")), None)

    @property
    def status(self) -> int:
        """The exit status of its last command."""
        return next((int(word[6:]) for word in self.words if word.startswith("exits=")), 0)

    @property
    def kind(self) -> str:
        """Language and first promise, such as ``console run``."""
        return " ".join((self.language, *self.words[:1]))


class Command(NamedTuple):
    """A command of a console block and what the page says it prints."""

    line: int
    text: str
    printed: str
    status: int


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page that name a language."""
    found = []
    for match in _FENCE.finditer(page):
        indent, language, words, text = match.groups()
        line = page.count("\n", 0, match.start()) + 1
        text = re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
        found.append(Block(line, language, tuple(words.split()), text))
    return found


def commands(block: Block) -> Iterator[Command]:
    """Split a console block into its commands."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    line = block.line + 1 + parts[0].count("\n")
    for number, part in enumerate(parts[1:], 2):
        lines = part.split("\n")
        more = next((i for i, text in enumerate(lines[1:], 1) if not text.startswith("> ")), len(lines))
        text = "\n".join([lines[0], *(continued[2:] for continued in lines[1:more])])
        status = block.status if number == len(parts) else 0
        yield Command(line, text, "\n".join(lines[more:]).strip(), status)
        line += len(lines) - 1


def matches(printed: str, real: str) -> bool:
    """Whether real output is what a page says; ``...`` stands for anything."""
    said = [re.sub(r"\s+", " ", piece.strip()) for piece in printed.split("...")]
    pattern = ".*".join(re.escape(piece).replace(r"\ ", r"\s+") for piece in said)
    return re.fullmatch(rf"\s*{pattern}\s*", real, flags=re.DOTALL) is not None


def run_commands(todo: list[Command], folder: Path, url: str) -> list[str]:
    """Run commands in one shell; return what was not as the page says."""
    script = "".join(
        f"{{ {c.text}\n}} 2>&1; exit_status=$?; printf '\\n%s%s\\n' '{_MARK}' $exit_status\n" for c in todo
    )
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "WF_ES_URL": url,
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    results = re.findall(rf"(.*?)\n?^{_MARK}(\d+)$\n?", done.stdout, flags=re.MULTILINE | re.DOTALL)
    problems = [f"the shell stopped early: {done.stderr}"] if len(results) != len(todo) else []
    for command, (output, status) in zip(todo, results, strict=False):
        where = f"line {command.line}: $ {command.text}"
        if int(status) != command.status:
            problems.append(f"{where}\nexits with {status}, not {command.status}, and prints:\n{output}")
        elif command.printed and not matches(command.printed, output):
            problems.append(f"{where}\nprints:\n{output}\nbut the page says:\n{command.printed}")
    return problems
