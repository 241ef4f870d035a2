"""Whether an expression will find the variables that it reads, at one point of a workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

import msgspec

from wf_es.execution.readings import Reading
from wf_es.execution.requirements.choice import RESERVED
from wf_es.execution.requirements.facts import Name, Origin, Vocabulary
from wf_es.execution.requirements.findings import Findings, only_after
from wf_es.execution.requirements.flow import Flow, Point
from wf_es.execution.requirements.places import Owner
from wf_es.execution.requirements.report import Use
from wf_es.expressions import Read

_NONE: frozenset[str] = frozenset()


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What is there at every point, by name and with its origin.

    ``shared`` is what ad-hoc actions see, too; ``inputs`` only the workflow.
    ``chosen`` are the tasks whose context the request can change.
    """

    shared: Mapping[str, Origin]
    inputs: Mapping[str, Origin]
    chosen: tuple[str, ...] = ()


class Reader:
    """Looks at the expressions of one workflow, and notes what they will not find."""

    def __init__(self, flow: Flow, words: Vocabulary, around: Surroundings, findings: Findings) -> None:
        """Take what is there at which point, and where findings go."""
        self._flow = flow
        self._words = words
        self._around = around
        self._findings = findings
        self._repeated = flow.repeated()
        self._told: set[tuple[str, int]] = set()

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
                for read in expression.reads.task_reads:
                    if not read.optional:
                        self._answer(_at(read, reading.is_sure), use, point, task)

    def _variable(self, read: Read, use: Use, point: Point, task: str, sees_input: bool) -> None:
        around = self._around
        known = around.shared.get(read.name) or (around.inputs.get(read.name) if sees_input else None)
        if known is not None:
            self._findings.add_present(read.name, [known], use)
            return
        names = [Name(scope, read.name) for scope in ("branch", "global")]
        bits = point.facts.possible & (self._words.mask(names[0]) | self._words.mask(names[-1]))
        is_certain = any(point.facts.certain & self._words.certain(name) for name in names)
        if is_certain and (read.name, bits) in self._told:
            return
        origins = self._words.origins(bits)
        if is_certain:
            self._told.add((read.name, bits))
            self._findings.add_present(read.name, origins, use)
            return
        beside = [] if origins else self._beside(read.name, task)
        if origins or beside:
            setters = sorted({origin.task or origin.source for origin in origins} | set(beside))
            self._findings.add_undetermined(_sometimes(setters), use, read.name)
            return
        settable = [name for name in around.chosen if self._is_below(name, point)]
        self._unprovided(read, use, point, settable, read.name)

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


def _sometimes(setters: list[str]) -> str:
    return f"only some ways to here set it: {', '.join(setters)}"
