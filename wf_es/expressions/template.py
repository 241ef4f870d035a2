"""Templates: JSON data with expressions anywhere in it.

A :class:`Template` is made once per definition and evaluated often. Strings
without expressions are passed on as they are, and so is every part of the
data that holds none. A string that is one expression becomes its value, any
other the text with each expression replaced by Python's ``str()`` of its
value, as in Mistral. Dict keys are not evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import ExpressionSyntaxError
from wf_es.expressions.expression import Expression, TextPart, parts_of
from wf_es.expressions.frame import Frame
from wf_es.expressions.recognition import may_hold_expression
from wf_es.expressions.scope import DEFAULT_LIMITS, Scope
from wf_es.limits import ExpressionLimits

Path = tuple[str | int, ...]
_Build = Callable[[Frame], JSON]
_MAXIMUM_DEPTH = 200


class SyntaxProblem(msgspec.Struct, frozen=True, kw_only=True):
    """An expression that cannot be read, and where.

    ``path`` leads through keys and indexes to its string, ``offset`` counts
    characters into that string.
    """

    path: Path
    expression: str
    offset: int
    message: str


class Template:
    """Data with expressions, ready to be evaluated."""

    __slots__ = ("_build", "_members", "expressions", "is_constant", "source")

    def __init__(
        self,
        source: JSON,
        build: _Build | None,
        expressions: tuple[Expression, ...],
        members: Mapping[str | int, _Build] | None = None,
    ) -> None:
        self.source = source
        self.expressions = expressions
        self.is_constant = build is None
        self._build = build
        self._members = members or {}

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    def evaluate(self, scope: Scope) -> JSON:
        """Return the data with the values of its expressions.

        Parts without expressions, and values taken from the scope, are shared
        with it: do not change the result in place.

        Raises:
            UnsetVariable: a variable that is read is not set.
            BudgetExceeded: it takes more than the scope's limits.
            EvaluationError: an expression fails.
        """
        if self._build is None:
            return self.source
        return self._build(Frame(scope))

    def without(self, names: Collection[str]) -> Template:
        """Return the template without these members of its object; one that is no object stays as it is."""
        if not isinstance(self.source, dict) or self.source.keys().isdisjoint(names):
            return self
        source = {name: value for name, value in self.source.items() if name not in names}
        members = {name: build for name, build in self._members.items() if name not in names}
        expressions = tuple(part for part in self.expressions if part.path[0] not in names)
        return Template(source, _building_dict(source, members), expressions, members)


def template(data: JSON, limits: ExpressionLimits = DEFAULT_LIMITS) -> Template:
    """Return the data as a template.

    Raises:
        ExpressionSyntaxError: for the first expression that cannot be read;
            ``path``, ``expression`` and ``offset`` say where it stands.
    """
    reader = _Reader(limits)
    members = reader.children(data.items(), ()) if isinstance(data, dict) else None
    build = reader.read(data, ()) if members is None else _building_dict(data, members)
    for problem in reader.problems:
        raise ExpressionSyntaxError(
            problem.message,
            expression=problem.expression,
            offset=problem.offset,
            path=problem.path,
        )
    return Template(data, build, tuple(reader.expressions), members)


def problems(data: JSON, limits: ExpressionLimits = DEFAULT_LIMITS) -> tuple[SyntaxProblem, ...]:
    """Return all expressions in the data that cannot be read."""
    reader = _Reader(limits)
    reader.read(data, ())
    return tuple(reader.problems)


class _Reader:
    """One walk over the data, which gathers expressions, problems and builders."""

    def __init__(self, limits: ExpressionLimits) -> None:
        self._limits = limits
        self.expressions: list[Expression] = []
        self.problems: list[SyntaxProblem] = []

    def read(self, data: JSON, path: Path) -> _Build | None:
        """Return what builds the value, or None if the data is its own value."""
        if isinstance(data, str):
            return self._string(data, path) if may_hold_expression(data) else None
        if isinstance(data, (dict, list)) and len(path) > _MAXIMUM_DEPTH:
            self._note(path, "", 0, f"data nested deeper than {_MAXIMUM_DEPTH} levels")
            return None
        if isinstance(data, dict):
            return _building_dict(data, self.children(data.items(), path))
        if isinstance(data, list):
            return _building_list(data, self.children(enumerate(data), path))
        return None

    def children(self, children: Iterable[tuple[str | int, JSON]], path: Path) -> dict[str | int, _Build]:
        """Return what builds the members of an object or list, of those that are not their own value."""
        found = {}
        for key, item in children:
            build = self.read(item, (*path, key))
            if build is not None:
                found[key] = build
        return found

    def _string(self, text: str, path: Path) -> _Build | None:
        try:
            parts = parts_of(text, self._limits)
        except ExpressionSyntaxError as error:
            self._note(path, error.expression, error.offset or 0, error.message)
            return None
        expressions = [part.at(path) for part in parts if isinstance(part, Expression)]
        if not expressions:
            return None
        self.expressions.extend(expressions)
        only = expressions[0]
        if only.is_whole or len(parts) == 1:
            return only.evaluate_in
        return _building_text(parts)

    def _note(self, path: Path, expression: str, offset: int, message: str) -> None:
        self.problems.append(SyntaxProblem(path=path, expression=expression, offset=offset, message=message))


def _building_dict(data: dict[str, JSON], changed: Mapping[str | int, _Build]) -> _Build | None:
    if not changed:
        return None

    def build(frame: Frame) -> JSON:
        built = dict(data)
        for key, part in changed.items():
            built[key] = part(frame)  # type: ignore[index]
        return built

    return build


def _building_list(data: list[JSON], changed: dict[str | int, _Build]) -> _Build | None:
    if not changed:
        return None

    def build(frame: Frame) -> JSON:
        built = list(data)
        for index, part in changed.items():
            built[index] = part(frame)  # type: ignore[index]
        return built

    return build


def _building_text(parts: tuple[TextPart, ...]) -> _Build:
    pieces: list[_Build] = [_constant(part) if isinstance(part, str) else part.evaluate_in for part in parts]
    return lambda frame: "".join([piece(frame) for piece in pieces])


def _constant(text: str) -> _Build:
    return lambda _frame: text
