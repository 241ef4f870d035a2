"""``wf-es serve``: start the server. What it serves is decided elsewhere."""

from __future__ import annotations

from typing import Any

import click

from api.cli.exits import exit_for_error
from api.cli.groups import example


@click.command(
    epilog=example(
        "wf-es serve",
        "wf-es serve --port 8080 --db-url sqlite:////var/lib/wf_es/wf_es.db",
    )
)
@click.option("--host", help="Address to listen on. [env: WF_ES_HOST; default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 picks a free one. [env: WF_ES_PORT; default: 8989]",
)
@click.option(
    "--db-url",
    metavar="URL",
    help="Where the log is kept. [env: WF_ES_DB_URL; default: a SQLite file in the working directory]",
)
def serve(**options: Any) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    It prints where it listens once it is ready. Stopping it at any moment
    loses nothing: what was under way goes on at the next start.
    """
    # The server stack is imported here: every other command starts without it.
    from api.serve import serve as serve_until_stopped
    from wf_es.config import Settings

    given = {name: value for name, value in options.items() if value is not None}
    serve_until_stopped(Settings(**given), exit_for_error)
