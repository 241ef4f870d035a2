"""One SVG file: complete, harmless, the same each time, and soon there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from api.drawing import diagram, svg
from api.drawing.svg import in_words
from tests.api.drawing.conftest import EXAMPLES, HOSTILE, example_spec, named, random_text, spec_of
from tests.effort import cost

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = set("svg title desc style defs marker path rect g text circle".split())


def parsed(text: str) -> ElementTree.Element:
    """Read the file; only what an SVG needs may be in it, and nothing that acts or loads."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        assert element.tag.removeprefix(_NAMESPACE) in _ELEMENTS
        assert not [name for name in element.attrib if name.startswith("on") or name.endswith("href")]
    assert "url(" not in text.replace("url(#", "")
    assert "@import" not in text
    return root


def texts(root: ElementTree.Element) -> list[str]:
    """Return all that can be read in the picture."""
    return [element.text or "" for element in root.iter(f"{_NAMESPACE}text")]


def edges(root: ElementTree.Element) -> list[str]:
    """Return what the edges say about themselves."""
    return [element.attrib["data-edge"] for element in root.iter() if "data-edge" in element.attrib]


def test_the_example() -> None:
    """Names, actions, join, guards, message and legend can be read."""
    root = parsed(svg(diagram(example_spec("deploy"))))

    for text in ("deploy", "accept", "std.noop", "join all", "$.stage = 'staging'", "fail", "tests failed"):
        assert text in texts(root)
    assert texts(root)[-1] == "on success"


def test_the_picture_in_the_documentation_is_in_step() -> None:
    """If this fails: wf-es workflow graph docs/examples/deploy.yaml --output docs/examples/deploy.svg."""
    assert (EXAMPLES / "deploy.svg").read_text() == svg(diagram(example_spec("deploy")))


@pytest.mark.parametrize("text", [HOSTILE, *(random_text(seed, 25) for seed in range(8))])
def test_every_node_and_edge_is_there(text: str) -> None:
    """Whatever the names hold, they are text and nothing else."""
    drawn = diagram(spec_of(text))

    root = parsed(svg(drawn))

    assert sorted(edges(root)) == sorted(
        f"{edge.source} {edge.target} {edge.clause or 'mark'}" for edge in drawn.edges
    )
    written = texts(root)
    assert all(written.count(node.title) >= 1 for node in drawn.nodes if node.title)
    assert written[0] == drawn.name


@pytest.mark.parametrize("name", ["\x00\x1b[31m", "\ud800", "\uffff", "]]>", "&#0;", "a\u202eb"])
def test_names_that_no_file_could_hold(name: str) -> None:
    """Characters that XML refuses are replaced, not passed on."""
    spec = spec_of("version: '2.0'\nw:\n  tasks:\n    a: {action: std.noop}\n")

    assert len(texts(parsed(svg(diagram(named(spec, "a", name)))))) == 3


def test_the_legend_explains_what_is_used() -> None:
    """Each clause once, and none that is not there."""
    legend = texts(parsed(svg(diagram(spec_of(HOSTILE)))))[-4:]

    assert legend == ["on success", "on error", "on complete (success or error)", "on skip"]


def test_it_is_told_in_words() -> None:
    """Who does not see the picture hears the same."""
    drawn = diagram(example_spec("loop"))

    assert in_words(drawn) == (
        "Count up to a limit. A workflow with 2 tasks. begin begins. begin leads to count on-success. "
        "count leads to count on-success if $.counter < $.limit. Behind count it ends."
    )
    root = parsed(svg(drawn))
    labels = root.attrib["aria-labelledby"].split()
    found = {element.attrib["id"]: element.text for element in root.iter() if "id" in element.attrib}
    assert [found[label] for label in labels] == ["Workflow loop", in_words(drawn)]


def test_two_pictures_on_a_page_share_no_id() -> None:
    """What one refers to is its own."""
    ids = [
        {
            element.attrib["id"]
            for element in parsed(svg(diagram(example_spec(name)))).iter()
            if "id" in element.attrib
        }
        for name in ("loop", "deploy")
    ]

    assert not ids[0] & ids[1]


def test_it_is_the_same_each_time() -> None:
    """Also in another process, where sets have another order."""
    program = (
        "from api.drawing import diagram, svg; from tests.api.drawing.conftest import *; "
        "import zlib; print(zlib.crc32(svg(diagram(spec_of(random_text(5, 40)))).encode()))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(answers) == 1


def _chain(count: int) -> str:
    tasks = [
        f"    t{number}: {{action: std.noop, on-success: t{number + 1}, on-error: t{count - 1}}}\n"
        for number in range(count - 1)
    ]
    return f"version: '2.0'\nw:\n  tasks:\n{''.join(tasks)}    t{count - 1}: {{action: std.noop}}\n"


def _fan(count: int) -> str:
    names = [f"t{number}" for number in range(count - 2)]
    tasks = "".join(f"    {name}: {{action: std.noop, on-success: last}}\n" for name in names)
    first = f"    first: {{action: std.noop, on-success: [{', '.join(names)}]}}\n"
    return f"version: '2.0'\nw:\n  tasks:\n{first}{tasks}    last: {{join: all, action: std.noop}}\n"


SHAPES: dict[str, Callable[[int], str]] = {
    "random": lambda count: random_text(1, count),
    "chain": _chain,
    "fan": _fan,
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_a_thousand_tasks(shape: Callable[[int], str]) -> None:
    """Drawn in less than a second and a half of computing."""
    spec = spec_of(shape(1000))

    drawn = diagram(spec)

    assert len(edges(parsed(svg(drawn)))) == len(drawn.edges)
    assert cost(lambda: svg(diagram(spec)), limit=1.5) < 1.5
