"""Random workflows whose tasks read what others publish, in all ways and at all moments.

Made of what ``generator`` makes: to each task are added expressions that read
variables of other tasks, for the branch and global ones, results of tasks, and
now and then what nothing sets.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.properties import generator
from tests.properties.generator import ACTIONS, NAMES, WORK, Data
from wf_es.definition import read_actions, read_workflows
from wf_es.definition.text import write_text
from wf_es.simulation import Library

KIT = """
version: '2.0'
kit: {base: work, input: [given, {more: 1}], base-input: {a: '<% $.given %>', b: '<% $.get(g1) %>'}}
bad_kit: {base: kit given=1, base-input: {more: '<% $.g0 %>'}}
"""
"""Ad-hoc actions, which see global variables and no branch."""


ENV = {"e0": 1, "db": {"port": 1}}
"""The environment in which everything runs."""


def library(random: Random) -> Library:
    """Return random definitions whose tasks read a lot."""
    return read(text(random))


def read(definitions: str) -> Library:
    """Return the definitions that a text holds, and the ad-hoc actions that its tasks may call."""
    reading = read_workflows(definitions)
    reading.raise_for_errors()
    kit = read_actions(KIT)
    kit.raise_for_errors()
    return Library(reading.workflows, ACTIONS, kit.actions)


def text(random: Random) -> str:
    """Return random definitions whose tasks read a lot."""
    made = generator.data(random, simple=random.random() < 0.3)
    _let_call(made, random)
    for name, workflow in made.items():
        _add_inputs(workflow, name, random)
        if random.random() < 0.8:
            workflow["vars"]["conf"] = {"a": {"b": 1}, "list": [{"x": 1}, {"x": 2}]}
        for number, task in enumerate(workflow["tasks"].values()):
            _let_read(task, number, len(workflow["tasks"]), random, workflow.get("type") == "reverse")
        if random.random() < 0.4:
            workflow["output"] = {"o": _expression(random, len(workflow["tasks"]), len(workflow["tasks"]))}
    return write_text({"version": "2.0"} | made)


def _let_call(made: Data, random: Random) -> None:
    """Let the outermost workflow call others more often than it would by itself."""
    names = [name for name in made if name != NAMES[0]]
    tasks = [task for task in made[NAMES[0]]["tasks"].values() if task.get("action") == WORK]
    for task in random.sample(tasks, min(len(tasks), len(names))) if random.random() < 0.5 else ():
        del task["action"]
        task.pop("target", None)
        name = random.choice(names)
        task |= generator.called(name, made[name])


def _add_inputs(workflow: Data, name: str, random: Random) -> None:
    """Let a sub-workflow declare inputs: with a default, or now and then needed."""
    if name != NAMES[0] and workflow.get("type") != "reverse" and random.random() < 0.5:
        workflow["input"] = ["p"] if random.random() < 0.2 else [{"p": 1}, {"q": "<% $.p %>"}]


def _let_read(task: Data, number: int, size: int, random: Random, is_reverse: bool) -> None:
    """Let a task read variables, and publish some more."""
    if task.get("action") == WORK and random.random() < 0.15:
        task["action"] = random.choice(["kit", "kit given=2", "bad_kit", "unknown_kit"])
    if random.random() < 0.5:
        task.setdefault("input", {})["x"] = _expression(random, number, size)
    if random.random() < 0.25:
        task.setdefault("publish", {})[f"r{number}"] = _expression(random, number, size)
    if random.random() < 0.1:
        task["publish-on-error"] = {f"e{number}": _expression(random, number, size)}
    if random.random() < 0.05:
        policy = random.choice(["target", "fail-on", "wait-after", "wait-before"])
        task[policy] = f"<% $.{_name(random, number, size)} %>"
    if is_reverse:
        return
    for clause in generator.CLAUSES:
        if isinstance(task.get(clause), list):
            task[clause] = _advanced(task[clause], number, size, random)


def _advanced(targets: list[Any], number: int, size: int, random: Random) -> Any:
    """Return a clause with conditions that read, and perhaps with what it publishes globally."""
    guarded = [
        {target: _condition(random, number, size)}
        if isinstance(target, str) and random.random() < 0.15
        else target
        for target in targets
    ]
    if random.random() < 0.75:
        return guarded
    scope = random.choice(["global", "global", "atomic", "branch"])
    value = _expression(random, number, size) if random.random() < 0.3 else number
    return {"publish": {scope: {f"g{random.randint(0, 2)}": value}}, "next": guarded}


def _condition(random: Random, number: int, size: int) -> str:
    name = _name(random, number, size)
    return random.choice([f"<% $.{name} != 99 %>", f"<% $.get({name}) = null %>", "<% $.n < 3 %>"])


def _expression(random: Random, number: int, size: int) -> str:
    """Return an expression that reads something; some cope without it."""
    name, other = _name(random, number, size), _name(random, number, size)
    task = f"t{random.randint(max(0, number - 6), max(0, size - 1))}"
    shapes = (
        (f"<% $.{name} %>", 10),
        (f"<% [$.{name}, $.{other}] %>", 3),
        (f"now <% $.{name} %>", 2),
        ("{{ _." + name + " }}", 3),
        (f"<% $.get({name}) %>", 3),
        (f"<% $.n > 1 and $.{name} %>", 2),
        ("{{ _.n or _." + name + " }}", 1),
        (f"<% coalesce($.get({other}), $.{name}) %>", 1),
        (f"<% task({task}).result %>", 3),
        (f"<% task({task})?.result %>", 1),
        (f"<% global({name}) %>", 1),
        (f"<% $.get($.{name}) %>", 0.3),
        (_key(random), 3),
    )
    return random.choices([shape for shape, _ in shapes], [weight for _, weight in shapes])[0]


def _key(random: Random) -> str:
    """Return an expression that reads below something: the environment, a variable, an answer."""
    shapes = (
        "<% env().e0 %>",
        "{{ env().e1 }}",
        "<% env().get(e1) %>",
        "<% env().db.port %>",
        "<% env().db.no %>",
    )
    below = (
        "<% $.conf.a.b %>",
        "{{ _.conf.c }}",
        "{{ _.conf.a.b }}",
        "<% $.conf.list.x %>",
        "<% $.conf.list[1].y %>",
    )
    return random.choice(
        [*shapes, *below, "<% task(t0).result.x %>", "<% global(g0).x %>", "<% global(conf).a %>"]
    )


def _name(random: Random, number: int, size: int) -> str:
    """Return a variable: mostly one that a task before this one publishes."""
    kind = random.random()
    if kind < 0.6 and number:
        return f"v{random.randint(max(0, number - 4), number - 1)}"
    if kind < 0.7:
        return f"g{random.randint(0, 2)}"
    if kind < 0.8:
        return random.choice(["n", "list", "p", "clash"])
    if kind < 0.9:
        return f"{random.choice('ver')}{random.randint(0, max(0, size - 1))}"
    return "nowhere" if kind < 0.95 else f"r{max(0, number - 1)}"
