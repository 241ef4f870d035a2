"""The source has the shape that ``tests/architecture.py`` says, and that checker can fail."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import architecture
from tests.architecture import Finding, Modules

ROOT = Path(__file__).parent.parent

# Files without a test file of their own, each with the place that tests them.
ELSEWHERE = {
    "wf_es.errors": "a tree of classes; every raising test looks at one",
    "wf_es.envelope": "structs without behaviour",
    "wf_es.ports": "protocols; tests/contracts runs each adapter against them",
    "wf_es.definition.model": "structs without behaviour",
    "wf_es.testing.model": "structs without behaviour",
    "wf_es.engine.imports": "tests/wf_es/exports/test_importing.py brings real exports through it",
    "wf_es.exports.document": "structs; the tests of reading and writing use every one",
    "wf_es.execution.events": "structs; the codec's tests hold one stored form per event",
    "wf_es.execution.commands": "structs; the tests of the decider use every one",
    "wf_es.execution.state": "structs; replayed and compared as the reducers are",
    "wf_es.execution.reducer": "the Story in tests/wf_es/execution/conftest.py replays every log, each time",
    "wf_es.execution.task_reducer": "as the reducer",
    "wf_es.execution.items_reducer": "as the reducer",
    "wf_es.execution.action_reducer": "as the reducer",
    "wf_es.execution.policy_reducer": "as the reducer",
    "wf_es.execution.workflow_reducer": "as the reducer",
    "wf_es.execution.subworkflow_reducer": "as the reducer; so does the Family in families.py",
    "wf_es.execution.indexes": "as the reducer",
    "wf_es.execution.decision": "what deciding works with; every test of the core goes through it",
    "wf_es.execution.completing": "how a task ends; test_publishing.py, test_routing.py and test_settling.py",
    "wf_es.execution.failure": "the words of failures; test_scheduling.py and test_settling.py read them",
    "wf_es.execution.foreign": "structs; test_functions.py asks and answers",
    "projections.queries": "tests/projections/test_collection.py asks every kind of query of real tables",
    "wf_es.execution.scope": "what expressions see; test_publishing.py and test_functions.py",
}


@pytest.fixture(scope="module")
def house() -> Modules:
    """Read the three packages once."""
    return architecture.read_packages(ROOT)


def _report(findings: list[Finding]) -> None:
    """Fail with one line per finding and nothing else."""
    if findings:
        pytest.fail("\n".join(map(str, findings)), pytrace=False)


@pytest.mark.parametrize("rule", architecture.RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: Callable[[Modules], Iterator[Finding]], house: Modules) -> None:
    """No finding in the three packages; each failing line says what to do."""
    findings = list(rule(house))

    _report(findings)


def test_tests_and_tools_keep_the_size() -> None:
    """What is not a package may not become a hall without walls either."""
    sources = {
        str(file.relative_to(ROOT)): file.read_text() for file in sorted((ROOT / "tests").rglob("*.py"))
    }

    findings = list(architecture.sizes(architecture.read(sources)))

    _report(findings)


def test_every_package_with_a_room_is_a_declared_dependency() -> None:
    """What is imported is installed on purpose, not because another package needs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[^\w-]", line)[0].replace("-", "_") for line in project["dependencies"]}

    assert {{"yaml": "pyyaml"}.get(package, package) for package in architecture.GATES} == declared


def test_tests_mirror_the_packages(house: Modules) -> None:
    """Whoever knows a file knows where its tests are."""
    tests = {str(file.relative_to(ROOT)) for file in (ROOT / "tests").rglob("test_*.py")}

    findings = list(architecture.mirrors(house, tests, ELSEWHERE))

    _report(findings)


HEAD = '"""What it is."""\n'
CLEAN = {
    "wf_es/errors.py": HEAD + "class WfEsError(Exception):\n    '''It went wrong.'''\n",
    "wf_es/execution/decider.py": HEAD
    + "from wf_es.errors import WfEsError\nRULES = {1: lambda x: x.go()}\n",
    "wf_es/engine/corridor.py": HEAD + "import threading\nfrom wf_es.execution import decider\n",
}


@pytest.mark.parametrize("rule", architecture.RULES, ids=lambda rule: rule.__name__)
def test_a_clean_house_gives_no_finding(rule: Callable[[Modules], Iterator[Finding]]) -> None:
    """The rules do not cry wolf."""
    assert list(rule(architecture.read(CLEAN))) == []


