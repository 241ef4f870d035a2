"""The project speaks of itself alone, and its pages lead where they say."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# What has no business in the project. A letter of each word stands in brackets,
# so that this file passes its own check.
_FOREIGN = {
    "a path of one machine": r"/[w]ork/|/tmp/[b]rief|/[r]oot/|/[h]ome/\w",
    "a reference to a tracker": r"\b[i]ssue #|\b[t]icket #",
    "the host of a package registry": r"\b[p]ypi\.|python[h]osted|[n]pmjs|proxy\.[g]olang",
    "the name of a tool that writes text": (
        r"\b[c]laude\b|[a]nthropic|[o]penai\b|[c]hatgpt|\b[c]opilot\b|\b[l]lms?\b|language [m]odel"
        r"|\bas an [a]i\b|\b[a]i[- ](generated|assist)|sub-?[a]gents?\b"
    ),
    "talk about how it was written": r"\b(this|earlier|previous) working [s]ession|the [b]rief says",
}
FOREIGN = {what: re.compile(pattern, re.IGNORECASE) for what, pattern in _FOREIGN.items()}

_LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^(```+).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
_SPECIFICATIONS = ("https://www.rfc-editor.org/", "https://keepachangelog.com/", "https://semver.org/")


def _project_files() -> list[Path]:
    """Return the files that belong to the project: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        files = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        files = [
            file
            for part in ("wf_es", "projections", "api", "tests", "docs")
            for file in (ROOT / part).rglob("*")
        ]
        files += ROOT.glob("*.*")
    return sorted(file for file in files if file.is_file() and "__pycache__" not in file.parts)


def _pages() -> list[Path]:
    return [file for file in _project_files() if file.suffix == ".md"]


def foreign(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, what it is and the word, for everything that is not about the project."""
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FOREIGN.items():
            if found := pattern.search(line):
                yield number, what, found[0]


def broken_links(page: Path, root: Path) -> Iterator[str]:
    """Yield each link of a page that leads nowhere, with the reason."""
    text = _FENCE.sub("", page.read_text())
    for link in _LINK.findall(text):
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if link.startswith(_SPECIFICATIONS):
            continue
        if "://" in link or link.startswith("/"):
            yield f"{link} is not relative"
        elif not file.exists() or root not in file.parents:
            yield f"{link} leads to no file of the project"
        elif anchor and file.suffix == ".md" and anchor not in _anchors(file):
            yield f"{link}: the page has no such heading"


def _anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(_FENCE.sub("", page.read_text()))
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in kept}


def test_the_project_speaks_of_itself_alone() -> None:
    """No machine, tracker, registry or tool is mentioned in any file."""
    findings = []
    for file in _project_files():
        try:
            text = f"{file.relative_to(ROOT)}\n{file.read_text()}"
        except UnicodeDecodeError:
            continue
        findings += [
            f"{file.relative_to(ROOT)}:{line - 1}: {word!r} is {what}" for line, what, word in foreign(text)
        ]

    if findings:
        pytest.fail("\n".join(findings), pytrace=False)


def test_all_links_are_relative_and_lead_somewhere() -> None:
    """A reader can follow every link, also offline."""
    findings = [f"{page.relative_to(ROOT)}: {why}" for page in _pages() for why in broken_links(page, ROOT)]

    if findings:
        pytest.fail("\n".join(findings), pytrace=False)


def test_every_page_can_be_reached_from_the_table_of_contents() -> None:
    """No page of the documentation is an orphan."""
    seen: set[Path] = set()
    todo = [ROOT / "docs" / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        todo += [(page.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(page.read_text())]

    orphans = [str(page.relative_to(ROOT)) for page in set(_pages()) - seen if "docs" in page.parts]
    assert orphans == []


@pytest.mark.parametrize(
    "line",
    [
        f"see /{'w'}ork/x",
        f"fixes {'i'}ssue #2",
        f"from {'p'}ypi.org",
        f"a {'L'}LM wrote it",
        f"/{'h'}ome/me/x",
    ],
)
def test_the_word_check_can_fail(line: str) -> None:
    """One foreign word on a line is found."""
    assert [number for number, _, _ in foreign(f"fine\n{line}\nfine")] == [2]


def test_the_link_check_can_fail(tmp_path: Path) -> None:
    """A dead, an absolute, an outside and a wrong-heading link are found; good ones are not."""
    page = tmp_path / "page.md"
    page.write_text(
        "# A title: here\n[a](page.md) [b](#a-title-here) [c](gone.md) [d](/x) [e](http://x.org) [f](#b)\n"
        "```\n[g](gone.md)\n```\n[h](../../etc)\n"
    )

    found = [why.split(" ")[0].rstrip(":") for why in broken_links(page, tmp_path)]

    assert found == ["gone.md", "/x", "http://x.org", "#b", "../../etc"]
