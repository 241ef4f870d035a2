"""Whether an expression will find the variables that it reads, at one point of a workflow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import NamedTuple

import msgspec

from wf_es.envelope import JSON
from wf_es.execution.readings import Reading
from wf_es.execution.requirements.choice import RESERVED
from wf_es.execution.requirements.facts import Name, Origin, Vocabulary
from wf_es.execution.requirements.findings import Findings, only_after
from wf_es.execution.requirements.flow import Flow, Point
from wf_es.execution.requirements.places import Owner
from wf_es.execution.requirements.report import Use
from wf_es.execution.requirements.values import lacking, shown
from wf_es.expressions import KeyRead, Read

_NONE: frozenset[str] = frozenset()


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What is there at every point, by name and with its origin.

    ``shared`` is what ad-hoc actions see, too; ``inputs`` only the workflow.
    ``chosen`` are the tasks whose context the request can change. ``values``
    are those of shared variables and inputs, as far as they are known,
    ``env`` is the environment, ``env_events`` tells what has set its names
    after the start, None that the request does; ``answers`` gives what
    ``task()`` gives of a task, None of one that has not run.
    """

    shared: Mapping[str, Origin]
    inputs: Mapping[str, Origin]
    chosen: tuple[str, ...] = ()
    values: Mapping[str, JSON] = {}
    env: Mapping[str, JSON] = {}
    env_events: Mapping[str, int | None] = {}
    answers: Callable[[str], JSON] = lambda _: None


class Sight(NamedTuple):
    """What can be seen of a variable at a point, the nearest first.

    ``bits`` are the origins that may have set it, ``known`` is the one from
    which all have it, if nothing nearer hides that.
    """

    is_certain: bool
    bits: int
    known: Origin | None


