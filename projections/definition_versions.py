"""Versions of definitions, and what differs between them, as plain data with secrets masked."""

from __future__ import annotations

import json

from projections.encoding import moment
from projections.masking import masked, secret_names
from wf_es.definition.differences import text_difference
from wf_es.definition.environments import variables_of
from wf_es.definition.versions import ENVIRONMENT
from wf_es.engine import DefinitionVersion, VersionDifference
from wf_es.envelope import JSON

_SECONDS = 19
"""As much of a moment's text as lists show."""

_OF_TEXTS = ("namespace", "tags", "checksum", "hash")
"""What environments do not have, or do not show."""


def version_view(version: DefinitionVersion, *, whole: bool = False) -> dict[str, JSON]:
    """Return one version of a definition as plain data.

    Args:
        version: The version.
        whole: Also what it says: ``definition``, or the ``variables`` of an environment.

    """
    content = version.content
    view: dict[str, JSON] = {
        "id": version.id,
        "name": version.name,
        "namespace": version.namespace,
        "version": version.version,
        "change": version.change,
        "created_at": moment(version.time)[:_SECONDS],
        "actor": version.actor,
        "withdrawn_at": None if version.withdrawn is None else moment(version.withdrawn)[:_SECONDS],
        "description": content.description,
        "tags": list(content.tags),
        "scope": content.scope,
        "checksum": content.checksum,
        "hash": content.hash,
    }
    if version.kind == ENVIRONMENT:
        # Whoever sees the checksum of a short secret can find the secret.
        view = {name: view[name] for name in view if name not in _OF_TEXTS}
        return view | ({"variables": _variables(version)} if whole else {})
    return view | ({"definition": content.text} if whole else {})


def version_difference_view(difference: VersionDifference) -> dict[str, JSON]:
    """Return what differs between two versions as plain data.

    ``changes`` names the parts that differ, ``diff`` is the text in the unified
    format. Of an environment, the text is that of its variables, masked: a secret
    that differs is named among the changes only.
    """
    before, after = difference.before, difference.after
    text = difference.text
    if after.kind == ENVIRONMENT:
        text = text_difference(_text(before), _text(after), difference.names)
    return {
        "from": version_view(before),
        "to": version_view(after),
        "same": difference.is_same,
        "changes": [
            {"kind": part.kind, "name": part.name, "change": part.change, "keys": list(part.keys)}
            for part in difference.parts
        ],
        "diff": text,
    }


def _variables(version: DefinitionVersion) -> dict[str, JSON]:
    variables = variables_of(version.content.text)
    shown: dict[str, JSON] = masked(variables, secret_names(variables))
    return shown


def _text(version: DefinitionVersion) -> str:
    return json.dumps(_variables(version), indent=2, ensure_ascii=False) + "\n"
