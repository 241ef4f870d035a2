"""The workflows that run while the server is killed, and what each must end with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from wf_es.envelope import JSON

# What the driver answers to a waiting task, by the name of the task.
ANSWERS: Mapping[str, int] = {"first_answer": 100, "second_answer": 20, "delegate": 7}
REMOTE_VALUE = 5

DEFINITIONS = """
version: '2.0'

chain:
  input: [n]
  output: {value: <% $.value %>}
  tasks:
    one:
      action: std.echo
      input: {output: <% $.n + 1 %>}
      publish: {value: <% task().result %>}
      on-success: wait
    wait:
      action: std.sleep seconds=0.05
      on-success: two
    two:
      action: std.echo
      input: {output: <% $.value + 1 %>}
      publish: {value: <% task().result %>}
      on-success: three
    three:
      action: std.echo
      input: {output: <% $.value + 1 %>}
      publish: {value: <% task().result %>}

fan:
  input: [n]
  output: {value: <% $.total %>}
  tasks:
    begin:
      on-success: [left, middle, right]
    left:
      action: std.echo
      input: {output: <% $.n %>}
      publish: {left: <% task().result %>}
      on-success: gather
    middle:
      action: std.sleep seconds=0.1
      publish: {middle: <% $.n * 2 %>}
      on-success: gather
    right:
      action: std.echo
      input: {output: <% $.n * 3 %>}
      publish: {right: <% task().result %>}
      on-success: gather
    gather:
      join: all
      action: std.echo
      input: {output: <% $.left + $.middle + $.right %>}
      publish: {total: <% task().result %>}

loop:
  input: [n]
  vars: {counter: 0}
  output: {value: <% $.counter + $.n %>}
  tasks:
    begin:
      on-success: count
    count:
      action: std.echo
      input: {output: <% $.counter + 1 %>}
      publish: {counter: <% task().result %>}
      on-success:
        - count: <% $.counter < 6 %>

rescue:
  input: [n]
  output: {value: <% $.n + 1000 %>}
  tasks:
    break:
      action: std.fail
      on-error: mend
    mend:
      action: std.noop

patience:
  input: [n]
  output: {value: <% $.n + $.tries %>}
  tasks:
    calm:
      action: std.noop
      wait-before: 0.3
      wait-after: 0.2
      on-success: stubborn
    stubborn:
      action: std.fail
      retry: count=2 delay=0.2
      on-error: slow
    slow:
      action: std.sleep seconds=600
      timeout: 0.3
      retry: count=1 delay=0.1
      publish-on-error: {tries: 5}
      on-error: done
    done:
      action: std.noop

answers:
  input: [n]
  output: {value: <% $.n + $.first + $.second %>}
  tasks:
    first_answer:
      action: std.async_noop
      publish: {first: <% task().result %>}
      on-success: second_answer
    second_answer:
      action: std.async_noop
      publish: {second: <% task().result %>}

remote:
  input: [n]
  output: {value: <% $.n + $.one + $.two + $.three %>}
  tasks:
    one:
      action: std.http url=SERVICE/count
      input:
        params: {key: <% task().id %>}
      publish: {one: <% task().result.content.value %>}
      on-success: two
    two:
      action: std.http url=SERVICE/count
      input:
        params: {key: <% task().id %>}
      publish: {two: <% task().result.content.value %>}
      on-success: three
    three:
      action: std.http url=SERVICE/count
      input:
        params: {key: <% task().id %>}
      publish: {three: <% task().result.content.value %>}

family:
  input: [n]
  output: {value: <% $.parts + $.deep %>}
  tasks:
    each:
      with-items: i in <% [1, 2, 3] %>
      concurrency: 2
      workflow: child n=<% $.i %>
      publish: {parts: <% task().result.select($.value).sum() %>}
      on-success: nested
    nested:
      workflow: parent n=<% $.n %>
      publish: {deep: <% task().result.value %>}

parent:
  input: [n]
  output: {value: <% $.value %>}
  tasks:
    only:
      workflow: child n=<% $.n %>
      publish: {value: <% task().result.value %>}

child:
  input: [n]
  output: {value: <% $.value %>}
  tasks:
    rest:
      action: std.sleep seconds=0.05
      on-success: times_ten
    times_ten:
      action: std.echo
      input: {output: <% $.n * 10 %>}
      publish: {value: <% task().result %>}

delegated:
  input: [n]
  output: {value: <% $.n + $.answer %>}
  tasks:
    delegate:
      action: std.mistral_http url=SERVICE/delegate
      publish: {answer: <% task().result %>}
"""


class Shape(NamedTuple):
    """A workflow, its right output for an input, and whether a kill may cut it off.

    An action that is not safe to repeat and was found started, not finished,
    is not called again: its task ends in ERROR. ``children`` counts the
    executions below it.
    """

    workflow: str
    value: Callable[[int], int]
    may_be_cut_off: bool = False
    children: int = 0

    def output(self, n: int) -> JSON:
        """Return the output that an execution with the input ``n`` ends with."""
        return {"value": self.value(n)}


SHAPES: Mapping[str, Shape] = {
    shape.workflow: shape
    for shape in (
        Shape("chain", lambda n: n + 3),
        Shape("fan", lambda n: 6 * n),
        Shape("loop", lambda n: n + 6),
        Shape("rescue", lambda n: n + 1000),
        Shape("patience", lambda n: n + 5),
        Shape("answers", lambda n: n + 120),
        Shape("remote", lambda n: n + 3 * REMOTE_VALUE, may_be_cut_off=True),
        Shape("family", lambda n: 60 + 10 * n, children=5),
        Shape("delegated", lambda n: n + 7, may_be_cut_off=True),
    )
}
