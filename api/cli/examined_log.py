"""The log that is examined: a server's, or a file that is opened here.

Both give the same pages as plain data, so the commands do not know which it
is. A server examines its own log; whoever does not want to believe it names
the file with ``--db-url``, which may be done while the server runs.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import click

from api.cli.client import DEFAULT_URL, Client, Row
from api.cli.gauge import Gauge
from api.cli.remote import find_execution
from wf_es.errors import InvalidRequest, NotFound, StoreUnavailable

_POLL_SECONDS = 0.05
_FULL = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class ExaminedLog(Protocol):
    """What the commands ask of a log."""

    def page(self, after: int, upto: int | None) -> Row:
        """Examine the streams that begin on a page."""

    def rolled(self, after: int, digest: str, upto: int | None) -> Row:
        """Roll the digest of the log on over a page."""

    def one(self, stream: str) -> Row:
        """Examine one execution."""

    def find(self, name: str) -> str:
        """Return the id of the execution that a person named."""

    def projections(self) -> list[Row]:
        """Return how far each projection is."""

    def rebuild(self, told: Gauge) -> int:
        """Build the projections again and return the position they have reached."""


class ServersLog:
    """The log of a server, examined by it."""

    def __init__(self, client: Client) -> None:
        """Take the server."""
        self._client = client

    def page(self, after: int, upto: int | None) -> Row:
        """Examine the streams that begin on a page."""
        page: Row = self._client.get("audit", after=after, upto=upto)
        return page

    def rolled(self, after: int, digest: str, upto: int | None) -> Row:
        """Roll the digest of the log on over a page."""
        page: Row = self._client.get("audit/digest", after=after, digest=digest, upto=upto)
        return page

    def one(self, stream: str) -> Row:
        """Examine one execution."""
        seen: Row = self._client.get(f"executions/{stream}/audit")
        return seen

    def find(self, name: str) -> str:
        """Return the id of the execution that a person named."""
        return find_execution(self._client, name)

    def projections(self) -> list[Row]:
        """Return how far each projection is."""
        listed: list[Row] = self._client.get("projections")["projections"]
        return listed

    def rebuild(self, told: Gauge) -> int:
        """Have the server build the projections again, and wait for it."""
        goal = int(self._client.post("projections/rebuild", {})["projections"][0]["head"])
        while True:
            (one, *_) = self.projections()
            told(min(one["position"], goal), goal)
            if one["standing"] == "stopped":
                raise StoreUnavailable(
                    "the views cannot follow the log at the moment; the server's log says why"
                )
            if one["position"] >= goal and one["standing"] == "following":
                return int(one["position"])
            time.sleep(_POLL_SECONDS)


class OpenedLog:
    """A log that is opened here, with the views that stand beside it, if any."""

    def __init__(self, db_url: str) -> None:
        """Open them; a log that is not there is an error, and is not made.

        Raises:
            InvalidRequest: the URL names no SQLite file.
            NotFound: there is no such file.
        """
        from projections import Views
        from projections.audit import Audit
        from wf_es.config import Settings
        from wf_es.store import open_store, sqlite_path, standard_codec

        path = Path(sqlite_path(db_url))
        if not path.exists():
            raise NotFound(
                f"there is no log at {path}; --db-url names a SQLite file, like sqlite:///wf_es.sqlite"
            )
        settings = Settings(db_url=db_url)
        self._store, codec = open_store(db_url), standard_codec()
        self._views_url = settings.views_url
        views_file = Path(settings.views_url.removeprefix("sqlite:///"))
        self.views = Views(settings.views_url if views_file.exists() else "sqlite://", self._store, codec)
        self._audit = Audit(self._store, codec, self.views)

    def close(self) -> None:
        """Let go of the files."""
        self.views.close()
        self._store.close()

    def page(self, after: int, upto: int | None) -> Row:
        """Examine the streams that begin on a page."""
        from projections.audit import plain

        if not after:
            self.views.catch_up()
        return plain(self._audit.page(after, upto))

    def rolled(self, after: int, digest: str, upto: int | None) -> Row:
        """Roll the digest of the log on over a page."""
        from projections.audit import plain

        return plain(self._audit.rolled(after, digest, upto))

    def one(self, stream: str) -> Row:
        """Examine one execution."""
        from projections.audit import plain
        from wf_es.execution.state import ExecutionState

        self.views.catch_up()
        seen, findings = self._audit.one(stream)
        children = list(seen.state.children) if isinstance(seen.state, ExecutionState) else []
        found = [plain(finding) for finding in findings]
        return {"stream": stream, "events": seen.events, "children": children, "findings": found}

    def find(self, name: str) -> str:
        """Return the id, which must be a whole one: damaged executions are in no list."""
        if not _FULL.fullmatch(name):
            raise InvalidRequest(f"with --db-url an execution is named by its whole id, not by '{name}'")
        return name

    def projections(self) -> list[Row]:
        """Return how far each projection is."""
        from projections.audit import plain

        listed = [plain(one) for one in self.views.progress()]
        return [{**one, "lag": max(one["head"] - one["position"], 0)} for one in listed]

    def rebuild(self, told: Gauge) -> int:
        """Build the projections again in this process, also if their file is gone."""
        from projections import Views
        from wf_es.store import standard_codec

        self.views.close()
        self.views = Views(self._views_url, self._store, standard_codec())
        return self.views.rebuild(told)


def examining(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--url`` and ``--db-url`` and, as its first argument, the log they name."""

    @click.option(
        "--url",
        envvar="WF_ES_URL",
        default=DEFAULT_URL,
        show_default=True,
        show_envvar=True,
        help="Address of the server that examines its log.",
    )
    @click.option("--db-url", metavar="URL", help="Open this log here instead, without any server.")
    @functools.wraps(command)
    def opened(*arguments: Any, url: str, db_url: str | None, **options: Any) -> Any:
        with _log(url, db_url) as log:
            return command(log, *arguments, **options)

    return opened


@contextmanager
def _log(url: str, db_url: str | None) -> Iterator[ExaminedLog]:
    if db_url is None:
        with Client(url) as client:
            yield ServersLog(client)
        return
    log = OpenedLog(db_url)
    try:
        yield log
    finally:
        log.close()
