"""Reads the packages' source and says what does not fit the house.

The plan of the house is the tables below, and only they: which floor stands on
which, which third-party package belongs into which room, what the pure core
must not touch. Every rule is a function from the modules to findings, so it
can be tried on a few lines of bad code (``tests/test_architecture.py`` does).

A module is read with ``ast`` and never imported; imports count wherever they
stand, also inside a function or under ``TYPE_CHECKING``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

# From the ground up. Rooms on one floor do not import each other; a room is
# the longest of these names that a module's name begins with. "wf_es" is the
# embedding door: the files that stand directly in the package.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("wf_es.errors",),
    ("wf_es.envelope",),
    ("wf_es.limits",),
    ("wf_es.expressions",),
    ("wf_es.definition",),
    ("wf_es.execution",),
    ("wf_es.ports", "wf_es.simulation"),
    ("wf_es.engine", "wf_es.store", "wf_es.actions", "wf_es.audit"),
    ("wf_es.runners", "wf_es.testing", "wf_es.exports"),
    ("wf_es",),
    ("projections",),
    ("api.drawing",),
    ("api.rest",),
    ("api.assembly",),
    ("api.serve",),
    ("api.cli",),
    ("api",),
)
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}

# Free-standing rooms: what they may import, and who may import them.
ASIDE: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "wf_es.config": (("wf_es.errors", "wf_es.limits"), ("wf_es", "api.assembly", "api.serve", "api.cli")),
}

PURE = (
    "wf_es.errors",
    "wf_es.envelope",
    "wf_es.limits",
    "wf_es.expressions",
    "wf_es.definition",
    "wf_es.execution",
    "wf_es.simulation",
)

# Third-party package -> the rooms, or the very files, that may import it.
GATES: Mapping[str, tuple[str, ...]] = {
    "yaml": ("wf_es.definition.text", "wf_es.expressions.documents"),
    "yaql": ("wf_es.expressions",),
    "jinja2": ("wf_es.expressions",),
    "msgspec": ("wf_es", "projections", "api"),
    "immutables": ("wf_es.execution",),
    "eventsourcing": ("wf_es.store",),
    "sqlalchemy": ("wf_es.store", "projections"),
    "httpx": ("wf_es.actions", "api.cli"),
    "httpcore": ("wf_es.actions",),
    "falcon": ("api.rest",),
    "click": ("api.cli",),
    "rich": ("api.cli",),
    "pydantic": ("wf_es.config",),
    "pydantic_settings": ("wf_es.config",),
    "gunicorn": ("api.serve",),
}

IMPURE_MODULES = frozenset(
    "asyncio concurrent ctypes fcntl glob http importlib io logging multiprocessing os pathlib queue "
    "resource secrets select selectors shutil signal socket sqlite3 ssl subprocess tempfile threading "
    "time urllib".split()
)
IMPURE_CALLS = frozenset(
    "open print input exec eval datetime.now datetime.utcnow datetime.today date.today uuid.uuid1 uuid.uuid4 "
    "uuid1 uuid4 sys.exit".split()
)
# A lock starts nothing and reads nothing; it guards caches and parsers that are not thread-safe.
PURE_NAMES = frozenset({("threading", "Lock")})
# The one window in the pure core: evaluation that no step counter can stop.
WINDOWS = ("wf_es.expressions.sandbox", "wf_es.expressions.child")

VAGUE_NAMES = frozenset("base common helper helpers manager managers misc util utils".split())
FILE_LINES, FUNCTION_LINES, UNTESTED_LINES = 400, 50, 40

# What may be called while a module is imported: what builds a value and no more.
# That is every class but those which begin something.
INERT_CALLS = frozenset(
    "frozenset tuple dict set list bool object range sorted len zip enumerate str int float bytes max min "
    "sum vars type isinstance issubclass getattr join maketrans ip_network keys values items split strip "
    "upper lower replace chr fromkeys namedtuple re.compile getLogger files attrgetter itemgetter partial "
    "field".split()
)
BEGINNERS = tuple("Thread Process Executor Pool Client Session Connection Popen Timer Server Engine".split())


class Finding(NamedTuple):
    """One thing that does not fit: where, what, why it matters, what to do."""

    file: str
    line: int
    what: str
    why: str
    remedy: str

    def __str__(self) -> str:
        """Say it in one line that editors can follow."""
        return f"{self.file}:{self.line}: {self.what}; {self.why}; {self.remedy}"


class Module(NamedTuple):
    """One source file."""

    name: str
    file: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room it stands in, or "" if it stands in none."""
        return room_of(self.name)


