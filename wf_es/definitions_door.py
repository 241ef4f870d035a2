"""The part of the embedding door that keeps definitions: workflows, actions, workbooks, environments.

Each text is taken as a whole or not at all, and every version is kept. An
execution that has begun keeps the versions it began with, whatever is changed
or deleted afterwards.
"""

from __future__ import annotations

from wf_es.definition.versions import ACTION, WORKBOOK, WORKFLOW, DefinitionState
from wf_es.engine import DefinitionVersion, Engine, VersionDifference
from wf_es.engine.definition_history import DefinitionHistory
from wf_es.envelope import JSON, Origin


class DefinitionsDoor:
    """What a program can do with the definitions in a store.

    Methods that take a ``text`` (YAML) raise InvalidDefinition if it has
    errors; its ``problems`` has each with its place. Those that create raise
    AlreadyExists if a name is taken, the others NotFound if it is unknown.
    """

    def __init__(self, engine: Engine, actor: str, project: str) -> None:
        """Take a running engine; ``actor`` and ``project`` go into every event."""
        self.engine = engine
        self._actor = actor
        self._project = project

    # --- workflows ---

    def create_workflows(self, text: str, *, namespace: str = "") -> tuple[DefinitionState, ...]:
        """Add every workflow of a text, or none."""
        return self._create(WORKFLOW, text, namespace)

    def update_workflows(self, text: str, *, namespace: str = "") -> tuple[DefinitionState, ...]:
        """Replace every workflow of a text, or none."""
        return self._update(WORKFLOW, text, namespace)

    def delete_workflow(self, identifier: str, *, namespace: str = "") -> None:
        """Withdraw a workflow by name or id."""
        self._delete(WORKFLOW, identifier, namespace)

    def workflow(self, identifier: str, *, namespace: str = "") -> DefinitionState:
        """Return a workflow by name or id."""
        return self._get(WORKFLOW, identifier, namespace)

    # --- ad-hoc actions ---

    def create_actions(self, text: str, *, namespace: str = "") -> tuple[DefinitionState, ...]:
        """Add every ad-hoc action of a text, or none."""
        return self._create(ACTION, text, namespace)

    def update_actions(self, text: str, *, namespace: str = "") -> tuple[DefinitionState, ...]:
        """Replace every ad-hoc action of a text, or none."""
        return self._update(ACTION, text, namespace)

    def delete_action(self, identifier: str, *, namespace: str = "") -> None:
        """Withdraw an ad-hoc action by name or id."""
        self._delete(ACTION, identifier, namespace)

    def action(self, identifier: str, *, namespace: str = "") -> DefinitionState:
        """Return an ad-hoc action by name or id."""
        return self._get(ACTION, identifier, namespace)

    # --- workbooks ---

    def create_workbook(self, text: str, *, namespace: str = "") -> tuple[DefinitionState, ...]:
        """Add a workbook; what it brings along is created or replaced, and comes after it in the answer."""
        return self._create(WORKBOOK, text, namespace)

    def update_workbook(self, text: str, *, namespace: str = "") -> tuple[DefinitionState, ...]:
        """Replace a workbook; what its text leaves out stays."""
        return self._update(WORKBOOK, text, namespace)

    def delete_workbook(self, identifier: str, *, namespace: str = "", cascade: bool = False) -> None:
        """Withdraw a workbook by name or id; with ``cascade`` also what it has brought along."""
        self._delete(WORKBOOK, identifier, namespace, cascade)

    def workbook(self, identifier: str, *, namespace: str = "") -> DefinitionState:
        """Return a workbook by name or id."""
        return self._get(WORKBOOK, identifier, namespace)

    # --- environments ---

    def create_environment(
        self, name: str, variables: dict[str, JSON], *, description: str = ""
    ) -> DefinitionState:
        """Add an environment, to be named in ``params={"env": name}`` of a start."""
        receipt = self.engine.definitions.environments.create(
            name, variables, origin=self._origin(), description=description
        )
        return receipt.definitions[0]

    def update_environment(
        self, name: str, variables: dict[str, JSON] | None = None, *, description: str | None = None
    ) -> DefinitionState:
        """Replace the variables or the description of an environment; what is not given stays."""
        receipt = self.engine.definitions.environments.update(
            name, variables, origin=self._origin(), description=description
        )
        return receipt.definitions[0]

    def delete_environment(self, name: str) -> None:
        """Withdraw an environment by name or id."""
        self.engine.definitions.environments.delete(name, origin=self._origin())

    def environment(self, name: str) -> dict[str, JSON]:
        """Return the variables of an environment by name or id."""
        return self.engine.definitions.environment(name, self._project)

    # --- versions, of all kinds ---

    def versions(
        self, identifier: str, *, kind: str = WORKFLOW, namespace: str = ""
    ) -> list[DefinitionVersion]:
        """Return all versions of a definition by name or id, oldest first, also of one that was deleted.

        ``kind`` is ``workflow``, ``action``, ``workbook`` or ``environment``.
        """
        return self._history.versions(identifier, kind=kind, project=self._project, namespace=namespace)

    def version(
        self, identifier: str, number: int, *, kind: str = WORKFLOW, namespace: str = ""
    ) -> DefinitionVersion:
        """Return one version of a definition by name or id."""
        return self._history.version(
            identifier, number, kind=kind, project=self._project, namespace=namespace
        )

    def version_difference(
        self,
        identifier: str,
        before: int | None = None,
        after: int | None = None,
        *,
        kind: str = WORKFLOW,
        namespace: str = "",
    ) -> VersionDifference:
        """Say what differs between two versions of a definition, by its parts and line by line.

        By default the last one is compared with the one before it.
        """
        return self._history.difference(
            identifier, before, after, kind=kind, project=self._project, namespace=namespace
        )

    @property
    def _history(self) -> DefinitionHistory:
        return self.engine.definitions.history

    # --- what all of them share ---

    def _create(self, kind: str, text: str, namespace: str) -> tuple[DefinitionState, ...]:
        definitions = self.engine.definitions
        return definitions.create(text, kind=kind, origin=self._origin(), namespace=namespace).definitions

    def _update(self, kind: str, text: str, namespace: str) -> tuple[DefinitionState, ...]:
        definitions = self.engine.definitions
        return definitions.update(text, kind=kind, origin=self._origin(), namespace=namespace).definitions

    def _delete(self, kind: str, identifier: str, namespace: str, cascade: bool = False) -> None:
        self.engine.definitions.delete(
            identifier, kind=kind, origin=self._origin(), namespace=namespace, cascade=cascade
        )

    def _get(self, kind: str, identifier: str, namespace: str) -> DefinitionState:
        return self.engine.definitions.get(identifier, kind=kind, project=self._project, namespace=namespace)

    def _origin(self, reason: str | None = None) -> Origin:
        return self.engine.origin(self._actor, self._project, reason=reason)
