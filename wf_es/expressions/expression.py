"""One expression: read once, evaluated often.

Reading is cached by the expression's text, in a cache of fixed size. What is
read once: the syntax tree, the names it reads, and the compiled code if all
of it can be compiled. Evaluation tries the compiled code; what that is not
sure of, and what is not compiled, goes to a process that may be killed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import (
    BudgetExceeded,
    EvaluationError,
    ExpressionSyntaxError,
    UnsetVariable,
)
from wf_es.expressions import (
    jinja_compiler,
    jinja_reads,
    jinja_syntax,
    sandbox,
    yaql_compiler,
    yaql_reads,
    yaql_shapes,
    yaql_syntax,
)
from wf_es.expressions.frame import (
    BadCall,
    Frame,
    LeaveToLibrary,
    OutOfBudget,
    Run,
    Unset,
)
from wf_es.expressions.messages import Done, Evaluate, Failed
from wf_es.expressions.reads import Reads
from wf_es.expressions.recognition import jinja_start, yaql_spans
from wf_es.expressions.results import NotJson, check_size, plain
from wf_es.expressions.scope import MISSING, Scope
from wf_es.expressions.sequences import Bag, listed
from wf_es.expressions.yaql_compiler import NotCompiled
from wf_es.limits import ExpressionLimits

Language = Literal["yaql", "jinja"]
_CACHED = 4096


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What an expression's text means.

    ``run`` is its compiled code, if there is any; ``builds`` says whether that
    may give more than a scalar or a part of given data. ``is_path`` says that
    its first step is to read a variable: in other code a variable that is not
    set may come second to another error, and the library knows which is first.
    """

    text: str
    is_single: bool
    reads: Reads
    run: Run | None
    builds: bool
    is_path: bool = False


class Expression(msgspec.Struct, frozen=True, kw_only=True):
    """An expression at its place in a template.

    ``text`` is what stands in the source, marks included (Jinja: the whole
    string, which is one template); ``path`` leads to its string, ``offset``
    is where in the string it starts. ``is_whole`` says that the string is
    nothing else, so the value keeps its type.
    """

    text: str
    language: Language
    offset: int
    is_whole: bool
    code: Code
    path: tuple[str | int, ...] = ()

    @property
    def reads(self) -> Reads:
        """The names that the expression reads."""
        return self.code.reads

    def at(self, path: tuple[str | int, ...]) -> Expression:
        """Return the same expression at another place."""
        return msgspec.structs.replace(self, path=path)

    def evaluate_in(self, frame: Frame) -> JSON:
        """Return the value, or its text if the expression is a part of a string."""
        if _is_too_long(self.code.text, frame.scope.limits):
            raise self._over_budget(_too_long(frame.scope.limits))
        try:
            return self.compiled(frame)
        except LeaveToLibrary:
            pass
        except Unset as error:
            if self.code.is_path:
                raise self._unset(str(error.args[0])) from None
        except OutOfBudget as error:
            raise self._over_budget(str(error)) from None
        except BadCall as error:
            raise self._bad_call(error) from error.__cause__
        except NotJson as error:
            raise self._failed(f"the result holds {error}, which JSON has no form for") from None
        except RecursionError:
            raise self._over_budget("nested too deeply") from None
        return self._in_sandbox(frame)

    def compiled(self, frame: Frame) -> JSON:
        """Return the value by compiled code alone.

        Raises:
            LeaveToLibrary: there is no compiled code, or it is not sure.
            Unset, OutOfBudget, NotJson: as evaluation itself translates them.
        """
        if self.code.run is None:
            raise LeaveToLibrary
        value = self.code.run(frame)
        limits = frame.scope.limits
        kind = type(value)
        is_made = self.code.builds or isinstance(value, Bag)
        if not self.is_whole:
            text = value if kind is str else str(listed(value) if is_made else value)
            check_size(text, limits)
            return text
        if kind is int or kind is bool or value is None or kind is float:
            return value
        if is_made and kind is not str:
            return plain(value, limits)
        check_size(value, limits)
        return value

    def _in_sandbox(self, frame: Frame) -> JSON:
        if frame.seconds <= 0:
            raise self._over_budget(_too_slow(frame))
        try:
            reply = sandbox.evaluate(self.request(frame), frame.functions)
        except NotJson as error:
            raise self._failed("the data it reads is not JSON") from error
        except BadCall as error:
            raise self._bad_call(error) from error.__cause__
        frame.seconds -= reply.seconds
        if isinstance(reply, Done):
            return reply.value
        raise self._refused(reply, frame)

    def request(self, frame: Frame) -> Evaluate:
        """Return the request for the process that has the libraries."""
        scope = frame.scope
        has_root = scope.root is not MISSING and type(scope.root) is not dict
        return Evaluate(
            language=self.language,
            code=self.code.text,
            whole=self.code.is_single,
            as_text=not self.is_whole,
            variables={} if has_root else self._variables(frame),
            functions=self._functions(scope),
            limits=msgspec.structs.replace(scope.limits, seconds=frame.seconds),
            has_root=has_root,
            root=scope.root if has_root else None,
        )

    def _functions(self, scope: Scope) -> tuple[str, ...]:
        # Jinja can also reach a function by a name in a text: map('task')
        if self.language == "jinja":
            return tuple(scope.functions)
        return tuple(name for name in scope.functions if name in self.reads.functions)

    def _variables(self, frame: Frame) -> dict[str, JSON]:
        if self.reads.whole:
            whole: dict[str, JSON] = frame.whole()
            return whole
        found = {}
        for read in self.reads.variables:
            for layer in frame.layers:
                value = layer.get(read.name, MISSING)
                if value is not MISSING:
                    found[read.name] = value
                    break
        return found

    def _refused(self, failed: Failed, frame: Frame) -> EvaluationError:
        if failed.kind == "unset":
            return self._unset(failed.name)
        if failed.kind == "error":
            return self._failed(failed.reason)
        return self._over_budget(_too_slow(frame) if failed.reason == "too much time" else failed.reason)

    def _unset(self, name: str) -> UnsetVariable:
        root = "$" if self.language == "yaql" else "_"
        return UnsetVariable(
            self._message(
                f"variable '{name}' is not set; publish it first or read it with {root}.get({name!r})"
            ),
            expression=self.text,
            variable=name,
        )

    def _over_budget(self, what: str) -> BudgetExceeded:
        return BudgetExceeded(
            self._message(f"it takes {what}; simplify it or do this in an action"),
            expression=self.text,
        )

    def _bad_call(self, error: BadCall) -> EvaluationError:
        return self._failed(str(error))

    def _failed(self, reason: str) -> EvaluationError:
        return EvaluationError(self._message(reason), expression=self.text)

    def _message(self, reason: str) -> str:
        name = "YAQL" if self.language == "yaql" else "Jinja"
        return f"Can not evaluate {name} expression [expression={self.text}, error={reason}]"


