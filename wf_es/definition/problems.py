"""What is wrong with a text: one line per problem, each with its place.

    w.yaml:8:7: error[E104] task 'a': unknown key 'on-sucess'; did you mean 'on-success'?

The code is stable and says what kind of mistake it is (``CODES``); the words
may be improved at any time. Codes that begin with E are errors, those that
begin with W are warnings: the workflow can be run, but probably not as meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

import msgspec

from wf_es.definition.model import Place
from wf_es.envelope import JSON

CODES = {
    "E100": "the text is not YAML",
    "E101": "the text exceeds a limit",
    "E102": "a YAML feature that workflows may not use",
    "E103": "the same key or item twice",
    "E104": "unknown key",
    "E105": "wrong type or value",
    "E106": "empty where something is needed",
    "E107": "a required key is missing",
    "E109": "unusable name",
    "E110": "unsupported language version",
    "E111": "inline parameters that cannot be read",
    "E112": "keys that exclude each other",
    "E113": "reserved variable name",
    "E114": "a key that is not text",
    "E115": "a value that cannot be stored",
    "E116": "a transition that cannot be read",
    "E117": "with-items that cannot be read",
    "E201": "a transition to a task that does not exist",
    "E301": "expression that cannot be parsed",
    "E302": "expression that calls an unknown function",
    "E303": "text where one whole expression is needed",
    "E304": "YAQL and Jinja in one string",
    "E401": "no start task",
    "E402": "a join that can never be satisfied",
    "E403": "join value that means nothing",
    "E404": "a circle of things that need each other",
    "W501": "a variable that no path can have set",
    "W502": "unknown action",
    "W503": "an action's required input is missing",
    "W504": "an input that the action does not know",
    "W505": "a task that is never reached",
    "W506": "task() of a name that is no task",
    "W507": "a key without effect",
    "W508": "a join that can never be satisfied",
    "W509": "a transition that is never taken",
    "W510": "a name that hides another",
    "W511": "workflows that call each other without end",
}
"""Every code and the kind of mistake it stands for."""

_SUGGESTIONS_PER_TEXT = 100
_CANDIDATES_PER_SUGGESTION = 300
_SHOWN_LENGTH = 60
_SHOWN_STEPS = 10
_MOST_PROBLEMS = 1_000


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One problem; ``str()`` gives the line that is shown.

    ``subject`` is what it is about (``"task 'a'"``), or empty.
    """

    file: str
    line: int
    column: int
    code: str
    subject: str = ""
    message: str

    @property
    def severity(self) -> str:
        """Either ``"error"`` or ``"warning"``."""
        return "warning" if self.code.startswith("W") else "error"

    def __str__(self) -> str:
        """Return the line ``file:line:column: severity[code] subject: message``."""
        subject = f"{self.subject}: " if self.subject else ""
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.severity}[{self.code}] {subject}{self.message}"


class Report:
    """Collects the problems of one text while it is being read."""

    def __init__(self, file: str) -> None:
        """Begin without problems."""
        self.file = file
        self._problems: dict[Problem, None] = {}
        self.has_errors = False
        self._suggestions_left = _SUGGESTIONS_PER_TEXT

    def add(self, code: str, place: Place, message: str, subject: str = "") -> None:
        """Note a problem; the same one twice counts once."""
        if self.is_full:
            return
        if len(self._problems) == _MOST_PROBLEMS:
            code, subject = "E101", ""
            message = f"more than {_MOST_PROBLEMS} problems; correct these to see the rest"
        line = " ".join(message.split())
        problem = Problem(
            file=self.file, line=place.line, column=place.column, code=code, subject=subject, message=line
        )
        self._problems[problem] = None
        self.has_errors = self.has_errors or problem.severity == "error"

    def suggestion(self, word: str, candidates: Iterable[str]) -> str:
        """Return ``"; did you mean 'x'?"`` for a close candidate, or nothing.

        Comparing is slow, so only the likeliest of many candidates are
        compared, and a text full of mistakes gets a hundred suggestions.
        """
        if self._suggestions_left <= 0:
            return ""
        self._suggestions_left -= 1
        similar = [name for name in candidates if abs(len(name) - len(word)) <= 3]
        close = difflib.get_close_matches(word, similar[:_CANDIDATES_PER_SUGGESTION], n=1, cutoff=0.7)
        return f"; did you mean '{close[0]}'?" if close else ""

    @property
    def is_full(self) -> bool:
        """Whether there are so many problems that no more are taken."""
        return len(self._problems) > _MOST_PROBLEMS

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, in the order of their places."""
        return tuple(sorted(self._problems, key=lambda p: (p.line, p.column, p.code, p.message)))


def shown(value: JSON) -> str:
    """Return a value as a message shows it: as Python writes it, and short."""
    text = repr(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 3]}..."


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence: ``'a', 'b' or 'c'``."""
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def circle(names: Sequence[str]) -> str:
    """Return a way that ends where it began for a sentence: ``a -> b -> a``, cut if it is long."""
    cut = [*names[:_SHOWN_STEPS], "..."] if len(names) > _SHOWN_STEPS else names
    return " -> ".join(cut)
