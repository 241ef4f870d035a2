"""Whole texts, as authors write them: what is taken without a word, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wf_es.definition import read_actions, read_workbook, read_workflows
from wf_es.definition.stored import Findings


def workflows(text: str) -> Findings:
    """Read as a list of workflows, all features switched on."""
    return read_workflows(f"version: '2.0'\n{text}")


def actions(text: str) -> Findings:
    """Read as a list of ad-hoc actions."""
    return read_actions(f"version: '2.0'\n{text}")


def workbook(text: str) -> Findings:
    """Read as a workbook."""
    return read_workbook(f"version: '2.0'\n{text}")


Read = Callable[[str], Findings]

TAKEN: dict[str, tuple[Read, str]] = {
    "items of a list, results published": (
        workflows,
        """
w:
  input: [numbers]
  output: {squares: <% $.squares %>}
  tasks:
    square:
      with-items: n in <% $.numbers %>
      action: std.echo output=<% $.n * $.n %>
      publish: {squares: <% task().result %>}
""",
    ),
    "items in flow style, one at a time": (
        workflows,
        """
w:
  tasks:
    a: {with-items: "n in [1, 2, 3]", concurrency: 1, action: std.async_noop, on-success: b}
    b: {with-items: 'word in ["one"]', action: std.echo output=<% $.word %>}
""",
    ),
    "items over a sub-workflow": (
        workflows,
        """
outer:
  tasks:
    a: {with-items: "n in [1, 2]", workflow: inner n=<% $.n %>, publish: {r: <% task().result %>}}
inner:
  input: [n]
  output: {double: <% $.n * 2 %>}
  tasks:
    t: {action: std.noop}
""",
    ),
    "policies of all kinds": (
        workflows,
        """
w:
  input: [careful]
  task-defaults: {on-error: rescue, safe-rerun: true, retry: count=1 delay=0.5}
  tasks:
    a: {action: std.echo output=4, fail-on: <% task().result = 4 %>, on-success: b, safe-rerun: false}
    b: {pause-before: <% $.careful %>, wait-before: 0.1, wait-after: 0.1, timeout: 2}
    c: {action: std.fail, retry: {count: 2, delay: 1, continue-on: <% task().result.more %>}, on-error: own}
    rescue: {action: std.noop}
    own: {action: std.noop}
""",
    ),
    "a reverse diamond": (
        workflows,
        """
w:
  type: reverse
  input: [p]
  output: {r: <% $.top %>}
  tasks:
    base: {action: std.echo output=<% $.p %>, publish: {v: <% task(base).result %>}}
    left: {action: std.echo output=<% $.v %>, requires: base}
    right: {action: std.noop, requires: [base]}
    top: {requires: [left, right], publish: {top: done}}
    aside: {action: std.fail, requires: [top]}
""",
    ),
    "a name of a sub-workflow by an expression": (
        workflows,
        "w: {input: [which], tasks: {a: {workflow: <% $.which %>, on-success: b}, b: {action: std.noop}}}",
    ),
    "an ad-hoc action in YAQL": (
        actions,
        """
hail:
  base: std.echo
  base-input: {output: "<% $.hail %>, <% $.who %>"}
  input: [who, {hail: Ave}]
  output: <% {text => $, length => $.len()} %>
""",
    ),
    "an ad-hoc action in Jinja": (
        actions,
        """
join:
  base: std.echo
  base-input: {output: "{{ _.a ~ _.b }}"}
  input: [a, b]
  output: "{{ _ | upper }}"
""",
    ),
    "an ad-hoc action of an unknown base": (actions, "a: {base: not.installed}"),
    "a workbook with local names": (
        workbook,
        """
name: book
actions:
  shout: {base: std.echo output="<% $.what %>!", input: [what]}
workflows:
  first:
    tasks:
      a: {workflow: second word="hey", publish: {r: <% task().result.said %>}}
  second:
    input: [word]
    output: {said: <% $.s %>}
    tasks:
      c: {action: shout what=<% $.word %>, publish: {s: <% task().result %>}}
""",
    ),
}


@pytest.mark.parametrize(("read", "text"), TAKEN.values(), ids=TAKEN)
def test_texts_without_any_problem(read: Read, text: str) -> None:
    """Not even a warning."""
    assert [str(problem) for problem in read(text).problems] == []


REFUSED: dict[str, tuple[Read, str, str]] = {
    "retry without delay": (
        workflows,
        "w: {tasks: {a: {retry: {count: 1}}}}",
        "'delay' is a required property",
    ),
    "retry without count": (
        workflows,
        "w: {tasks: {a: {retry: {delay: 1}}}}",
        "'count' is a required property",
    ),
    "retry in words": (workflows, "w: {tasks: {a: {retry: {delay: 1, count: many}}}}", "'many' is not valid"),
    "negative wait": (workflows, "w: {tasks: {a: {wait-before: -1}}}", "-1 is not valid under any"),
    "timeout in words": (workflows, "w: {tasks: {a: {timeout: soon}}}", "'soon' is not valid under any"),
    "pause in words": (workflows, "w: {tasks: {a: {pause-before: maybe}}}", "not 'maybe'"),
    "break-on is no expression": (
        workflows,
        "w: {tasks: {a: {retry: {count: 1, delay: 1, break-on: true}}}}",
        "not True",
    ),
    "old policies": (workflows, "w: {tasks: {a: {policies: {timeout: 1}}}}", "unknown key 'policies'"),
    "circle": (
        workflows,
        "w: {type: reverse, tasks: {a: {requires: [b]}, b: {requires: [a]}}}",
        "(a -> b -> a)",
    ),
    "requires itself": (workflows, "w: {type: reverse, tasks: {a: {requires: [a]}}}", "requires itself"),
    "requires a ghost": (
        workflows,
        "w: {type: reverse, tasks: {a: {requires: ghost}}}",
        "Task 'ghost' not found",
    ),
    "default to a ghost": (
        workflows,
        "w: {task-defaults: {on-error: ghost}, tasks: {a: {x: 1}}}",
        "'ghost' not found",
    ),
    "requires in a direct workflow": (
        workflows,
        "w: {tasks: {a: {action: x}, b: {requires: [a]}}}",
        "unknown key 'requires'",
    ),
    "on-success in a reverse workflow": (
        workflows,
        "w: {type: reverse, tasks: {a: {on-success: b}, b: {action: x}}}",
        "('on-success' was unexpected)",
    ),
    "action and workflow": (workflows, "w: {tasks: {a: {action: x, workflow: y}}}", "not both"),
    "action without base": (actions, "a: {input: [x]}", "'base' is a required property"),
    "action with a broken expression": (
        actions,
        "a: {base: std.echo output=<% $. %>}",
        "'base.output': cannot read",
    ),
    "action with another key": (actions, "a: {base: std.noop, colour: red}", "('colour' was unexpected)"),
    "workbook without a name": (
        workbook,
        "workflows: {w: {tasks: {a: {action: x}}}}",
        "'name' is a required property",
    ),
    "workbook with a dead end": (
        workbook,
        "name: b\nworkflows: {w: {tasks: {a: {on-success: ghost}}}}",
        "Task 'ghost' not found",
    ),
    "workbook with another key": (workbook, "name: b\ncolour: red", "('colour' was unexpected)"),
}


@pytest.mark.parametrize(("read", "text", "words"), REFUSED.values(), ids=REFUSED)
def test_texts_that_are_refused(read: Read, text: str, words: str) -> None:
    """With words that Mistral's users know, where Mistral refuses them, too."""
    assert any(words in problem.message for problem in read(text).errors)
