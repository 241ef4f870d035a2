"""Definitions: uploaded, kept in every version, and handed to executions.

Each workflow, workbook, ad-hoc action and environment is a stream (see
:mod:`wf_es.definition.versions`). One text may hold several; either all of
them are taken or none is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal

from wf_es.definition import AdHocAction, Workflow, action_from, versions, workflow_from
from wf_es.definition.adhoc import specification
from wf_es.definition.model import ActionSpec
from wf_es.definition.stored import Findings
from wf_es.definition.versions import (
    ACTION,
    WORKBOOK,
    WORKFLOW,
    Content,
    DefinitionState,
    Subject,
)
from wf_es.engine import workbooks
from wf_es.engine.definition_history import DefinitionHistory
from wf_es.engine.definition_streams import (
    Decide,
    DefinitionReceipt,
    DefinitionStreams,
    DefinitionVersion,
    subject_of,
)
from wf_es.engine.environments import Environments
from wf_es.engine.quarantine import Quarantine
from wf_es.engine.resolution import Resolution
from wf_es.engine.uploads import Reader, Shelf, Upload
from wf_es.engine.writer import Writer
from wf_es.envelope import JSON, Origin, Recorded
from wf_es.errors import CorruptHistory, InvalidRequest, NotAllowed, NotFound
from wf_es.execution.decision import Definition, StoredAction
from wf_es.execution.direct import Installation
from wf_es.execution.events import Pin
from wf_es.limits import DEFAULT_LIMITS, Limits
from wf_es.ports import Codec, EventStore

_PARSED = 500
"""Pinned definitions kept in parsed form, of each kind."""

_Rule = Callable[[DefinitionState, Subject, Content, Origin], tuple[Recorded, ...]]


class Definitions:
    """The definitions in a store."""

    def __init__(
        self,
        store: EventStore,
        codec: Codec,
        writer: Writer,
        actions: Mapping[str, ActionSpec],
        limits: Limits = DEFAULT_LIMITS,
        quarantine: Quarantine | None = None,
    ) -> None:
        """Take where definitions are kept, the installed actions, all limits, and where damage is noted."""
        self._streams = DefinitionStreams(store, codec, writer, quarantine)
        self._actions = actions
        self._reader = Reader(actions=actions, stored=self._specification, limits=limits)
        self.installation = Installation(actions=actions, limits=limits)
        self._resolution = Resolution(self._streams, actions)
        self._pinned = lru_cache(maxsize=_PARSED)(self._read_pinned)
        self._pinned_action = lru_cache(maxsize=_PARSED)(self._read_pinned_action)
        self.environments = Environments(self._streams)
        self.history = DefinitionHistory(self._streams)

    # --- uploads ---

    def check(self, text: str, *, project: str, kind: str = WORKFLOW, namespace: str = "") -> Findings:
        """Say what is wrong with a text that a project may upload; nothing is stored."""
        return self._reader.check(kind, text, Shelf(project=project, namespace=namespace))

    def create(
        self,
        text: str,
        *,
        origin: Origin,
        kind: str = WORKFLOW,
        namespace: str = "",
        scope: str = "private",
    ) -> DefinitionReceipt:
        """Add what a text defines, or nothing of it.

        ``kind`` says what the text holds: workflows, actions or a workbook.
        What a workbook brings along may be there already. The receipt has the
        workbook first.

        Raises:
            InvalidDefinition: the text has errors; ``problems`` lists all of them.
            AlreadyExists: there is already one of such a name.
        """
        upload = self._read(kind, text, origin, namespace, scope)
        return self._streams.change(_decisions(versions.create, upload, origin))

    def update(
        self,
        text: str,
        *,
        origin: Origin,
        kind: str = WORKFLOW,
        namespace: str = "",
        scope: str = "private",
        identifier: str | None = None,
    ) -> DefinitionReceipt:
        """Replace what a text defines, or nothing of it; running executions are not touched.

        With ``identifier`` (a name or an id) the text must hold just that one.

        Raises:
            InvalidDefinition: the text has errors; ``problems`` lists all of them.
            NotFound: there is none of such a name.
            InvalidRequest: the text holds something else than ``identifier`` names.
        """
        upload = self._read(kind, text, origin, namespace, scope)
        if identifier is not None:
            found = self.get(identifier, kind=kind, project=origin.project, namespace=namespace)
            names = [subject.name for subject in upload.named]
            if names != [found.name]:
                raise InvalidRequest(
                    f"The text must define the {kind} {found.name!r} and nothing else,"
                    f" but it defines {', '.join(names)}"
                )
        return self._streams.change(_decisions(versions.update, upload, origin))

    def delete(
        self,
        identifier: str,
        *,
        origin: Origin,
        kind: str = WORKFLOW,
        namespace: str = "",
        cascade: bool = False,
    ) -> DefinitionReceipt:
        """Withdraw a definition; executions that run it are not touched.

        What a workbook brought along stays, unless ``cascade`` is given.

        Raises:
            NotFound: the project has none of this name or id.
        """
        if cascade and kind == WORKBOOK:
            return workbooks.delete_with_items(self._streams, identifier, namespace, origin)
        found = self._streams.find_own(identifier, kind=kind, project=origin.project, namespace=namespace)
        subject = subject_of(found)
        return self._streams.change({subject: lambda state: versions.delete(state, subject, origin)})

    def _read(self, kind: str, text: str, origin: Origin, namespace: str, scope: str) -> Upload:
        shelf = Shelf(project=origin.project, namespace=namespace, scope=scope)
        return self._reader.read(kind, text, shelf)

    def _specification(self, name: str, shelf: Shelf) -> ActionSpec | None:
        """Return what is known of the action that a name means to what stands on a shelf."""
        try:
            found = self.resolve_action(name, project=shelf.project, namespace=shelf.namespace)
        except (NotFound, CorruptHistory):
            return None
        return found if isinstance(found, ActionSpec) else specification(found.action.spec)

    # --- looking up ---

    def get(
        self, identifier: str, *, project: str, namespace: str = "", kind: str = WORKFLOW
    ) -> DefinitionState:
        """Return a definition by id, or by name within a namespace.

        Raises:
            NotFound: the project has none of this id or name.
        """
        return self._streams.find(identifier, kind=kind, project=project, namespace=namespace)

    def versions(
        self, identifier: str, *, project: str, namespace: str = "", kind: str = WORKFLOW
    ) -> list[DefinitionVersion]:
        """Return all versions of a definition, oldest first, also of one that was deleted.

        Raises:
            NotFound: the project has never had one of this id or name.
        """
        return self.history.versions(identifier, kind=kind, project=project, namespace=namespace)

    def environment(self, name: str, project: str) -> dict[str, JSON]:
        """Return the variables of a stored environment.

        Raises:
            NotFound: the project has no environment of this name.
        """
        return self.environments.variables(name, project=project)

    # --- what executions run ---

    def current(self, identifier: str, *, project: str, namespace: str = "") -> Definition:
        """Return what an execution that starts now would pin, by id or name.

        Raises:
            NotFound: the project has no workflow of this id or name.
        """
        return self._pinned(_pin(self.get(identifier, project=project, namespace=namespace)))

    def resolve_workflow(
        self, name: str, *, project: str, namespace: str = "", parent_name: str = ""
    ) -> Definition:
        """Return what a sub-workflow that starts now would pin.

        Args:
            name: what the task says.
            project: whose execution it is.
            namespace: the parent execution's; the default one comes after it.
            parent_name: the parent's workflow. One that came from the workbook
                ``wb`` means ``wb.<name>`` first.

        Raises:
            NotFound: the project has no such workflow.
        """
        found = self._resolution.workflow(name, project=project, namespace=namespace, parent_name=parent_name)
        return self._pinned(_pin(found))

    def resolve_action(
        self, name: str, *, project: str, namespace: str = "", workflow_name: str = ""
    ) -> ActionSpec | StoredAction:
        """Return the action that a task of a workflow means: an installed one, or an ad-hoc one with its pin.

        Arguments as for :meth:`resolve_workflow`; installed actions come before
        ad-hoc ones of the same name.

        Raises:
            NotFound: there is no such action.
        """
        found = self._resolution.action(
            name, project=project, namespace=namespace, workflow_name=workflow_name
        )
        return found if isinstance(found, ActionSpec) else self._pinned_action(_pin(found))

    def version(self, pin: Pin) -> DefinitionState:
        """Return what was uploaded as the version that something has pinned.

        Raises:
            CorruptHistory: the store no longer has this version, or with another text.
        """
        return self._streams.pinned(pin)

    def keep(self, pin: Pin, subject: Subject, content: Content, origin: Origin) -> None:
        """Keep what another store's executions have pinned, unless this version is here already."""
        try:
            self._streams.pinned(pin)
        except CorruptHistory:
            place = versions.kept_subject(pin.stream, pin.version, pin.hash)
            self._streams.change({place: lambda state: versions.keep(state, subject, content, origin)})

    def pinned(self, pin: Pin) -> Definition:
        """Return what an execution has pinned, whatever was uploaded since.

        Raises:
            CorruptHistory: the store no longer has this version, or with another text.
        """
        return self._pinned(pin)

    def version_of(self, pin: Pin, wanted: Literal["latest"] | int) -> Definition:
        """Return another version of the workflow that an execution has pinned.

        Raises:
            NotFound: there is no such version, or the workflow was deleted since.
            NotAllowed: it is of another type, so no execution of this one can go on with it.
        """
        found = self._streams.version_of(pin.stream, None if wanted == "latest" else wanted)
        definition = self._pinned(_pin(found))
        was, would_be = self._pinned(pin).workflow.spec.type, definition.workflow.spec.type
        if was != would_be:
            raise NotAllowed(
                f"Version {found.version} of workflow '{found.name}' is of type '{would_be}', and the "
                f"execution runs one of type '{was}'; start a new execution of it",
                id=pin.stream,
            )
        return definition

    def pinned_action(self, pin: Pin) -> StoredAction:
        """Return the ad-hoc action that a task has pinned, whatever was uploaded since.

        Raises:
            CorruptHistory: the store no longer has this version, or with another text.
        """
        return self._pinned_action(pin)

    def close(self) -> None:
        """Give up what would have been decided again; call it after the writer's."""
        self._streams.close()

    def _read_pinned(self, pin: Pin) -> Definition:
        workflow = parsed(self._streams.pinned(pin))
        return Definition(pin=pin, workflow=workflow, actions=self._actions, limits=self._reader.limits)

    def _read_pinned_action(self, pin: Pin) -> StoredAction:
        return StoredAction(pin=pin, action=parsed_action(self._streams.pinned(pin)))


def parsed(state: DefinitionState) -> Workflow:
    """Return the workflow that a definition holds, in parsed form.

    Raises:
        NotFound: the definition has no text.
    """
    return workflow_from(_content(state, WORKFLOW).text, state.name)


def parsed_action(state: DefinitionState) -> AdHocAction:
    """Return the ad-hoc action that a definition holds, in parsed form.

    Raises:
        NotFound: the definition has no text.
    """
    return action_from(_content(state, ACTION).text, state.name)


def _content(state: DefinitionState, kind: str) -> Content:
    if state.content is None:
        raise versions.not_found(kind, state.name, state.namespace)
    return state.content


def _pin(state: DefinitionState) -> Pin:
    return Pin(stream=state.id, version=state.version, hash=_content(state, state.kind).hash)


def _decisions(rule: _Rule, upload: Upload, origin: Origin) -> dict[Subject, Decide]:
    """Decide by the rule on what the text is about; what comes along is put."""

    def by(rule: _Rule, subject: Subject, content: Content) -> Decide:
        return lambda state: rule(state, subject, content, origin)

    named = {subject: by(rule, subject, content) for subject, content in upload.named.items()}
    items = {subject: by(versions.put, subject, content) for subject, content in upload.items.items()}
    return named | items
