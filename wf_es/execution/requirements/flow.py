"""What is there at each task that may run: facts that flow along the transitions until nothing changes.

For every task that can be reached there are two points, before its work and
after it, and for each outcome what holds once it has published. A task that
several transitions lead to is reached on *either* of these ways; a join sees
what its branches bring *together*, and is reached only if enough of them can
come.

What is certain only ever shrinks, so following it ends, also where transitions
go round in a circle; taken in the order of the graph, each task is looked at
about once. From where a variable may come is found afterwards, each loop taken
as a whole: in a loop everything may come from everywhere in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from heapq import heappop, heappush

import msgspec

from wf_es.definition import Publish
from wf_es.execution.lifecycle import ERROR, SUCCESS
from wf_es.execution.publishing import publishers
from wf_es.execution.requirements.beginnings import Beginnings, Declared
from wf_es.execution.requirements.facts import NOTHING, Facts, Name, Origin, Vocabulary, either, together
from wf_es.execution.requirements.overrides import NO_OVERRIDES, Overrides, combined
from wf_es.execution.requirements.shape import ENDS, OUTCOMES, Shape
from wf_es.expressions import Template


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a task: the facts, and on which ways it is reached.

    Unless ``is_plain`` only an error leads there; ``after_error`` names the
    task that must fail first.
    """

    facts: Facts
    is_plain: bool
    after_error: str | None = None


class Way(msgspec.Struct, frozen=True):
    """What one task brings to another after one outcome."""

    facts: Facts
    is_plain: bool
    after_error: str | None