Modules = Mapping[str, Module]


def room_of(name: str) -> str:
    """Return the longest room that a module's name begins with, or ""."""
    parts = name.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    room = next((prefix for prefix in prefixes if prefix in LEVEL or prefix in ASIDE), "")
    return "" if room == "wf_es" and len(parts) > 2 else room


def read(sources: Mapping[str, str]) -> Modules:
    """Parse source files, given as path to text."""
    modules = {}
    for file, text in sources.items():
        name = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        modules[name] = Module(name, file, text, ast.parse(text, file))
    return modules


def read_packages(root: Path) -> Modules:
    """Read the three packages below ``root``."""
    files = [file for package in ("wf_es", "projections", "api") for file in (root / package).rglob("*.py")]
    return read({str(file.relative_to(root)): file.read_text() for file in sorted(files)})


def imports(module: Module, modules: Modules) -> Iterator[tuple[int, str, str]]:
    """Yield line, imported module (as deep as known) and imported name ("" for none)."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                steps = node.level - (module.file.endswith("__init__.py"))
                parents = module.name.split(".")[: len(module.name.split(".")) - steps]
                source = ".".join([*parents, source] if source else parents)
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                yield (node.lineno, whole, "") if whole in modules else (node.lineno, source, alias.name)


def _is_ours(name: str) -> bool:
    return name.split(".")[0] in ("wf_es", "projections", "api")


def floors(modules: Modules) -> Iterator[Finding]:
    """An import goes down, or stays in the room."""
    for module in modules.values():
        if not module.room:
            what = f"{module.name} stands on no floor"
            yield Finding(module.file, 1, what, "nobody can say what it may import", "add it to FLOORS")
            continue
        for line, target, _ in imports(module, modules):
            if not _is_ours(target):
                continue
            other = room_of(target)
            if not _may_import(module.room, other):
                what = f"{module.name} imports {target}"
                why = f"{other or 'an unknown room'} does not stand below {module.room}"
                yield Finding(module.file, line, what, why, "move the concept down, not the import up")


def _may_import(room: str, other: str) -> bool:
    if room == other and room:
        return True
    if room in ASIDE:
        return other in ASIDE[room][0]
    if other in ASIDE:
        return room in ASIDE[other][1]
    return other in LEVEL and LEVEL[other] < LEVEL[room]


def circles(modules: Modules) -> Iterator[Finding]:
    """No file imports itself by a detour."""
    graph = {
        name: {target for _, target, _ in imports(m, modules) if target in modules}
        for name, m in modules.items()
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[Finding]:
        if name in path:
            ring = " -> ".join([*path[path.index(name) :], name])
            why = "none of them can be read or tested alone"
            yield Finding(
                modules[name].file, 1, f"circle {ring}", why, "move what both need into a third file"
            )
        elif name not in done:
            for target in sorted(graph[name]):
                yield from visit(target, (*path, name))
            done.add(name)

    for name in graph:
        yield from visit(name, ())


def gates(modules: Modules) -> Iterator[Finding]:
    """Each third-party package has its rooms."""
    for module in modules.values():
        for line, target, _ in imports(module, modules):
            package = target.split(".")[0]
            if _is_ours(target) or package in sys.stdlib_module_names:
                continue
            allowed = GATES.get(package, ())
            if not any(module.name == room or module.name.startswith(f"{room}.") for room in allowed):
                what = f"{module.name} imports {package}"
                why = f"it belongs to {' and '.join(allowed) or 'no room'}"
                yield Finding(module.file, line, what, why, "ask that room for what you need")


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def purity(modules: Modules) -> Iterator[Finding]:
    """The pure core takes values and gives values."""
    why, remedy = "the core takes values and gives values", "hand the value in, from the shell"
    for module in modules.values():
        if module.room not in PURE or module.name in WINDOWS:
            continue
        for line, target, name in imports(module, modules):
            if target.split(".")[0] in IMPURE_MODULES and (target, name) not in PURE_NAMES:
                yield Finding(module.file, line, f"the core imports {target}", why, remedy)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = _dotted(node.func)
                if ".".join(name.split(".")[-2:]) in IMPURE_CALLS or _is_shared_random(name):
                    yield Finding(module.file, node.lineno, f"the core calls {name}()", why, remedy)


def _is_shared_random(name: str) -> bool:
    return name.startswith("random.") and name != "random.Random"


def documented(modules: Modules) -> Iterator[Finding]:
    """Every public name says what it is."""
    for module in modules.values():
        for node, name in _public(module.tree, module.name):
            if not ast.get_docstring(node):
                line = getattr(node, "lineno", 1)
                remedy = "say in one line what it is for"
                yield Finding(
                    module.file, line, f"{name} has no docstring", "a reader meets it first", remedy
                )


_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public(node: ast.Module | _Definition, name: str) -> Iterator[tuple[ast.Module | _Definition, str]]:
    yield node, name
    if isinstance(node, ast.Module | ast.ClassDef):
        for child in node.body:
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _public(child, f"{name}.{child.name}") if child.name[0] != "_" else ()


def quiet_imports(modules: Modules) -> Iterator[Finding]:
    """Importing a module builds values and does nothing."""
    for module in modules.values():
        own = {node.name for node in module.tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
        own |= {name for _, target, name in imports(module, modules) if room_of(target) in PURE}
        for statement in module.tree.body:
            for line, what in _happenings(statement, own):
                why = "an import has no effect that one can see"
                yield Finding(module.file, line, what, why, "do it in a function that somebody calls")


def _happenings(statement: ast.stmt, own: set[str]) -> Iterator[tuple[int, str]]:
    match statement:
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            for call in _calls(value) if value else ():
                if not _is_inert(_dotted(call.func), own):
                    yield call.lineno, f"{_dotted(call.func) or 'something'}() is called at import"
        case ast.Import() | ast.ImportFrom() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return
        case ast.Expr(value=ast.Constant(value=str())):
            return
        case ast.If(test=test) if ast.unparse(test) in ("TYPE_CHECKING", "__name__ == '__main__'"):
            return
        case _:
            yield statement.lineno, f"a {type(statement).__name__.lower()} statement runs at import"


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that an expression makes; the body of a lambda waits."""
    if isinstance(node, ast.Call):
        yield node
    if not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _calls(child)


