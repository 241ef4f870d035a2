"""Which names Jinja expressions and templates read."""

from __future__ import annotations

import pytest

from wf_es.expressions.jinja_reads import reads
from wf_es.expressions.jinja_syntax import parse

VARIABLES = {
    "{{ _.x }}": ["x"],
    "{{ _.x.y[0] }}": ["x"],
    "{{ _['x y'] }}": ["x y"],
    "{{ _.get('x') }}": ["get?", "x?"],
    "{{ _.get('x', _.y) }}": ["get?", "x?", "y"],
    "{{ _.x | default(_.y) }}": ["x?", "y?"],
    "{{ _.x is defined and _.x }}": ["x"],
    "{{ _.x.y | default(1) }}": ["x"],
    "{{ _.a if _.b else _.c }}": ["a", "b", "c"],
    "a {{ _.x }} b {{ _.__env }}": ["x", "__env"],
    "{% for i in _.list %}{{ i.x }}{{ loop.index }}{% endfor %}": ["list"],
    "{% set v = _.x %}{{ v }}": ["x"],
    "{% if _.n > 2 %}{{ _.m }}{% endif %}": ["n", "m"],
    "{{ (_.text | json_parse).k }}": ["text"],
    "{{ task('a').result }}": [],
}
UNDETERMINED = {
    "{{ _ }}": "the whole context",
    "{{ _ | upper }}": "the whole context",
    "{{ _[_.name] }}": "computed",
    "{{ _.items() }}": "may read any",
    "{{ _.get(_.name) }}": "may read any",
    "{% set _ = {} %}{{ _.x }}": "new meaning",
    "{{ task(_.name) }}": "given to task",
}


@pytest.mark.parametrize(("text", "names"), VARIABLES.items(), ids=VARIABLES)
def test_variables(text: str, names: list[str]) -> None:
    """Keys of ``_`` are variables, names the template sets are not."""
    found = reads(parse(text))

    assert sorted(read.name + "?" * read.optional for read in found.variables) == sorted(names)
    assert not found.whole


@pytest.mark.parametrize(("text", "reason"), UNDETERMINED.items(), ids=UNDETERMINED)
def test_undetermined(text: str, reason: str) -> None:
    """What the text does not settle is said, and all variables count as read."""
    found = reads(parse(text))

    assert any(reason in why for why in found.undetermined)
    assert found.whole is (reason != "given to task")


def test_functions_and_tasks() -> None:
    """Functions, filters and the tasks that are named are found."""
    found = reads(parse("{{ task('a').result | json_dump }}{{ task(name='b').x }}{{ env() }}"))

    assert found.functions == {"task", "json_dump", "env"}
    assert found.tasks == {"a", "b"}


KEYS = {
    "{{ _.a }}": [],
    "{{ _.a.b.c }}{{ _.a.b }}": ["variable a b c"],
    "{{ _['a']['b'][0].c == 1 }}": ["variable a b 0 c"],
    "{{ _.a.b.items() }}": ["variable a b"],
    "{{ _.a.b | default(1) }}{{ _.a.c is defined }}": [],
    "{{ _.n or _.a.b }}": ["?variable a b"],
    "{{ env().a.b }}{{ env()['c'] }}": ["env a b", "env c"],
    "{{ env().get('a') }}{{ env().b | default(1) }}": [],
    "{{ task('a').result.b }}": ["task a result b"],
    "{{ global('a').b }}": ["global a b"],
    "{% for x in _.a.b %}{{ x.c }}{% endfor %}": ["variable a b"],
}


@pytest.mark.parametrize(("text", "keys"), KEYS.items(), ids=KEYS)
def test_keys(text: str, keys: list[str]) -> None:
    """Chains of keys are found to their ends; a question mark means that they may not be used."""
    found = reads(parse(text)).keys

    shown = [
        "?" * read.conditional + " ".join(map(str, (read.source, read.name, *read.keys))) for read in found
    ]
    assert sorted(shown) == sorted(keys)
