"""Ad-hoc actions for tests of the core: uploaded, pinned, and found again."""

from __future__ import annotations

from typing import Any

from wf_es.definition import read_actions
from wf_es.execution.decision import StoredAction
from wf_es.execution.events import Pin
from wf_es.execution.foreign import ACTION, PINNED_ACTIONS, Query


class Uploads:
    """Ad-hoc actions as a project has uploaded them; a later upload is a new version."""

    def __init__(self, text: str) -> None:
        """Read the actions of a text."""
        self.versions: dict[Pin, StoredAction] = {}
        self.current: dict[str, StoredAction] = {}
        if text:
            self.upload(text)

    def upload(self, text: str) -> None:
        """Add or replace actions."""
        reading = read_actions("version: '2.0'\n" + text)
        reading.raise_for_errors()
        for action in reading.actions:
            before = self.current.get(action.name)
            version = 1 if before is None else before.pin.version + 1
            stored = StoredAction(
                pin=Pin(stream=f"stream of {action.name}", version=version, hash=action.hash), action=action
            )
            self.current[action.name] = self.versions[stored.pin] = stored

    def answer(self, question: Query) -> Any:
        """Answer as an engine does."""
        asked = dict(question.arguments)
        if question.function == PINNED_ACTIONS:
            return tuple(self.versions[pin] for pin in asked["pins"])
        assert question.function == ACTION
        book, _, _ = asked["workflow_name"].rpartition(".")
        return self.current.get(f"{book}.{asked['name']}") or self.current.get(asked["name"])
