"""Environments: variables stored under a name, for executions to start with.

They have no namespace. An execution that starts with one keeps the variables as
they are then; changing the environment later changes nothing that runs.
"""

from __future__ import annotations

from wf_es.definition import environments, versions
from wf_es.definition.versions import ENVIRONMENT, DefinitionState, Subject
from wf_es.engine.definition_streams import DefinitionReceipt, DefinitionStreams, subject_of
from wf_es.envelope import JSON, Origin, Recorded


class Environments:
    """The environments in a store."""

    def __init__(self, streams: DefinitionStreams) -> None:
        """Take where definitions are kept."""
        self._streams = streams

    def create(
        self,
        name: str | None,
        variables: dict[str, JSON] | None,
        *,
        origin: Origin,
        description: str = "",
        scope: str = "private",
    ) -> DefinitionReceipt:
        """Add an environment.

        Raises:
            InvalidRequest: the name, the variables or the scope cannot be used, or is not given.
            AlreadyExists: there is already an environment of this name.
        """
        subject = Subject(project=origin.project, kind=ENVIRONMENT, name=environments.check_name(name))
        content = environments.content(variables, description=description, scope=scope)
        return self._streams.change({subject: lambda state: versions.create(state, subject, content, origin)})

    def update(
        self,
        name: str | None,
        variables: dict[str, JSON] | None = None,
        *,
        origin: Origin,
        description: str | None = None,
        scope: str | None = None,
    ) -> DefinitionReceipt:
        """Change an environment; what is not given stays, and variables are replaced as a whole.

        Raises:
            InvalidRequest: the name, the variables or the scope cannot be used.
            NotFound: the project has no environment of this name.
        """
        subject = Subject(project=origin.project, kind=ENVIRONMENT, name=environments.check_name(name))

        def decide(state: DefinitionState) -> tuple[Recorded, ...]:
            if not state.exists:
                raise versions.not_found(ENVIRONMENT, subject.name)
            content = environments.content(
                variables, description=description, scope=scope, before=state.content
            )
            return versions.update(state, subject, content, origin)

        return self._streams.change({subject: decide})

    def delete(self, name: str, *, origin: Origin) -> DefinitionReceipt:
        """Withdraw an environment, given by name or id; executions that began with it keep it.

        Raises:
            NotFound: the project has no environment of this name or id.
        """
        subject = subject_of(self._streams.find_own(name, kind=ENVIRONMENT, project=origin.project))
        return self._streams.change({subject: lambda state: versions.delete(state, subject, origin)})

    def variables(self, name: str, *, project: str) -> dict[str, JSON]:
        """Return the variables of an environment, given by name or id.

        Raises:
            NotFound: the project has no environment of this name or id.
        """
        found = self._streams.find(name, kind=ENVIRONMENT, project=project)
        if found.content is None:
            raise versions.not_found(ENVIRONMENT, name)
        return environments.variables_of(found.content.text)