class Flow:
    """The points that an execution may come to.

    ``begins`` are those before the work of a task, ``works`` those after it;
    :meth:`published` and :meth:`routed` lead on from there.
    """

    def __init__(self, shape: Shape, beginnings: Beginnings, words: Vocabulary) -> None:
        """Follow all ways to their ends."""
        self.shape = shape
        self.beginnings = beginnings
        self.begins: dict[str, Point] = {}
        self.works: dict[str, Point] = {}
        self._words = words
        self._ways: dict[str, dict[str, dict[str, Way]]] = defaultdict(lambda: defaultdict(dict))
        self._writers: dict[str, list[str]] | None = None
        self._may_fail: set[str] = set()
        self._gains: dict[tuple[str, str], tuple[int, int, int]] = {}
        self._routes: dict[tuple[str, str], Point | None] = {}
        self._follow()
        self._spread()

    # -- asking -----------------------------------------------------------------------

    def published(self, name: str, outcome: str) -> Point | None:
        """Return the point at which a task publishes after an outcome; None if it does not come to it."""
        ways = self._ends(name, outcome)
        if not ways:
            return None
        work = self.works.get(name)
        is_said = outcome == SUCCESS and bool(self.beginnings.publishes.get(name))
        is_plain = is_said or (work is not None and work.is_plain and outcome == SUCCESS)
        blamed = None if work is None else work.after_error
        if outcome == ERROR:
            blamed = blamed or name
        return Point(facts=either(facts for facts, _ in ways), is_plain=is_plain, after_error=blamed)

    def routed(self, name: str, outcome: str) -> Point | None:
        """Return the point at which it is decided where a task goes; None if it does not come to it."""
        key = (name, outcome)
        if key not in self._routes:
            self._routes[key] = self._route(name, outcome)
        return self._routes[key]

    def _route(self, name: str, outcome: str) -> Point | None:
        ended = [end.facts for end in self.beginnings.ended.get(name, []) if end.outcome == outcome]
        published = self.published(name, outcome)
        found = [*ended]
        said = Origin("override", name)
        for facts, given in self._ends(name, outcome):
            found.append(self._words.overlaid(self._after(name, outcome, facts), given, said))
        if not found:
            return None
        if published is None:
            return Point(facts=either(found), is_plain=True)
        is_plain = published.is_plain or bool(ended)
        return Point(facts=either(found), is_plain=is_plain, after_error=published.after_error)

    def may_exist(self, name: str) -> bool:
        """Whether a task may have been reached: a join exists before it begins."""
        return name in self.works or name in self._may_fail or name in self.beginnings.publishes

    def reached(self) -> list[str]:
        """Return the tasks that come to any point, each after what leads to it."""
        beginnings = self.beginnings
        found = {*self.works, *self._may_fail, *beginnings.publishes, *beginnings.ended}
        return sorted(found, key=self._order.__getitem__)

    def groups(self) -> list[list[str]]:
        """Return the tasks that come to any point, those of a loop together, each after what leads to it."""
        loop_of = {name: loop for loop in self.shape.graph.loops for name in loop}
        reached = self.reached()
        known, done, found = frozenset(reached), set[str](), []
        for name in reached:
            if name not in done:
                group = [member for member in loop_of.get(name, (name,)) if member in known]
                done.update(group)
                found.append(group)
        return found

    def judged(self, name: str, outcome: str) -> Point | None:
        """Return the point at which the policies judge the end of the work, with what it publishes."""
        work = self.works.get(name)
        if work is None:
            return None
        is_plain = work.is_plain and outcome == SUCCESS
        blamed = work.after_error or (name if outcome == ERROR else None)
        facts = self._adding(name, outcome, work.facts)
        return Point(facts=facts, is_plain=is_plain, after_error=blamed)

    def writers(self) -> Mapping[str, list[str]]:
        """Return which tasks may set each global variable."""
        if self._writers is None:
            self._writers = defaultdict(list)
            for name in dict.fromkeys([*self.works, *self.beginnings.publishes]):
                found = (_published(publishers(self.shape.task(name), outcome)) for outcome in ENDS)
                for key in dict.fromkeys(key.name for keys in found for key in keys if key.scope == "global"):
                    self._writers[key].append(name)
        return self._writers

    def repeated(self) -> set[str]:
        """Return the tasks that may run more than once from here on."""
        found = set(self.shape.graph.looping)
        for name in self.reached():
            ways = self._ways.get(name, {})
            if any(source in found for source in ways):
                found.add(name)
            elif not self.shape.is_join(name):
                begun = len(self.beginnings.begins.get(name, ())) + len(self.beginnings.works.get(name, ()))
                if begun + sum(self._triggers(source, name) for source in ways) > 1:
                    found.add(name)
        return found

    def _triggers(self, source: str, target: str) -> int:
        """Return how often one run of a task may start another one."""
        return max(
            sum(edge.target == target for edge in self.shape.edges(source, outcome)) for outcome in OUTCOMES
        )

    def _ends(self, name: str, outcome: str) -> list[Declared]:
        """Return with what facts a task may end its work, and what it is said to have published beside."""
        work, found = self.works.get(name), []
        if work is not None and outcome in ENDS:
            found.append(Declared(work.facts, ()))
        if outcome == ERROR and name in self._may_fail:
            found.append(Declared(NOTHING, ()))
        if outcome == SUCCESS:
            found += self.beginnings.publishes.get(name, [])
        return found

    def runs(self, name: str) -> list[tuple[Point, Overrides]]:
        """Return the points at which a task begins, with the patches on the input of the runs that do."""
        point, given = self.begins[name], self.beginnings.begins.get(name, [])
        overrides = combined(self.beginnings.begun_with.get(name, ()), len(given)) if given else NO_OVERRIDES
        if not overrides:
            return [(point, NO_OVERRIDES)]
        again = self._join(name) if self.shape.is_join(name) else self._triggered(name)
        certain = self._with_run(name, either(given)).certain
        own = Point(facts=Facts(certain, point.facts.possible), is_plain=True)
        if again is None:
            return [(own, overrides)]
        facts = Facts(again.facts.certain, point.facts.possible)
        return [(own, overrides), (msgspec.structs.replace(again, facts=facts), NO_OVERRIDES)]

    # -- following --------------------------------------------------------------------

    def _follow(self) -> None:
        names = self.beginnings.names()
        self._order = self.shape.order(names)
        for name in self._order:
            for outcome in ENDS:
                for key in _published(publishers(self.shape.task(name), outcome)):
                    self._words.possible(key, Origin("task", name))
        waiting = [(self._order[name], name) for name in names]
        waiting.sort()
        queued = set(names)
        while waiting:
            _, name = heappop(waiting)
            queued.discard(name)
            for target in self._pass(name):
                if target not in queued:
                    queued.add(target)
                    heappush(waiting, (self._order[target], target))

    def _pass(self, name: str) -> list[str]:
        """Bring a task up to date; return the tasks for which that changes something."""
        begin = self._begin(name)
        if begin is not None:
            self.begins[name] = _narrowed(self.begins.get(name), begin)
        work = self._work(name)
        if work is not None:
            self.works[name] = work
        if self._is_join(name) and name not in self.beginnings.closed:
            self._may_fail.add(name)
        changed = []
        for outcome in OUTCOMES:
            point = self._route(name, outcome)
            if point is None:
                continue
            way = Way(Facts(point.facts.certain, 0), point.is_plain, point.after_error)
            for edge in self.shape.edges(name, outcome):
                if edge.target in self.beginnings.closed:
                    continue
                known = self._ways[edge.target][name]
                if known.get(outcome) != way:
                    known[outcome] = way
                    changed.append(edge.target)
        return changed

    def _begin(self, name: str) -> Point | None:
        given = self.beginnings.begins.get(name, [])
        found = self._join(name) if self.shape.is_join(name) else self._triggered(name)
        if not given:
            return found
        own = self._with_run(name, either(given))
        facts = own if found is None else either([own, found.facts])
        return Point(facts=facts, is_plain=True)

    def _triggered(self, name: str) -> Point | None:
        ways = [way for outcomes in self._ways[name].values() for way in outcomes.values()]
        if not ways:
            return None
        return self._point(name, either(way.facts for way in ways), ways, any(way.is_plain for way in ways))

    def _join(self, name: str) -> Point | None:
        """Return the point at which a join begins; None if too few of its branches can come."""
        if name in self.beginnings.closed:
            return None
        ways, old, needed = self._ways[name], self.beginnings.arrived.get(name, {}), self.shape.required(name)
        sources = [name for name in {**old, **ways} if old.get(name) or ways.get(name)]
        if len(sources) < needed:
            return None
        arrived: list[Facts] = []
        others: list[Facts] = []
        plain = 0
        for source in sources:
            new = ways.get(source, {})
            facts = either([*old.get(source, ()), *(way.facts for way in new.values())])
            is_here = (name, source) in self.beginnings.counted
            (arrived if is_here and not new else others).append(facts)
            plain += bool(old.get(source)) or any(way.is_plain for way in new.values())
        facts = together(arrived, others, needed - len(arrived))
        all_ways = [way for outcomes in ways.values() for way in outcomes.values()]
        return self._point(name, facts, all_ways, plain >= needed)

    def _point(self, name: str, facts: Facts, ways: list[Way], is_plain: bool) -> Point:
        blamed = None if is_plain else next((way.after_error for way in ways if way.after_error), None)
        return Point(facts=self._with_run(name, facts), is_plain=is_plain, after_error=blamed)

    def _with_run(self, name: str, facts: Facts) -> Facts:
        return Facts(facts.certain | self._words.certain(Name("ran", name)), facts.possible)

    def _work(self, name: str) -> Point | None:
        begin, under_way = self.begins.get(name), self.beginnings.works.get(name, [])
        if not under_way:
            return begin
        facts = either([*under_way, *([begin.facts] if begin is not None else [])])
        return Point(facts=self._with_run(name, facts), is_plain=True)

    def _is_join(self, name: str) -> bool:
        """Whether a task may fail because branches do not come, before it has begun."""
        return not self.shape.is_reverse and self.shape.is_join(name)

    # -- from where variables may come ----------------------------------------------------

    def _spread(self) -> None:
        for group in self.groups():
            self._spread_in(group, group[0] in self.shape.graph.looping)

    def _spread_in(self, group: list[str], is_loop: bool) -> None:
        """Complete the points of a task, or of all tasks of a loop, once all that leads there is complete."""
        inside = frozenset(group) if is_loop else frozenset[str]()
        possible = 0
        for name in group:
            possible |= self._brought(name, inside)
            for outcome in OUTCOMES if is_loop else ():
                point = self._route(name, outcome)
                possible |= 0 if point is None else point.facts.possible
        for name in group:
            for points in (self.begins, self.works):
                point = points.get(name)
                if point is not None:
                    facts = Facts(point.facts.certain, point.facts.possible | possible)
                    points[name] = Point(facts=facts, is_plain=point.is_plain, after_error=point.after_error)

    def _brought(self, name: str, inside: Set[str]) -> int:
        """Return from where variables may come that others than those ``inside`` bring to a task."""
        possible = 0
        for outcomes in self.beginnings.arrived.get(name, {}).values():
            for facts in outcomes:
                possible |= facts.possible
        for source, ways in self._ways.get(name, {}).items():
            for outcome in ways if source not in inside else ():
                point = self.routed(source, outcome)
                possible |= 0 if point is None else point.facts.possible
        return possible

    # -- what a task adds ---------------------------------------------------------------

    def _after(self, name: str, outcome: str, facts: Facts) -> Facts:
        """Return the facts after a task has published; ``fail-on`` fails one that has published a success."""
        after = self._adding(name, outcome, facts)
        if outcome == ERROR and self.shape.task(name).fail_on is not None:
            return either([after, self._adding(name, SUCCESS, facts)])
        return after

    def _adding(self, name: str, outcome: str, facts: Facts) -> Facts:
        if (name, outcome) not in self._gains:
            self._gains[name, outcome] = self._gain(name, outcome)
        certain, lost, possible = self._gains[name, outcome]
        return Facts(facts.certain | certain, facts.possible & ~lost | possible)

    def _gain(self, name: str, outcome: str) -> tuple[int, int, int]:
        """Return what a task makes certain, which origins it overwrites, and its own."""
        certain = possible = 0
        names = list(_published(publishers(self.shape.task(name), outcome)))
        for key in names:
            certain |= self._words.certain(key)
            possible |= self._words.possible(key, Origin("task", name))
        lost = 0
        for key in names:
            lost |= self._words.mask(key) if key.scope == "branch" else 0
        return certain, lost, possible


def _published(found: Iterable[Publish]) -> Iterator[Name]:
    """Yield the names that are published, for the branch or globally."""
    for publisher in found:
        yield from (Name("branch", name) for name in _keys(publisher.branch))
        for template in (publisher.global_, publisher.atomic):
            yield from (Name("global", name) for name in _keys(template))


def _keys(template: Template | None) -> Iterable[str]:
    return template.source if template is not None and isinstance(template.source, dict) else ()


def _narrowed(before: Point | None, now: Point) -> Point:
    """Return what holds now: never more for certain than before, and never less that is possible."""
    if before is None:
        return now
    facts = Facts(now.facts.certain & before.facts.certain, now.facts.possible | before.facts.possible)
    is_plain = now.is_plain or before.is_plain
    after_error = None if is_plain else before.after_error or now.after_error
    return Point(facts=facts, is_plain=is_plain, after_error=after_error)
