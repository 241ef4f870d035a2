"""YAQL and Jinja, as in Mistral, within a budget.

A template is JSON data with expressions in it. It is read once, tells what
its expressions read, and is evaluated in a scope:

>>> template({"greeting": "hello <% $.name %>"}).evaluate(Scope([{"name": "you"}]))
{'greeting': 'hello you'}

The common shapes are compiled to plain Python. Everything else runs in yaql
or Jinja themselves, in a process that is killed when it takes too long.
"""

from __future__ import annotations

from wf_es.expressions.expression import Expression
from wf_es.expressions.reads import KeyRead, Read, Reads
from wf_es.expressions.sandbox import close_sandbox
from wf_es.expressions.scope import Scope
from wf_es.expressions.template import SyntaxProblem, Template, problems, template

__all__ = [
    "Expression",
    "KeyRead",
    "Read",
    "Reads",
    "Scope",
    "SyntaxProblem",
    "Template",
    "close_sandbox",
    "problems",
    "template",
]