TextPart = str | Expression


def _too_slow(frame: Frame) -> str:
    limits = frame.scope.limits
    return f"more than {limits.seconds:g} seconds ({limits.variable('seconds')})"


def _too_long(limits: ExpressionLimits) -> str:
    return f"a text of more than {limits.source_bytes} bytes ({limits.variable('source_bytes')})"


def _is_too_long(code: str, limits: ExpressionLimits) -> bool:
    most = limits.source_bytes
    if len(code) > most:
        return True
    # A character has four bytes at most, so most texts need not be encoded.
    return len(code) * 4 > most and len(code.encode(errors="surrogatepass")) > most


def parts_of(text: str, limits: ExpressionLimits) -> tuple[TextPart, ...]:
    """Split a string into plain pieces and expressions.

    Raises:
        ExpressionSyntaxError: ``offset`` counts from the start of the string.
    """
    spans = list(yaql_spans(text))
    jinja = jinja_start(text)
    if spans and jinja is not None:
        raise ExpressionSyntaxError(
            "YAQL and Jinja cannot both stand in one string: write it in one of them",
            expression=text,
            offset=max(spans[0][0], jinja),
        )
    if jinja is not None:
        return (_jinja_part(text, jinja, limits),)
    return tuple(_yaql_parts(text, spans, limits))


def _yaql_parts(text: str, spans: list[tuple[int, int]], limits: ExpressionLimits) -> list[TextPart]:
    parts: list[TextPart] = []
    position = 0
    for start, end in spans:
        if start > position:
            parts.append(text[position:start])
        parts.append(_yaql_part(text, start, end, limits))
        position = end
    if position < len(text):
        parts.append(text[position:])
    return parts


def _yaql_part(text: str, start: int, end: int, limits: ExpressionLimits) -> Expression:
    marked, inner = text[start:end], text[start + 2 : end - 2]
    code = inner.strip()
    _check_length(code, marked, start, limits)
    try:
        meaning = _yaql_code(code)
    except ExpressionSyntaxError as error:
        offset = start + 2 + len(inner) - len(inner.lstrip()) + (error.offset or 0)
        raise ExpressionSyntaxError(error.message, expression=marked, offset=offset) from error
    is_whole = start == 0 and end == len(text)
    return Expression(text=marked, language="yaql", offset=start, is_whole=is_whole, code=meaning)


def _jinja_part(text: str, start: int, limits: ExpressionLimits) -> Expression:
    _check_length(text, text, start, limits)
    meaning = _jinja_code(text)
    return Expression(
        text=text,
        language="jinja",
        offset=start,
        is_whole=meaning.is_single,
        code=meaning,
    )


def _check_length(code: str, shown: str, offset: int, limits: ExpressionLimits) -> None:
    if _is_too_long(code, limits):
        raise ExpressionSyntaxError(
            f"the expression is longer than {limits.source_bytes} bytes"
            f" ({limits.variable('source_bytes')}): split it up",
            expression=f"{shown[:80]}...",
            offset=offset,
        )


@lru_cache(maxsize=_CACHED)
def _yaql_code(code: str) -> Code:
    root = yaql_syntax.parse(code)
    try:
        run = yaql_compiler.compile_yaql(root)
    except NotCompiled:
        run = None
    return Code(
        text=code,
        is_single=True,
        reads=yaql_reads.reads(root),
        run=run,
        builds=yaql_shapes.builds_values(root),
        is_path=yaql_shapes.is_path(root),
    )


@lru_cache(maxsize=_CACHED)
def _jinja_code(text: str) -> Code:
    root = jinja_syntax.parse(text)
    single = jinja_syntax.single_expression(text, root)
    try:
        run = (
            jinja_compiler.compile_text(root) if single is None else jinja_compiler.compile_expression(single)
        )
    except NotCompiled:
        run = None
    builds = single is not None and jinja_compiler.builds_values(single)
    is_single = single is not None
    return Code(
        text=text,
        is_single=is_single,
        reads=jinja_reads.reads(root),
        run=run,
        builds=builds,
    )
