"""Families that several tests tell stories about, and the plights that they are in."""

from __future__ import annotations

from tests.wf_es.execution.families import Family

TREE = """
main:
  output: {end: <% $.get(end) %>}
  tasks:
    a: {action: std.noop, publish: {x: 1}, on-success: outer}
    outer:
      workflow: mid
      input: {n: <% $.x %>}
      publish: {end: <% task().result.r %>}
      on-success: z
    z: {action: std.async_noop}
mid:
  input: [n]
  output: {r: <% $.r %>}
  tasks:
    inner: {workflow: leaf, input: {m: <% $.n %>}, publish: {r: <% task().result.v %>}}
leaf:
  input: [m]
  output: {v: <% $.v %>}
  tasks:
    t: {action: std.async_noop, publish: {v: <% $.m + 1 %>}, on-success: u}
    u: {action: std.async_noop}
"""
HANDLED = """
main:
  tasks:
    outer: {workflow: sub, on-success: good, on-error: bad}
    good: {action: std.async_noop}
    bad: {action: std.async_noop}
sub:
  tasks:
    t: {action: std.async_noop}
"""
ITEMS = """
main:
  output: {r: <% $.r %>}
  tasks:
    outer:
      with-items: i in [1, 2, 3]
      workflow: sub
      input: {i: <% $.i %>}
      publish: {r: <% task().result.sq %>}
sub:
  input: [i]
  output: {sq: <% $.i * $.i %>}
  tasks:
    t: {action: std.async_noop}
"""
BRANCHES = """
main:
  tasks:
    left: {workflow: sub, on-success: done}
    right: {workflow: sub, on-success: done}
    own: {action: std.async_noop, on-success: done}
    done: {join: all, action: std.async_noop}
sub:
  tasks:
    t: {action: std.async_noop}
"""


def deep() -> Family:
    """Return the tree, failed at outer/inner/t."""
    family = Family(TREE)
    family.start()
    family.complete("main", "a")
    family.fail("leaf", "t")
    assert family.states() == {"main": "ERROR", "mid": "ERROR", "leaf": "ERROR"}
    return family


def handled() -> Family:
    """Return a main execution that has gone on without its sub-workflow, to its end."""
    family = Family(HANDLED)
    family.start()
    family.fail("sub", "t")
    family.complete("main", "bad")
    assert family.states() == {"main": "SUCCESS", "sub": "ERROR"}
    return family


def broken() -> Family:
    """Return branches that have all failed: two in sub-workflows, one by itself."""
    family = Family(BRANCHES)
    family.start()
    for run in (0, 1):
        family.complete("sub", "t", "boom", "ERROR", run=run)
    family.fail("main", "own")
    assert family.states() == {"main": "ERROR", "sub": "ERROR ERROR"}
    return family
