"""What of an event is left out of an export, so that it can be given to somebody."""

from __future__ import annotations

from projections.masking import MASK, is_secret, masked, masked_text, secret_names
from wf_es.envelope import JSON

_LISTS = "values"


def without_secrets(text: JSON, environment: JSON) -> JSON:
    """Return the text of an event, as plain data, with secrets masked.

    Args:
        text: The event as it is stored: its envelope, with the body as ``data``.
        environment: The execution's, which may declare names of secrets.

    """
    declared = secret_names(environment)
    data = {name: masked(value, declared) for name, value in text["data"].items()}
    if isinstance(text["data"].get(_LISTS), dict):
        # The lists of with-items must stay lists, of the same length.
        data[_LISTS] = {name: _list(name, items, declared) for name, items in text["data"][_LISTS].items()}
    reason = {"reason": masked_text(text["reason"], declared)} if text.get("reason") else {}
    return {**text, **reason, "data": data}


def _list(name: str, items: list[JSON], declared: frozenset[str]) -> JSON:
    return [MASK] * len(items) if is_secret(name, declared) else masked(items, declared)
