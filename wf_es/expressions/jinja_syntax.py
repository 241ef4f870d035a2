"""Jinja text to Jinja's own syntax tree, and how strict the dialect is.

The dialect is Mistral's: strict undefined names, blocks that swallow their
line break and indentation. On top of Jinja's sandbox nothing has attributes:
a dot reaches the items of a dict and a short list of harmless methods, and a
key wins over a method of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from jinja2 import nodes, runtime
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Namespace, missing

from wf_es.errors import ExpressionSyntaxError

MAXIMUM_DEPTH: Final = 200
"""How deeply nodes of a template may be nested."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_METHODS: Final[dict[type, frozenset[str]]] = {
    str: _words(
        "capitalize casefold center count endswith expandtabs find index isalnum isalpha isascii isdecimal"
        " isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip"
        " partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split"
        " splitlines startswith strip swapcase title upper zfill"
    ),
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
    tuple: frozenset({"count", "index", "grouper", "list"}),
    runtime.LoopContext: _words(
        "index index0 revindex revindex0 first last length depth depth0 previtem nextitem cycle changed"
    ),
    Cycler: frozenset({"current", "next", "reset"}),
}
"""What may follow a dot, besides a dict's keys and a namespace's names."""


class NotDefined(UndefinedError):
    """A name is used that is not there; ``is_variable`` if it was a key of the context."""

    def __init__(self, message: str, name: str, is_variable: bool) -> None:
        super().__init__(message)
        self.name = name
        self.is_variable = is_variable


class Undefined(runtime.StrictUndefined):
    """A name that is not there; using it in any way is an error that knows the name."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        exc: type[Exception] = UndefinedError,
    ) -> None:
        super().__init__(hint, obj, name)
        is_variable = isinstance(obj, Root)

        def failure(message: str) -> NotDefined:
            return NotDefined(message, str(name or ""), is_variable)

        self._undefined_exception = failure  # type: ignore[assignment]


class Root(dict[str, object]):
    """The context that ``_`` stands for; a class of its own to tell its keys."""


class Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox without attributes."""

    def getattr(self, obj: object, attribute: str) -> object:
        """Return what stands behind a dot: a key, or a listed method."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, runtime.Undefined):
            return getattr(obj, attribute)
        found: object = missing
        if isinstance(obj, str) and attribute == "format":
            return self.wrap_str_format(obj.format)
        if isinstance(obj, Namespace) and not attribute.startswith("_"):
            found = getattr(obj, attribute, missing)
        for kind, names in _METHODS.items():
            if isinstance(obj, kind) and attribute in names:
                found = getattr(obj, attribute, missing)
        return self.undefined(obj=obj, name=attribute) if found is missing else found

    def getitem(self, obj: object, argument: object) -> object:
        """Return what stands in brackets: an item, or for a name what a dot would give."""
        try:
            return obj[argument]  # type: ignore[index]
        except (TypeError, LookupError):
            if isinstance(argument, str):
                return self.getattr(obj, argument)
            return self.undefined(obj=obj, name=argument)  # type: ignore[arg-type]


def new_environment() -> Environment:
    """Return an environment of the dialect, without context functions."""
    environment = Environment(
        undefined=Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,
        cache_size=0,
    )
    for name in ("lipsum",):
        environment.globals.pop(name, None)
    environment.filters["attr"] = _attribute_filter(environment)
    return environment


def _attribute_filter(environment: Environment) -> Callable[[object, str], object]:
    def attr(value: object, name: str) -> object:
        return environment.getattr(value, name)

    return attr


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment that only parses."""
    return new_environment()


def parse(text: str) -> nodes.Template:
    """Return the syntax tree of a whole string.

    Raises:
        ExpressionSyntaxError: ``offset`` is the start of the line at fault.
    """
    try:
        root = environment().parse(text)
    except TemplateSyntaxError as error:
        raise _refusal(text, _start_of_line(text, error.lineno), error.message or "") from error
    except (RecursionError, ValueError) as error:
        raise _refusal(text, 0, "it is nested too deeply or has a broken escape") from error
    _check(text, root)
    return root


def single_expression(text: str, root: nodes.Template) -> nodes.Expr | None:
    """Return the expression if the string is nothing but one ``{{ }}``."""
    if not (text.startswith("{{") and text.endswith("}}") and len(root.body) == 1):
        return None
    output = root.body[0]
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return None
    only = output.nodes[0]
    return None if isinstance(only, nodes.TemplateData) else only


def inner_code(text: str) -> str:
    """Return the code inside a string that is nothing but one ``{{ }}``."""
    code = text[2:-2]
    if code[:1] in ("-", "+"):
        code = code[1:]
    return code[:-1] if code[-1:] in ("-", "+") else code


def _check(text: str, root: nodes.Template) -> None:
    level: list[nodes.Node] = [root]
    for _ in range(MAXIMUM_DEPTH):
        for node in level:
            value = getattr(node, "value", None) if isinstance(node, nodes.Const) else None
            if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
                raise _refusal(text, 0, "a text in it holds half a surrogate pair")
        level = [part for node in level for part in node.iter_child_nodes()]
        if not level:
            return
    raise _refusal(text, 0, f"it is nested deeper than {MAXIMUM_DEPTH} levels")


def _start_of_line(text: str, line: int) -> int:
    lines = text.splitlines(keepends=True)
    start = sum(len(line) for line in lines[: line - 1])
    found = text.find("{", start)
    return found if found >= 0 else start


def _refusal(text: str, offset: int, reason: str) -> ExpressionSyntaxError:
    return ExpressionSyntaxError(
        f"cannot read the Jinja expression: {reason}", expression=text, offset=offset
    )
