"""Compiled expressions give exactly what the libraries give, errors included.

Expressions are generated from a grammar that knows the shapes that are
compiled and many that are not, over data whose kinds mostly fit. Compiled code
may leave a case to the library; whatever it decides itself must be the same
value of the same type, in a string and on its own, or the same unset variable.

The examples are the same in every run. For more, and other ones, give pytest
``--hypothesis-profile long``.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wf_es.expressions.both_ways import assert_same, by_library
from wf_es.envelope import JSON

_settings = settings(max_examples=max(500, settings().max_examples))

# --- data -------------------------------------------------------------------------

_numbers = st.one_of(
    st.integers(-5, 5),
    st.sampled_from([0.0, -0.0, 0.5, 2.0, -1.5, 1e300, 2**53 + 1]),
    st.integers(-(10**20), 10**20),
)
_texts = st.sampled_from(["", "a", "b", "ab", "x y", " 12 ", "7", "1.5", "null", "é", "k"])
_scalars = st.one_of(_numbers, _texts, st.booleans(), st.none())
_keys = st.sampled_from(["k", "v", "a", "get", "items", "keys", "x y", "7"])
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=5,
)
_rows = st.lists(st.fixed_dictionaries({"k": _texts, "v": _numbers}), max_size=4)
_odd_rows = st.lists(st.one_of(st.dictionaries(_keys, _scalars, max_size=3), _scalars), max_size=3)


def _mostly(usual: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    return st.integers(0, 9).flatmap(lambda dice: usual if dice else _values)


_variables = st.fixed_dictionaries(
    {
        "n": _mostly(st.integers(-5, 5)),
        "m": _mostly(_numbers),
        "s": _mostly(_texts),
        "t": _mostly(_texts),
        "b": _mostly(st.booleans()),
        "l": _mostly(st.lists(_numbers, max_size=4)),
        "w": _mostly(st.lists(_texts, max_size=4)),
        "r": _mostly(_rows),
        "o": _odd_rows,
        "d": _mostly(st.dictionaries(_keys, _scalars, max_size=4)),
        "any": _values,
    },
    optional={"maybe": _values},
)


# --- YAQL ------------------------------------------------------------------------------

_names = st.sampled_from(["n", "m", "s", "t", "b", "l", "w", "r", "o", "d", "any", "maybe", "nope"])
_words = st.sampled_from(["k", "v", "a", "b", "get", "'x y'", "'7'", "''"])
_literals = st.sampled_from(
    [
        "0",
        "1",
        "2",
        "-1",
        "7",
        "0.5",
        "2.0",
        "true",
        "false",
        "null",
        "'a'",
        "''",
        "'12'",
        "a",
        "k",
        "[]",
        "{}",
    ]
)
_binary = st.sampled_from(
    ["+", "-", "*", "/", "mod", "=", "!=", "<", ">", "<=", ">=", "and", "or", "in", "=~"]
)
_no_argument = st.sampled_from(
    "len keys values items sum max min first last count distinct any all reverse toList split toUpper toLower"
    " trim flatten isEmpty enumerate".split()
)
_one_argument = st.sampled_from(
    "get first last skip limit take contains containsKey join split startsWith endsWith sum max substring"
    " indexOf append containsValue".split()
)
_two_arguments = st.sampled_from(["get", "replace", "substring", "set", "startsWith", "insert"])
_lambda_methods = st.sampled_from(
    "select map where filter any all orderBy orderByDescending distinct selectMany takeWhile groupBy".split()
)
_functions = st.sampled_from(
    "len str int float bool isString isBoolean isInteger isNumber isDict isList abs range any all distinct"
    " concat isEmpty".split()
)
_pair_functions = st.sampled_from(["concat", "max", "min", "range", "round"])


def _paths() -> st.SearchStrategy[str]:
    return st.one_of(
        st.just("$"),
        _names.map("$.{}".format),
        st.tuples(_names, _words).map(lambda pair: f"$.{pair[0]}.get({pair[1]})"),
        st.tuples(_names, st.integers(-3, 3)).map(lambda pair: f"$.{pair[0]}[{pair[1]}]"),
        st.tuples(_names, st.sampled_from(["k", "v", "a", "get"])).map(lambda pair: f"$.{pair[0]}.{pair[1]}"),
        st.tuples(_names, st.sampled_from(["k", "v"])).map(lambda pair: f"$.{pair[0]}?.{pair[1]}"),
        _names.map("$.get({})".format),
        _names.map("$.get({}, 1)".format),
        _names.map("$['{}']".format),
        st.sampled_from(
            ["task(a).result", "task(t1, x => 1).more", "env()", "global(g)", "uuid()", "$__env"]
        ),
        st.sampled_from(
            ["task().result[1].v", "execution().input.k", "task(ghost).nope", "env().a", "ghost()"]
        ),
    )


def _composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _binary, inner).map(" ".join),
        inner.map("({})".format),
        inner.map("not {}".format),
        inner.map("-({})".format),
        st.tuples(inner, inner).map(lambda pair: f"[{pair[0]}, {pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"{{k => {pair[0]}, {pair[1]} => 1}}"),
        inner.map("dict(a => {})".format),
        inner.map("({}).k".format),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]})[{pair[1]}]"),
        st.tuples(inner, _no_argument).map(lambda pair: f"({pair[0]}).{pair[1]}()"),
        st.tuples(inner, _one_argument, inner).map(lambda three: f"({three[0]}).{three[1]}({three[2]})"),
        st.tuples(inner, _two_arguments, inner, inner).map(lambda p: f"({p[0]}).{p[1]}({p[2]}, {p[3]})"),
        st.tuples(inner, _lambda_methods, _bodies()).map(
            lambda three: f"({three[0]}).{three[1]}({three[2]})"
        ),
        st.tuples(_functions, inner).map(lambda pair: f"{pair[0]}({pair[1]})"),
        st.tuples(_pair_functions, inner, inner).map(lambda three: f"{three[0]}({three[1]}, {three[2]})"),
        st.tuples(inner, inner, inner).map(
            lambda three: f"switch({three[0]} => {three[1]}, true => {three[2]})"
        ),
    )


def _bodies() -> st.SearchStrategy[str]:
    leaf = st.one_of(
        st.sampled_from(["$", "$.k", "$.v", "$[0]", "$.get(k)", "$.len()", "$1", "uuid()"]), _literals
    )
    pairs = st.tuples(leaf, _binary, leaf).map(" ".join)
    return st.one_of(
        leaf, pairs, pairs.map("not {}".format), leaf.map("[$, {}]".format), leaf.map("str({})".format)
    )


yaql_expressions = st.recursive(st.one_of(_paths(), _literals), _composed, max_leaves=5)

# --- Jinja ---------------------------------------------------------------------------------

_jinja_leaves = st.one_of(
    _names.map("_.{}".format),
    _names.map("_['{}']".format),
    st.tuples(_names, st.sampled_from(["k", "v", "get", "items"])).map(lambda pair: f"_.{pair[0]}.{pair[1]}"),
    st.tuples(_names, st.integers(-2, 2)).map(lambda pair: f"_.{pair[0]}[{pair[1]}]"),
    _names.map("_.get('{}')".format),
    _names.map("_.get('{}', 1)".format),
    st.sampled_from(["0", "1", "-1", "2.5", "true", "false", "none", "'a'", "''", "[]", "{}", "_"]),
    st.sampled_from(["task('a').result[1].k", "env().a", "uuid()", "task(name='x').more", "ghost()"]),
)
_jinja_binary = st.sampled_from(
    ["+", "-", "*", "/", "//", "%", "==", "!=", "<", ">", "<=", ">=", "and", "or", "in", "not in", "~"]
)
_jinja_filters = st.sampled_from(
    ["upper", "lower", "length", "count", "trim", "string", "default(1)", "d('x')", "list", "first", "join"]
)


def _jinja_composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _jinja_binary, inner).map(lambda three: f"({' '.join(three)})"),
        inner.map("(not {})".format),
        inner.map("(-{})".format),
        st.tuples(inner, inner).map(lambda pair: f"[{pair[0]}, {pair[1]}]"),
        inner.map("{{'k': {}}}".format),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} if {three[1]} else {three[2]})"),
        st.tuples(inner, _jinja_filters).map(lambda pair: f"({pair[0]} | {pair[1]})"),
        inner.map("{}.k".format),
    )


jinja_expressions = st.recursive(_jinja_leaves, _jinja_composed, max_leaves=4)

# --- the comparison ---------------------------------------------------------------------------


@_settings
@given(code=yaql_expressions, variables=_variables)
def test_yaql_value(code: str, variables: dict[str, JSON]) -> None:
    """A YAQL expression has the same value either way."""
    assert_same(f"<% {code} %>", variables)


@_settings
@given(code=yaql_expressions, variables=_variables)
def test_yaql_text(code: str, variables: dict[str, JSON]) -> None:
    """A YAQL expression inside of a string gives the same text either way."""
    assert_same(f"text <% {code} %>", variables)


@_settings
@given(code=jinja_expressions, variables=_variables)
def test_jinja_value(code: str, variables: dict[str, JSON]) -> None:
    """A Jinja expression has the same value either way."""
    assert_same(f"{{{{ {code} }}}}", variables)


@_settings
@given(code=jinja_expressions, variables=_variables)
def test_jinja_text(code: str, variables: dict[str, JSON]) -> None:
    """A Jinja template of text and expressions gives the same text either way."""
    assert_same(f"text {{{{ {code} }}}} and {{{{ _.n }}}}", variables)


@_settings
@given(code=yaql_expressions, variables=_variables)
def test_yaql_reads(code: str, variables: dict[str, JSON]) -> None:
    """With only the variables that a YAQL expression reads, it ends in the same way."""
    text = f"<% {code} %>"

    assert repr(by_library(text, variables)) == repr(by_library(text, variables, everything=True)), text


@_settings
@given(code=jinja_expressions, variables=_variables)
def test_jinja_reads(code: str, variables: dict[str, JSON]) -> None:
    """With only the variables that a Jinja expression reads, it ends in the same way."""
    text = f"text {{{{ {code} }}}}"

    assert repr(by_library(text, variables)) == repr(by_library(text, variables, everything=True)), text