def _is_inert(name: str, own: set[str]) -> bool:
    last = name.split(".")[-1]
    builds = last[:1].isupper() and not last.endswith(BEGINNERS)
    return builds or name in own or name in INERT_CALLS or last in INERT_CALLS


def sizes(modules: Modules) -> Iterator[Finding]:
    """A file has at most 400 lines, a function 50 below its docstring."""
    for module in modules.values():
        length = len(module.text.splitlines())
        if length > FILE_LINES:
            what = f"the file has {length} lines, the cap is {FILE_LINES}"
            yield Finding(
                module.file, 1, what, "it holds more than one idea", "give the second one its own file"
            )
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[bool(ast.get_docstring(node)) :]
                lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                if lines > FUNCTION_LINES:
                    what = f"{node.name}() has {lines} lines, the cap is {FUNCTION_LINES}"
                    why = "it is several functions"
                    yield Finding(module.file, node.lineno, what, why, "give each step a name")


def names(modules: Modules) -> Iterator[Finding]:
    """A file is named after its subject, and private names stay in their file."""
    for module in modules.values():
        if VAGUE_NAMES & set(module.name.split(".")[-1].split("_")):
            why = "the name does not say what it is about"
            yield Finding(module.file, 1, f"vague name {module.name}", why, "name it after its subject")
        for line, target, name in imports(module, modules):
            if _is_ours(target) and name.startswith("_") and not name.startswith("__"):
                what = f"{module.name} imports the private {target}.{name}"
                yield Finding(
                    module.file, line, what, "its owner may change it freely", "ask for a public name"
                )


def mirrors(modules: Modules, tests: Collection[str], elsewhere: Mapping[str, str]) -> Iterator[Finding]:
    """Each file of some size has its tests under the same path and name.

    A reason that is given for a package goes for each file in it.
    """
    for module in modules.values():
        folder, _, name = module.file.rpartition("/")
        test = f"tests/{folder}/test_{name}"
        large = len(module.text.splitlines()) > UNTESTED_LINES and name != "__init__.py"
        excused = module.name in elsewhere or module.name.rpartition(".")[0] in elsewhere
        if large and test not in tests and not excused:
            why = "nobody would look for its tests anywhere else"
            yield Finding(
                module.file, 1, f"{test} is missing", why, "write it, or give a reason in ELSEWHERE"
            )
    for gone in sorted(set(elsewhere) - set(modules)):
        yield Finding("tests/test_architecture.py", 1, f"{gone} is gone", "ELSEWHERE names it", "take it out")


RULES = (floors, circles, gates, purity, documented, quiet_imports, sizes, names)
