"""The functions for JSON and YAML texts that Mistral adds to both languages.

They run only in the process that may be killed: a small YAML text can stand
for a very large value.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import yaml

from wf_es.envelope import JSON


def json_dump(data: JSON) -> str:
    """Return the data as JSON text, indented by four."""
    return json.dumps(data, indent=4)


def json_parse(data: str) -> JSON:
    """Return the data of a JSON text."""
    return json.loads(data)


def yaml_dump(data: JSON) -> str:
    """Return the data as YAML text in block style, keys sorted."""
    return yaml.safe_dump(data, default_flow_style=False)


def yaml_parse(data: str) -> JSON:
    """Return the data of a YAML text."""
    return yaml.safe_load(data)


DOCUMENT_FUNCTIONS: Final[dict[str, Callable[[JSON], JSON]]] = {
    "json_dump": json_dump,
    "json_parse": json_parse,
    "yaml_dump": yaml_dump,
    "yaml_parse": yaml_parse,
}
"""The functions by name."""