class Reader:
    """Looks at the expressions of one workflow, and notes what they will not find."""

    def __init__(self, flow: Flow, words: Vocabulary, around: Surroundings, findings: Findings) -> None:
        """Take what is there at which point, and where findings go."""
        self._flow = flow
        self._words = words
        self._around = around
        self._findings = findings
        self._repeated = flow.repeated()
        self._told: set[tuple[str, Sight]] = set()

    def read(
        self,
        owner: Owner,
        readings: Iterable[Reading],
        point: Point,
        *,
        own: Set[str] = _NONE,
        task: str = "",
        sees_input: bool = True,
    ) -> None:
        """Look at templates that are evaluated at a point.

        Args:
            owner: Whose they are.
            readings: The templates, each under its key.
            point: Where they are evaluated.
            own: Names that are there beside, such as the variables of an item.
            task: The task that evaluates them, if one does.
            sees_input: Not so in an ad-hoc action, which does not see that of the workflow.

        """
        for reading in readings:
            for expression in reading.template.expressions if reading.template is not None else ():
                use = owner.use(reading, expression)
                for why in expression.reads.undetermined:
                    self._findings.add_undetermined(why, use)
                for read in expression.reads.variables:
                    if not read.optional and read.name not in RESERVED and read.name not in own:
                        self._variable(_at(read, reading.is_sure), use, point, task, sees_input)
                for below in expression.reads.keys:
                    if below.source != "variable" or below.name not in RESERVED | own:
                        sure = _below_at(below, reading.is_sure)
                        self._keys(sure, expression.language, use, point, task, sees_input)
                for read in expression.reads.task_reads:
                    if not read.optional:
                        self._answer(_at(read, reading.is_sure), use, point, task)

    def _sight(self, name: str, point: Point, sees_input: bool, *, sees_branch: bool = True) -> Sight:
        """Return what is seen of a variable: the branch hides what is global, and this vars and input."""
        branch, common = Name("branch", name), Name("global", name)
        facts, words, around = point.facts, self._words, self._around
        bits = facts.possible & words.mask(branch) if sees_branch else 0
        if sees_branch and facts.certain & words.certain(branch):
            return Sight(is_certain=True, bits=bits, known=None)
        bits |= facts.possible & words.mask(common)
        known = around.shared.get(name) or (around.inputs.get(name) if sees_input else None)
        is_global = bool(facts.certain & words.certain(common))
        if is_global and (known is None or known.source != "global"):
            return Sight(is_certain=True, bits=bits, known=None)
        return Sight(is_certain=known is not None, bits=bits, known=known)

    def _variable(self, read: Read, use: Use, point: Point, task: str, sees_input: bool) -> None:
        sight = self._sight(read.name, point, sees_input)
        if sight.is_certain and (read.name, sight) in self._told:
            return
        origins = self._words.origins(sight.bits)
        if sight.is_certain:
            self._told.add((read.name, sight))
            known = [] if sight.known is None else [sight.known]
            self._findings.add_present(read.name, [*origins, *known], use)
            return
        beside = [] if origins else self._beside(read.name, task)
        if origins or beside:
            setters = sorted({origin.task or origin.source for origin in origins} | set(beside))
            self._findings.add_undetermined(_sometimes(setters), use, read.name)
            return
        self._unprovided(read, use, point, self._settable(point), read.name)

    def _settable(self, point: Point) -> list[str]:
        """Return the chosen tasks whose context would bring a variable to a point."""
        return [name for name in self._around.chosen if self._is_below(name, point)]

    # -- keys below what is there ----------------------------------------------------------

    def _keys(
        self, read: KeyRead, language: str, use: Use, point: Point, task: str, sees_input: bool
    ) -> None:
        """Look at keys below what is there: one that a known value lacks is an error."""
        keys = read.keys
        if read.source == "env":
            keys, candidates = (read.name, *keys), self._environment(read, use)
        elif read.source == "task":
            candidates = self._answered(read)
        else:
            candidates = self._seen(read, use, point, task, sees_input)
        failing: list[tuple[int, Origin]] = []
        is_open = False
        for origin, values in candidates:
            found = [lacking(value, keys, language) for value in values]
            is_open = is_open or not found or None in found
            failing += [(number, origin) for number in found if number is not None]
        if failing:
            number, origin = min(failing, key=lambda entry: entry[0])
            self._lack(read, shown(read, keys[:number]), use, point, origin if is_open else None)

    def _lack(self, read: KeyRead, name: str, use: Use, point: Point, of: Origin | None) -> None:
        """Note that a key is not there; ``of`` is the origin that lacks it if others may not."""
        if of is not None:
            why = f"the value that comes from {of.task or of.source} has no such key"
            self._findings.add_undetermined(why, use, name)
            return
        settable = self._settable(point) if read.source == "variable" else []
        self._unprovided(Read(name, conditional=read.conditional), use, point, settable, name)

    def _environment(self, read: KeyRead, use: Use) -> list[tuple[Origin, list[JSON]]]:
        """Return the environment, and note where what is read of it comes from."""
        event = self._around.env_events.get(read.name, 1)
        origin = Origin("override") if event is None else Origin("environment", event=event)
        if read.name in self._around.env:
            self._findings.add_present(shown(read, (read.name,)), [origin], use)
        return [(origin, [self._around.env])]

    def _unset_global(self, read: KeyRead, sight: Sight, use: Use, point: Point, task: str) -> None:
        """Note a global variable of which a key is taken: null, as before it is set, would not do."""
        name, origins = shown(read, ()), self._words.origins(sight.bits)
        setters = {origin.task or origin.source for origin in origins} | set(self._beside(read.name, task))
        if setters:
            self._findings.add_undetermined(_sometimes(sorted(setters)), use, name)
        else:
            self._unprovided(Read(name, conditional=read.conditional), use, point, [], name)

    def _answered(self, read: KeyRead) -> list[tuple[Origin, list[JSON]]]:
        """Return the answer of a task that has run and will not run again; others are not known."""
        if read.keys[0] not in ("result", "published") or self._flow.may_exist(read.name):
            return []
        answer = self._around.answers(read.name)
        return [] if answer is None else [(Origin("context", read.name), [answer])]

    def _seen(
        self, read: KeyRead, use: Use, point: Point, task: str, sees_input: bool
    ) -> list[tuple[Origin, list[JSON]]]:
        """Return the values that a variable may have at a point, none for what is not known."""
        is_own = read.source != "global"
        sight = self._sight(read.name, point, sees_input and is_own, sees_branch=is_own)
        if not sight.is_certain:
            if read.source == "global":
                self._unset_global(read, sight, use, point, task)
            return []
        found = self._words.values(sight.bits)
        if sight.known is not None:
            is_written = bool(self._flow.writers().get(read.name))
            values = self._around.values
            is_known = read.name in values and not is_written
            found.append((sight.known, [values[read.name]] if is_known else []))
        return found

    def _answer(self, read: Read, use: Use, point: Point, task: str) -> None:
        """Look at ``task(name)`` of which a part is taken: null, as before it has run, would not do."""
        has_run = Name("ran", read.name)
        if read.name in self._flow.beginnings.ran or point.facts.certain & self._words.certain(has_run):
            return
        shown = f"task('{read.name}')"
        is_join = read.name in self._flow.shape.spec.tasks and self._flow.shape.is_join(read.name)
        if self._flow.may_exist(read.name) and (is_join or not self._comes_after(read.name, task)):
            why = f"task '{read.name}' may run before, and may not"
            self._findings.add_undetermined(why, use, shown)
        else:
            self._unprovided(read, use, point, [], shown)

    def _unprovided(self, read: Read, use: Use, point: Point, settable: list[str], shown: str) -> None:
        if not point.is_plain:
            self._findings.add_undetermined(only_after(point.after_error), use, shown)
        elif read.conditional:
            why = "nothing sets it, and other values decide whether it is read"
            self._findings.add_undetermined(why, use, shown)
        else:
            self._findings.add_missing(shown, use, settable)

    def _beside(self, name: str, task: str) -> list[str]:
        """Return the tasks on other branches that may have set a global variable by then."""
        writers = self._flow.writers().get(name, ())
        return [writer for writer in writers if not self._comes_after(writer, task)]

    def _comes_after(self, later: str, task: str) -> bool:
        """Whether a task cannot have begun before this one: it needs this one to have run."""
        work = self._flow.works.get(later)
        if work is None or not task or task in self._repeated:
            return False
        return later == task or bool(work.facts.certain & self._words.certain(Name("ran", task)))

    def _is_below(self, chosen: str, point: Point) -> bool:
        return bool(point.facts.possible & self._words.mask(Name("chosen", chosen)))


def _at(read: Read, is_sure: bool) -> Read:
    return read if is_sure else msgspec.structs.replace(read, conditional=True)


def _below_at(read: KeyRead, is_sure: bool) -> KeyRead:
    return read if is_sure else msgspec.structs.replace(read, conditional=True)


def _sometimes(setters: list[str]) -> str:
    return f"only some ways to here set it: {', '.join(setters)}"
