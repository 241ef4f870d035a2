"""The passage of a text that is being read: where problems and expressions go.

Reading never stops at a problem. Every reader gets a node and the passage it
stands in, notes what is wrong, and gives the best value it can, so that the
checks over the whole workflow still see as much as possible. What it could
not understand it notes in ``doubts``, and checks that would then accuse the
innocent (a join without inbound tasks, because a clause has a typing error)
keep silent.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

import msgspec

from wf_es.definition.model import Place
from wf_es.definition.nodes import Node
from wf_es.definition.problems import Report
from wf_es.expressions import Template
from wf_es.limits import DEFAULT_LIMITS, Limits


class Moment(Enum):
    """When an expression is evaluated, which decides what it can see."""

    VARS = "when the execution starts: the input"
    ITEM = "for each item, before it runs: its variables, and what BEFORE sees"
    BEFORE = "while the task runs: what was published before it"
    AFTER = "when the task has published"
    END = "when the execution ends: what any task published"


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A template in its place: what the checks need to know of it."""

    template: Template
    node: Node
    key: str
    moment: Moment
    subject: str
    task: str | None = None


TOPICS = ("transitions", "variables")
"""What can be in doubt: which edges there are, and which names may be set."""


class Gathered(msgspec.Struct, kw_only=True):
    """What reading a workflow brings to light beside the model itself.

    ``doubts`` are the topics about which not everything was understood.
    """

    uses: list[Use] = []
    doubts: set[str] = set()


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader knows about the place it reads at."""

    report: Report
    gathered: Gathered
    subject: str
    key: str = ""
    moment: Moment = Moment.BEFORE
    task: str | None = None
    tasks: Collection[str] = ()
    limits: Limits = DEFAULT_LIMITS

    @property
    def here(self) -> str:
        """What a message calls the value that is being read."""
        return f"'{self.key}'" if self.key else "the task"

    def within(self, key: str, moment: Moment | None = None) -> Passage:
        """Return the passage one key further in."""
        inner = f"{self.key}.{key}" if self.key else key
        return msgspec.structs.replace(self, key=inner, moment=moment or self.moment)

    def problem(self, code: str, at: Node | Place, message: str) -> None:
        """Note a problem of this passage."""
        place = at.place if isinstance(at, Node) else at
        self.report.add(code, place, message, self.subject)

    def doubt(self, *topics: str) -> None:
        """Note that something about these topics could not be understood."""
        self.gathered.doubts.update(topics)

    def use(self, template: Template, node: Node) -> None:
        """Keep a template for the checks over the whole workflow."""
        if not template.is_constant:
            use = Use(
                template=template,
                node=node,
                key=self.key,
                moment=self.moment,
                subject=self.subject,
                task=self.task,
            )
            self.gathered.uses.append(use)
