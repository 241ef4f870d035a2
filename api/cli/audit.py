"""``wf-es audit``: whether the log is what was written, and what is shown is what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from api.cli.anchoring import compare, made_anchor
from api.cli.audit_report import chosen_report, print_report, whole_report
from api.cli.examined_log import ExaminedLog, examining
from api.cli.files import file_bytes
from api.cli.groups import NounGroup, example
from api.cli.output import form_option, note
from wf_es.audit import is_signed_with, read_anchor, signed, write_anchor
from wf_es.audit.anchors import Anchor
from wf_es.errors import InvalidRequest, NotAllowed

_KEY_BYTES = 16


@click.command(
    epilog=example(
        "wf-es audit verify",
        "wf-es audit verify 3f2a -o json",
        "wf-es audit verify --db-url sqlite:////var/lib/wf_es/wf_es.db --anchor monday.json",
    )
)
@click.argument("identifiers", metavar="[ID]...", nargs=-1)
@click.option("--anchor", type=click.Path(path_type=Path), help="Also compare the log with this anchor.")
@click.option("--key-file", type=click.Path(path_type=Path), help="File with the key of a signed anchor.")
@form_option
@examining
def verify(
    log: ExaminedLog, identifiers: tuple[str, ...], anchor: Path | None, key_file: Path | None, form: str
) -> None:
    """Examine the whole log, or the executions ID with their sub-workflows.

    Every event must be intact, carry the digest of the one before it, be
    readable and replay; each execution must still find the definition that it
    runs, and each fork the event that it was forked after; and the views must
    show what replaying gives. The first difference of each execution is named.
    The exit code is 14 if there is any.
    """
    expected = _checked_anchor(anchor, key_file)
    report = chosen_report(log, identifiers) if identifiers else whole_report(log)
    if expected is not None:
        report["findings"] += compare(log, expected)
    print_report(report, form)


@click.command(
    epilog=example(
        "wf-es audit anchor > monday.json",
        "wf-es audit anchor --key-file anchor.key > monday.json",
    )
)
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="Sign the anchor with the key in this file."
)
@examining
def anchor(log: ExaminedLog, key_file: Path | None) -> None:
    """Print an anchor: one digest over all events of the log, to be kept elsewhere.

    'wf-es audit verify --anchor FILE' then finds whatever was changed, left
    out or put in before that point, even if the whole store was rewritten.
    With --key-file (any file of 16 bytes or more, which the store must not
    hold) nobody can make another anchor in its place.
    """
    made = made_anchor(log, datetime.now(UTC).isoformat(timespec="seconds"))
    click.echo(write_anchor(made if key_file is None else signed(made, _key(key_file))))
    note(f"anchor at position {made.position}; check it with: wf-es audit verify --anchor FILE")


@click.group(cls=NounGroup, commands=(verify, anchor))
def audit() -> None:
    """Examine the log: damage, changes, and what is shown in spite of it."""


def _checked_anchor(path: Path | None, key_file: Path | None) -> Anchor | None:
    """Read an anchor and check its signature before anything is compared with it.

    Raises:
        InvalidRequest: it is none, or key and signature do not go together.
        NotAllowed: the signature is not of this key.
    """
    if path is None:
        if key_file is not None:
            raise click.UsageError("--key-file belongs to --anchor")
        return None
    found = read_anchor(file_bytes(path))
    if key_file is None and not found.signature:
        return found
    if key_file is None:
        raise InvalidRequest(f"{path} is signed: name the file with its key by --key-file")
    if not found.signature:
        raise InvalidRequest(f"{path} is not signed, so a key says nothing about it: leave out --key-file")
    if not is_signed_with(found, _key(key_file)):
        raise NotAllowed(f"{path} was changed, or was signed with another key than that in {key_file}")
    return found


def _key(path: Path) -> bytes:
    key = file_bytes(path).strip()
    if len(key) < _KEY_BYTES:
        raise InvalidRequest(f"{path} is too short for a key: it must have {_KEY_BYTES} bytes or more")
    return key
