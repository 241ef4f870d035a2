"""The part of the embedding door by which executions leave a store and come into one."""

from __future__ import annotations

from wf_es.definitions_door import DefinitionsDoor
from wf_es.exports import gather, import_export, read_export, write_export
from wf_es.exports.gathering import Mask


class ExportsDoor(DefinitionsDoor):
    """What a program can do with executions as files."""

    def export(self, execution: str, *, mask: Mask | None = None) -> bytes:
        """Return an execution with its sub-workflows and definitions as one file.

        Args:
            execution: Its id.
            mask: Leaves secrets out of each event; see ``projections.exporting``.
                Without it all values are there.

        Raises:
            NotFound: there is no such execution.
        """
        made_at = self._origin().now.isoformat(timespec="seconds")
        return write_export(gather(self.engine, execution, made_at, mask))

    def import_execution(self, content: bytes) -> str:
        """Take the executions of an exported file in, frozen; return the id of the outermost one.

        Nothing of them runs before :meth:`activate`. Importing the same again changes nothing.

        Raises:
            InvalidRequest: the file is no export, or was changed.
            AlreadyExists: one of the ids is taken by something else.
        """
        _, codec = self.engine.log()
        document = read_export(content, codec)
        import_export(self.engine, document, self._origin())
        return document.header.execution

    def activate(self, execution: str) -> None:
        """Let an imported execution run, with all its sub-workflows.

        Raises:
            NotAllowed: it was exported without its secrets.
        """
        self.engine.imports.activate(execution, self._origin())
