"""Random workflows: the same seed gives the same text.

A workflow is made as plain data and written as YAML, so what is tested goes
the same way as what an author writes. ``simple`` ones hold nothing by which
the order of completions may matter: no partial joins, engine commands, loops,
or variables that several branches write, but for a count of those that ended
well. Some workflows are of type ``reverse``: their last task is to be reached.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random
from typing import Any

from wf_es.definition import ActionSpec, Clause, Workflow, read_workflows
from wf_es.definition.text import write_text
from wf_es.simulation import Library

WORK = "work"
ACTIONS = {WORK: ActionSpec(name=WORK, inputs={}, any_input=True, is_async=True, idempotent=True)}
"""The one action there is: whoever drives the world says what it gives."""

NAMES = ("w", "s1", "s2")
"""The workflow that is run, and those that it may call."""

CLAUSES = ("on-success", "on-error", "on-complete")
LARGEST = 30
"""Tasks in the largest workflow."""

_SIZES = ((2, 7, 0.7), (8, 15, 0.2), (16, LARGEST, 0.1))
"""From, to, and how often."""

Data = dict[str, Any]


def library(random: Random, simple: bool = False) -> Library:
    """Return random definitions."""
    return read(text(random, simple))


def read(definitions: str) -> Library:
    """Return the definitions that a text holds; it has no errors."""
    reading = read_workflows(definitions)
    reading.raise_for_errors()
    return Library(reading.workflows, ACTIONS)


def text(random: Random, simple: bool = False) -> str:
    """Return random definitions: the workflow ``w``, and now and then what it calls."""
    return write_text({"version": "2.0"} | data(random, simple))


def data(random: Random, simple: bool = False) -> Data:
    """Return random workflows as plain data, by name.

    A workflow calls only those that come after it, so nothing calls itself.
    """
    texts: Data = {}
    names = NAMES[: random.choice([1, 1, 2, 3])]
    for depth in reversed(range(len(names))):
        callees = [called(name, texts[name]) for name in names[depth + 1 :]]
        texts[names[depth]] = workflow(random, simple, callees if not depth else callees[:1], bool(depth))
    return {name: texts[name] for name in names}


def called(name: str, made: Data) -> Data:
    """Return what makes a task run a workflow; a reverse one needs to know its target."""
    target = {"input": {"task_name": list(made["tasks"])[-1]}} if made.get("type") == "reverse" else {}
    return {"workflow": name, **target}


def workflow(random: Random, simple: bool, callees: list[Data], is_small: bool) -> Data:
    """Return one random workflow as plain data, which may call others."""
    size = random.randint(1, 5) if is_small else _size(random, simple)
    is_reverse = random.random() < 0.15
    tasks = {
        f"t{number}": task(random, number, size, simple)
        if not is_reverse
        else required_task(random, number, simple)
        for number in range(size)
    }
    for made in tasks.values():
        if callees and random.random() < 0.25:
            _call(made, random, callees, simple)
    variables = {"n": 0, "list": [6, 7], "count": 0}
    if is_reverse:
        return {"type": "reverse", "vars": variables, "tasks": tasks}
    _correct_joins(tasks)
    whole: Data = {"vars": variables, "tasks": tasks}
    if simple:
        count = {"count": "<% global(count) + 1 %>"}
        whole["task-defaults"] = {"on-success": {"publish": {"atomic": count}}}
    return whole


def _call(made: Data, random: Random, callees: list[Data], simple: bool) -> None:
    """Let a task run a workflow instead of an action; now and then one that is not there."""
    for key in ("action", "target", "input"):
        made.pop(key, None)
    made |= random.choice(callees)
    if not simple and random.random() < 0.1:
        made["workflow"] = random.choice(["nowhere", f"<% {made['workflow']} %>", "<% $.elsewhere %>"])


def required_task(random: Random, number: int, simple: bool) -> Data:
    """Return one random task of a reverse workflow."""
    made = work(random, number, simple)
    required = [f"t{other}" for other in range(max(0, number - 6), number) if random.random() < 0.4]
    if required:
        made["requires"] = required if len(required) > 1 or random.random() < 0.5 else required[0]
    return made


def task(random: Random, number: int, size: int, simple: bool) -> Data:
    """Return one random task that leads to later tasks."""
    made = work(random, number, simple)
    if number and random.random() < (0.4 if size < 8 else 0.6):
        made["join"] = "all" if simple else random.choice(["all", "all", "one", 2])
    for clause in CLAUSES:
        targets = followers(random, number, size, simple)
        if targets and random.random() < 0.6:
            made[clause] = targets
            if any(isinstance(target, dict) for target in targets):
                made["publish-on-error"] = {"n": "<% $.n + 1 %>"}
    return made


def work(random: Random, number: int, simple: bool) -> Data:
    """Return what a task does; it publishes a variable of its own."""
    made: Data = {"action": WORK, "publish": published(random, number, simple)}
    if random.random() < 0.15:
        made |= items(random, simple)
    if not simple and random.random() < 0.05:
        made["target"] = "<% $.elsewhere %>"
    if not simple and random.random() < 0.1:
        made["keep-result"] = False
    if random.random() < 0.2:
        made |= policies(random, simple)
    return made


def items(random: Random, simple: bool) -> Data:
    """Return what makes a task run for each item of a list, now and then of none or of no list."""
    lists = ["i in [1, 2]", "i in <% [3, 4, 5] %>", ["i in [1, 2]", "j in <% $.list %>"], "i in <% [] %>"]
    made: Data = {"with-items": random.choice([*lists, *([] if simple else ["i in <% $.n %>"])])}
    if random.random() < 0.5:
        made["concurrency"] = random.choice([1, 2, "<% 1 %>"])
    if random.random() < 0.5:
        made["input"] = {"item": "<% $.i %>"}
    return made


def policies(random: Random, simple: bool) -> Data:
    """Return one or two policies; ``simple`` ones do not change how a task ends."""
    seconds = random.choice([1, 2.5, 60, "<% 3 %>"])
    choices: list[Data] = [
        {"wait-before": seconds},
        {"wait-after": seconds},
        {"retry": {"count": random.randint(1, 3), "delay": random.choice([0, 5])}},
    ]
    if not simple:
        condition = random.choice(["<% $.n < 4 %>", "<% task().result = 1 %>", "<% $.nowhere %>"])
        choices += [
            {"timeout": seconds},
            {"pause-before": random.choice([True, "<% $.n > 2 %>"])},
            {"fail-on": condition},
            {"retry": {"count": 2, "delay": 1, "break-on": condition}},
            {"retry": {"count": 2, "delay": 0, "continue-on": condition}},
            {"wait-before": "<% $.nowhere %>"},
        ]
    made: Data = {}
    for choice in random.sample(choices, random.randint(1, 2)):
        made |= choice
    return made


def published(random: Random, number: int, simple: bool) -> Data:
    """Return what a task publishes; now and then an expression that may fail."""
    made: Data = {f"v{number}": number}
    if not simple:
        made["n"] = "<% $.n + 1 %>"
    if random.random() >= 0.7 and not simple:
        made["clash"] = number
    if not simple and random.random() < 0.1:
        made["w"] = random.choice(["<% $.nowhere %>", "<% $.get(given) %>"])
    return made


def followers(random: Random, number: int, size: int, simple: bool) -> list[str | Data]:
    """Return random targets: later tasks, now and then an earlier one or a command."""
    nearest = range(number + 1, min(size, number + 7))
    chance = 0.35 if size < 8 else 0.22
    targets: list[str | Data] = [f"t{target}" for target in nearest if random.random() < chance]
    if not simple and number and random.random() < 0.1:
        targets.append({f"t{random.randint(max(1, number - 6), number)}": "<% $.n < 4 %>"})
    if not simple and random.random() < 0.1:
        command = random.choice(["fail", "succeed", "pause", "noop"])
        targets.insert(random.randint(0, len(targets)), command)
    return targets


def is_simple(made: Workflow) -> bool:
    """Whether every task runs at most once: a task that several transitions lead to is a join."""
    return made.spec.type == "reverse" or not _run_often(made)


def is_orderly(made: Workflow) -> bool:
    """Whether no task that may run several times leads to a join, which takes the first run."""
    tasks = made.spec.tasks
    after = {name for often in _run_often(made) for name in (often, *made.graph.descendants(often))}
    return made.spec.type == "reverse" or all(tasks[name].join is None for name in after)


def _run_often(made: Workflow) -> list[str]:
    """Return the tasks that several transitions lead to, one run for each."""
    graph, tasks = made.graph, made.spec.tasks
    twice = {
        target
        for spec in tasks.values()
        for clauses in ((spec.on_success, spec.on_complete), (spec.on_error, spec.on_complete))
        for target, count in _targets(clauses).items()
        if count > 1
    }
    return [
        name
        for name, spec in tasks.items()
        if spec.join is None and (len(graph.inbound[name]) > 1 or name in twice)
    ]


def _targets(clauses: tuple[Clause | None, ...]) -> Counter[str]:
    return Counter(item.target for clause in clauses if clause is not None for item in clause.next)


def _correct_joins(tasks: dict[str, Data]) -> None:
    """Let joins wait for no more tasks than there are that lead to them."""
    sources: dict[str, set[str]] = defaultdict(set)
    for name, made in tasks.items():
        for clause in CLAUSES:
            for target in made.get(clause, ()):
                sources[target if isinstance(target, str) else next(iter(target))].add(name)
    for name, made in tasks.items():
        needed = made.get("join", 0) if isinstance(made.get("join"), int) else 1
        if "join" in made and needed > len(sources[name]):
            del made["join"]


def _size(random: Random, simple: bool) -> int:
    if simple:
        return random.randint(2, 9)
    low, high, _ = random.choices(_SIZES, [weight for _, _, weight in _SIZES])[0]
    return random.randint(low, high)
