"""Which Jinja is compiled, and what compiled code gives."""

from __future__ import annotations

import pytest

from tests.wf_es.expressions.both_ways import assert_all_same, assert_same, by_compiled_code
from wf_es.envelope import JSON

VALUES: dict[str, JSON] = {
    "null": None, "yes": True, "zero": 0, "three": 3, "half": 0.5, "empty": "", "s": "Text", "nothing": [],
    "l": [1, "a", None], "none": {}, "d": {"k": {"v": [1, 2]}, "get": 5, "items": 6},
}  # fmt: skip
SIGNS = ("+", "-", "*", "/", "//", "%", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "and", "or", "~")

COMPILED: dict[str, JSON] = {
    "_.s": "Text",
    "_['s']": "Text",
    "_.d.k.v[1]": 2,
    "_.d['k'].v[-1]": 2,
    "_.l[0] + 1": 2,
    "_.d.items": 6,
    "_.get('s')": "Text",
    "_.get('nope', 1)": 1,
    "_.nope | default('d') | upper": "D",
    "_.three / 2": 1.5,
    "true + 1": 2,
    "-_.half": -0.5,
    "'big' if _.three > 2 else 'small'": "big",
    "{'a': _.three, 'b': [_.s]}": {"a": 3, "b": ["Text"]},
    "_.l | length": 3,
    "_.s ~ '-' ~ _.null": "Text-None",
    "not _.empty": True,
    "task('a').result[1].k": "a",
    "task(name='a').name": "a",
    "env().k": 1,
    "none": None,
}
LEFT_TO_LIBRARY = (
    "_.nope",
    "_.nope or 1",
    "_.l | join",
    "_.s.upper()",
    "_.l[1:]",
    "_.s % 1",
    "1 < 2 < 3",
    "x",
    "now()",
)


@pytest.mark.parametrize("sign", SIGNS)
def test_every_pair_of_kinds(sign: str) -> None:
    """Whatever the kinds of the operands are, compiled code and library agree."""
    texts = [f"{{{{ _.{left} {sign} _.{right} }}}}" for left in VALUES for right in VALUES]

    assert_all_same((text for text in texts), VALUES)


@pytest.mark.parametrize(
    "name", ["length", "count", "upper", "lower", "trim", "string", "default(1)", "d('')"]
)
def test_every_filter_on_every_kind(name: str) -> None:
    """Compiled filters agree with the library, whatever they are given."""
    assert_all_same((f"{{{{ _.{value} | {name} }}}}" for value in (*VALUES, "nope", "d.nope")), VALUES)


@pytest.mark.parametrize(("code", "value"), COMPILED.items(), ids=COMPILED)
def test_compiled(code: str, value: JSON) -> None:
    """The simple shapes are compiled and give what the library gives."""
    assert repr(by_compiled_code(f"{{{{ {code} }}}}", VALUES)) == repr(("value", value))
    assert assert_same(f"{{{{ {code} }}}}", VALUES)
    assert assert_same(f"text {{{{ {code} }}}} and {{{{ _.l }}}}\n", VALUES)


@pytest.mark.parametrize("code", LEFT_TO_LIBRARY)
def test_left_to_library(code: str) -> None:
    """What compiled code is not sure of it does not decide."""
    assert not assert_same(f"{{{{ {code} }}}}", VALUES)
    assert not assert_same(f"text {{{{ {code} }}}}", VALUES)
