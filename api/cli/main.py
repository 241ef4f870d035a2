"""The ``wf-es`` command: the outermost group and its entry point."""

from __future__ import annotations

import click

from api.cli.groups import RootGroup, example

HOMES = {
    "demo": "api.cli.demo",
    "run": "api.cli.run",
    "serve": "api.cli.serving",
    "workflow": "api.cli.workflow",
    "workbook": "api.cli.workbook",
    "action": "api.cli.action",
    "environment": "api.cli.environment",
    "schema": "api.cli.schema",
    "execution": "api.cli.execution",
    "task": "api.cli.task",
    "action-execution": "api.cli.action_execution",
    "audit": "api.cli.audit",
    "projection": "api.cli.projection",
    "replay": "api.cli.replay",
}
"""Every command and the module that holds it, in the order of the help."""


@click.group(
    cls=RootGroup,
    homes=HOMES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example(
        "wf-es demo                                 see it work, in a minute",
        "wf-es run release.yaml --input stage=test  run a workflow here and now",
        "wf-es serve                                start a server",
    ),
)
@click.option("--debug", is_flag=True, help="On an error also show where in the program it happened.")
@click.version_option(package_name="wf-es", prog_name="wf-es", message="%(prog)s %(version)s")
def cli(debug: bool) -> None:
    """Run workflows, see everything that happened, and go on after failures.

    Commands print data on standard output and everything else on standard
    error. Most of them talk to the server named by --url or WF_ES_URL.
    """


def main() -> None:
    """Run the command line; never returns."""
    cli.main(prog_name="wf-es")


if __name__ == "__main__":
    main()
