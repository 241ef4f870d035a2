"""``wf-es workflow graph``: a picture of a workflow, without a server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from api.cli.groups import example
from api.cli.output import note
from api.cli.workflow_file import chosen, read_file
from api.drawing import LIMITS, Diagram, diagram, dot, mermaid, svg

FORMATS: dict[str, Callable[[Diagram], str]] = {"mermaid": mermaid, "dot": dot, "svg": svg}
"""Each format and what writes it; the first is the default."""

ENDINGS = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg"}


@click.command(
    epilog=example(
        "wf-es workflow graph release.yaml",
        "wf-es workflow graph release.yaml --output release.svg",
        "wf-es workflow graph release.yaml --format dot | dot -Tpdf > release.pdf",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--workflow", metavar="NAME", help="Which workflow, if FILE holds several.")
@click.option(
    "-o",
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="How to draw it.  [default: what the ending of --output says, or else mermaid]",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write to this file, not to standard output.",
)
def graph(file: Path, workflow: str | None, form: str | None, output: Path | None) -> None:
    """Draw a workflow from FILE: its tasks and what follows what.

    No server is needed. mermaid is for wikis and code forges that draw it themselves, dot is for
    Graphviz, svg is a finished picture for a browser. The same file gives the same picture.

    Exit code 3 if there is an error in FILE; warnings are shown, and the picture is drawn.
    """
    kind = form or ENDINGS.get(output.suffix.lower() if output else "", "mermaid")
    picture = diagram(chosen(read_file(file), workflow).spec)
    text = FORMATS[kind](picture)
    if kind == "mermaid" and LIMITS.exceeded_by(picture, text):
        note(
            f"Mermaid draws at most {LIMITS.edges} lines and {LIMITS.characters} characters unless the page "
            "that shows the picture allows more; take --format svg for a workflow of this size"
        )
    _write(text, output)


def _write(text: str, output: Path | None) -> None:
    if output is None or str(output) == "-":
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror}") from error
