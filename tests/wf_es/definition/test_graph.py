"""The graph: neighbours, joins, feeders, loops; and that it is quick."""

from __future__ import annotations

import pytest

from tests.effort import cost
from wf_es.definition import Graph, read_workflows


def graph_of(tasks: str) -> Graph:
    """Return the graph of tasks written in one line each."""
    lines = "".join(f"    {line.strip()}\n" for line in tasks.strip().splitlines())
    reading = read_workflows(f"version: '2.0'\nw:\n  vars: {{go: 1}}\n  tasks:\n{lines}")
    assert reading.errors == ()
    return reading.workflows[0].graph


LOOP = """
start: {on-success: work}
work: {on-success: [{work: <% $.go %>}, {check: <% $.go %>}], on-error: rescue}
check: {on-complete: {next: [work, done]}}
rescue: {on-success: [fail, done]}
done: {action: std.noop}
alone: {action: std.noop}
"""


def test_neighbours_are_unique_and_in_the_order_of_the_definition() -> None:
    """All clauses count, commands do not, and several transitions are one edge."""
    graph = graph_of(
        "z: {action: std.noop}\na: {on-success: [z, c, noop], on-error: z, on-complete: c}\nc: {on-skip: z}"
    )
    assert graph.start_tasks == ("a",)
    assert graph.outbound == {"z": (), "a": ("z", "c"), "c": ("z",)}
    assert graph.inbound == {"z": ("a", "c"), "a": (), "c": ("a",)}


def test_loops() -> None:
    """Tasks on a cycle are known, those before and after are not among them."""
    graph = graph_of(LOOP)
    assert graph.start_tasks == ("start", "alone")
    assert graph.looping == {"work", "check"}
    assert graph.descendants("start") == {"work", "check", "rescue", "done"}
    assert graph.descendants("work") == {"work", "check", "rescue", "done"}
    assert graph.descendants("done") == frozenset()
    assert graph.reaches("check", "rescue")
    assert not graph.reaches("rescue", "work")
    assert graph.reachable_from(["rescue", "alone"]) == {"rescue", "done", "alone"}


@pytest.mark.parametrize(("join", "needed"), [("all", 3), ("one", 1), ("2", 2)])
def test_what_a_join_requires(join: str, needed: int) -> None:
    """All means the number of inbound tasks, one is one, a number is itself."""
    graph = graph_of(
        f"a: {{on-success: z}}\nb: {{on-success: z, on-error: z}}\nc: {{on-error: z}}\nz: {{join: {join}}}"
    )
    assert graph.required("z") == needed
    assert graph.required("a") == 1


def test_feeders_of_a_join() -> None:
    """What can still bring about an inbound task, and that task itself."""
    graph = graph_of(
        "s: {on-success: [a, b]}\na: {on-success: a2}\na2: {on-success: z}\n"
        "b: {on-success: z}\nz: {join: all}"
    )
    assert graph.feeders("z", "a2") == {"s", "a", "a2"}
    assert graph.feeders("z", "b") == {"s", "b"}


def test_feeders_in_a_loop_do_not_go_through_the_join() -> None:
    """What runs after the join cannot be what the join waits for."""
    graph = graph_of(
        "s: {on-success: [a, b]}\na: {on-success: z}\nb: {on-success: z}\n"
        "z: {join: all, on-success: [{a: <% $.go %>}, {end: <% $.go %>}]}\nend: {on-success: b}"
    )
    assert graph.looping == {"a", "b", "z", "end"}
    assert graph.feeders("z", "a") == {"s", "a"}
    assert graph.feeders("z", "b") == {"s", "b", "end"}
    assert graph.feeders("z", "b") is graph.feeders("z", "b")


def test_a_join_that_triggers_itself() -> None:
    """The join is its own feeder then, and nothing else is."""
    graph = graph_of("s: {on-success: z}\nz: {join: one, on-success: {z: <% $.go %>}}")
    assert graph.feeders("z", "z") == {"z"}
    assert graph.feeders("z", "s") == {"s"}


def chain(length: int) -> str:
    """Return tasks that follow one another."""
    lines = [f"t{n}: {{on-success: t{n + 1}}}" for n in range(length - 1)]
    return "\n".join([*lines, f"t{length - 1}: {{action: std.noop}}"])


def fan(width: int) -> str:
    """Return a fork and its join."""
    names = [f"t{n}" for n in range(width)]
    branches = "\n".join(f"{name}: {{on-success: z}}" for name in names)
    return f"s: {{on-success: [{', '.join(names)}]}}\n{branches}\nz: {{join: all}}"


@pytest.mark.parametrize(
    ("tasks", "size"), [(chain(10_000), 10_000), (fan(1_000), 1_002)], ids=["chain", "fan"]
)
def test_large_graphs_are_quick_and_never_recurse(tasks: str, size: int) -> None:
    """Building, and asking about every task, takes well under a second of processor time."""
    specs = (
        read_workflows(
            "version: '2.0'\nw:\n  tasks:\n" + "".join(f"    {line}\n" for line in tasks.splitlines())
        )
        .workflows[0]
        .spec.tasks
    )

    def everything() -> None:
        graph = Graph(specs)
        first = graph.start_tasks[0]
        assert len(graph.descendants(first)) == size - 1
        for name in specs:
            graph.descendants(name)
            for source in graph.inbound[name]:
                assert source in graph.feeders(name, source)

    assert cost(everything, limit=1) < 1