# rule, file, text of the file, line and beginning of the finding
BROKEN = {
    "upward": (
        "floors",
        "wf_es/execution/x.py",
        "from wf_es.engine import corridor",
        "2: wf_es.execution.x imports",
    ),
    "upward in a function": (
        "floors",
        "wf_es/execution/x.py",
        "def f():\n    import wf_es.engine.corridor",
        "3: wf_es.execution.x imports wf_es.engine.corridor; wf_es.engine does not stand below wf_es.exec",
    ),
    "upward for type hints": (
        "floors",
        "wf_es/errors.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from wf_es.execution.decider import RULES",
        "4: wf_es.errors imports wf_es.execution.decider",
    ),
    "upward by a relative import": (
        "floors",
        "wf_es/execution/x.py",
        "from ..engine import corridor",
        "2: wf_es.execution.x imports wf_es.engine.corridor",
    ),
    "sideways": ("floors", "wf_es/store/x.py", "import wf_es.engine.corridor", "2: wf_es.store.x imports"),
    "the core asks for settings": (
        "floors",
        "wf_es/execution/x.py",
        "import wf_es.config",
        "2: wf_es.execution.x",
    ),
    "settings ask for the engine": (
        "floors",
        "wf_es/config.py",
        "import wf_es.engine.corridor",
        "2: wf_es.config",
    ),
    "wf_es reads a view": (
        "floors",
        "wf_es/runners/x.py",
        "import projections",
        "2: wf_es.runners.x imports",
    ),
    "no floor": ("floors", "wf_es/cellar/x.py", "", "1: wf_es.cellar.x stands on no floor"),
    "itself": ("circles", "wf_es/errors.py", "import wf_es.errors", "1: circle wf_es.errors -> wf_es.errors"),
    "detour": (
        "circles",
        "wf_es/errors.py",
        "def f():\n    from wf_es.execution.decider import RULES",
        "1: circle wf_es.errors -> wf_es.execution.decider -> wf_es.errors",
    ),
    "foreign package": (
        "gates",
        "wf_es/engine/x.py",
        "import sqlalchemy.orm",
        "2: wf_es.engine.x imports sqlalchemy",
    ),
    "unknown package": (
        "gates",
        "api/rest/x.py",
        "import flask",
        "2: api.rest.x imports flask; it belongs to no room",
    ),
    "second door": ("gates", "wf_es/definition/x.py", "import yaml", "2: wf_es.definition.x imports yaml"),
    "clock module": ("purity", "wf_es/execution/x.py", "import time", "2: the core imports time"),
    "system module": ("purity", "wf_es/definition/x.py", "import os.path", "2: the core imports os.path"),
    "clock": (
        "purity",
        "wf_es/execution/x.py",
        "import datetime\ndef f():\n    return datetime.datetime.now()",
        "4: the core calls datetime.datetime.now()",
    ),
    "id": (
        "purity",
        "wf_es/execution/x.py",
        "import uuid\nX = uuid.uuid4()",
        "3: the core calls uuid.uuid4()",
    ),
    "file": ("purity", "wf_es/expressions/x.py", "def f():\n    open('x')", "3: the core calls open()"),
    "shared random": (
        "purity",
        "wf_es/execution/x.py",
        "import random\nX = random.choice([1])",
        "3: the core calls random.choice()",
    ),
    "module": ("documented", "api/rest/x.py", None, "1: api.rest.x has no docstring"),
    "function": ("documented", "api/rest/x.py", "def f(): ...", "2: api.rest.x.f has no docstring"),
    "method": (
        "documented",
        "api/rest/x.py",
        "class A:\n    '''An A.'''\n    def b(self): ...",
        "4: api.rest.x.A.b has no docstring",
    ),
    "call": ("quiet_imports", "api/x.py", "from a import go\ngo()", "3: a expr statement runs at import"),
    "connection": (
        "quiet_imports",
        "api/x.py",
        "import a\nX = a.connect()",
        "3: a.connect() is called at import",
    ),
    "hidden call": (
        "quiet_imports",
        "api/x.py",
        "import a\nX = [a.b.start()]",
        "3: a.b.start() is called at import",
    ),
    "thread": (
        "quiet_imports",
        "api/x.py",
        "import threading\nX = threading.Thread()",
        "3: threading.Thread() is called at import",
    ),
    "loop": ("quiet_imports", "api/x.py", "for x in ():\n    pass", "2: a for statement runs at import"),
    "long file": ("sizes", "api/x.py", "\n" * 400, "1: the file has 401 lines, the cap is 400"),
    "long function": (
        "sizes",
        "api/x.py",
        "def f():\n" + "    x = 1\n" * 51,
        "2: f() has 51 lines, the cap is 50",
    ),
    "vague": ("names", "api/rest/json_utils.py", "", "1: vague name api.rest.json_utils"),
    "private": (
        "names",
        "api/x.py",
        "from wf_es.errors import _x",
        "2: api.x imports the private wf_es.errors._x",
    ),
}


@pytest.mark.parametrize(("rule", "file", "text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_the_checker_finds_what_is_wrong(rule: str, file: str, text: str | None, expected: str) -> None:
    """One bad line in a clean house gives one finding, at its place."""
    head = "" if text is None else HEAD
    modules = architecture.read({**CLEAN, "wf_es/config.py": HEAD, file: head + (text or "")})

    findings = [str(finding) for finding in getattr(architecture, rule)(modules)]

    assert len(findings) == 1
    assert findings[0].startswith(f"{file}:{expected}")
    assert findings[0].count("; ") == 2


def test_the_sandbox_is_the_only_window() -> None:
    """What the core may not do, the killable child may."""
    text = HEAD + "import os\nimport subprocess\n"
    modules = architecture.read({"wf_es/expressions/sandbox.py": text, "wf_es/expressions/parser.py": text})

    assert {finding.file for finding in architecture.purity(modules)} == {"wf_es/expressions/parser.py"}


def test_a_missing_test_and_a_stale_exception_are_found() -> None:
    """The mirror has no blind spot."""
    modules = architecture.read({"wf_es/store/codec.py": "x = 1\n" * 50, "wf_es/store/tiny.py": "x = 1\n"})

    missing = list(architecture.mirrors(modules, [], {"wf_es.gone": "it was"}))
    found = list(architecture.mirrors(modules, ["tests/wf_es/store/test_codec.py"], {}))

    assert [finding.what for finding in missing] == [
        "tests/wf_es/store/test_codec.py is missing",
        "wf_es.gone is gone",
    ]
    assert found == []
