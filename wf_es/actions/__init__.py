"""Actions: what a task can do, from ``std.http`` to your own Python functions.

An action is declared with :func:`action`, offered to engines through a
:class:`Catalogue`, and run once by :func:`perform`. Deciding *when* an action
runs, recording it and repeating it after a crash is the business of
``wf_es.runners``; nothing here knows an engine or a store.
"""

from __future__ import annotations

from wf_es.actions.addresses import LOOPBACK, AddressPolicy
from wf_es.actions.catalogue import ENTRY_POINT_GROUP, Catalogue
from wf_es.actions.context import ActionContext
from wf_es.actions.declaration import Action, action, action_from
from wf_es.actions.http_gateway import HttpSettings
from wf_es.actions.invocation import check_input, failure_text, perform
from wf_es.actions.result import LATER, Result

__all__ = [
    "ENTRY_POINT_GROUP",
    "LATER",
    "LOOPBACK",
    "Action",
    "ActionContext",
    "AddressPolicy",
    "Catalogue",
    "HttpSettings",
    "Result",
    "action",
    "action_from",
    "check_input",
    "failure_text",
    "perform",
]
