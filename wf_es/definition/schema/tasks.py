"""The keys of tasks in the schema, with what an editor shows for each."""

from __future__ import annotations

from wf_es.envelope import JSON

_IGNORED = {"description": "Written into stored texts by Mistral; ignored.", "deprecated": True}

COMMON: dict[str, JSON] = {
    "name": {**_IGNORED, "examples": ["greet"]},
    "version": {**_IGNORED, "examples": ["2.0"]},
    "type": {**_IGNORED, "examples": ["direct"]},
    "description": {
        "description": "What the task is for; for the reader.",
        "$ref": "#/$defs/text",
        "examples": ["asks for the price"],
    },
    "tags": {
        "description": "Words to find the task by.",
        "$ref": "#/$defs/tags",
        "examples": [["billing"]],
    },
    "action": {
        "description": "The action to run (default std.noop), perhaps with inline parameters.",
        "$ref": "#/$defs/text",
        "examples": ['std.http url=<% $.url %> method="GET"'],
    },
    "workflow": {
        "description": "The workflow to run instead of an action, perhaps with inline parameters.",
        "$ref": "#/$defs/text",
        "examples": ["ship_order order=<% $.order %>"],
    },
    "input": {
        "description": "What the action or workflow is given: a mapping, or one expression for it.",
        "anyOf": [{"$ref": "#/$defs/mapping"}, {"$ref": "#/$defs/expression"}],
        "examples": [{"url": "<% $.url %>"}],
    },
    "with-items": {
        "description": "Run once for each item of a list, or of several lists in step.",
        "anyOf": [
            {"$ref": "#/$defs/items"},
            {"type": "array", "items": {"$ref": "#/$defs/items"}, "minItems": 1, "uniqueItems": True},
        ],
        "examples": ["host in <% $.hosts %>", ["x in [1, 2]", "y in <% $.ys %>"]],
    },
    "publish": {
        "description": "Variables that are set when the task succeeds.",
        "$ref": "#/$defs/variables",
        "examples": [{"answer": "<% task().result %>"}],
    },
    "publish-on-error": {
        "description": "Variables that are set when the task fails.",
        "$ref": "#/$defs/variables",
        "examples": [{"reason": "<% task().result %>"}],
    },
    "publish-on-skip": {
        "description": "Variables that are set when the task is skipped.",
        "$ref": "#/$defs/variables",
        "examples": [{"answer": None}],
    },
    "keep-result": {
        "description": "false: the result is forgotten once variables are published.",
        "$ref": "#/$defs/flag",
        "examples": [False],
    },
    "safe-rerun": {
        "description": "true: the action may run again after a crash.",
        "$ref": "#/$defs/flag",
        "examples": [True],
    },
    "target": {
        "description": "Where the action is to run.",
        "$ref": "#/$defs/text",
        "examples": ["<% $.host %>"],
    },
}
"""The keys that tasks of every workflow may have, except the policies."""

POLICIES: dict[str, JSON] = {
    "pause-before": {
        "description": "true: the execution pauses before the task runs.",
        "$ref": "#/$defs/flag",
        "examples": [True],
    },
    "wait-before": {
        "description": "Seconds to wait before the task runs.",
        "$ref": "#/$defs/seconds",
        "examples": [2.5],
    },
    "wait-after": {
        "description": "Seconds to wait after the task ran, before anything follows.",
        "$ref": "#/$defs/seconds",
        "examples": [10],
    },
    "fail-on": {
        "description": "If this holds after a success, the task fails.",
        "$ref": "#/$defs/flag",
        "examples": ["<% task().result.status != 200 %>"],
    },
    "retry": {
        "description": "Try again: a mapping, or the same keys in one line.",
        "anyOf": [
            {"$ref": "#/$defs/retry"},
            {"type": "string", "pattern": r"^(?=[\s\S]*\bcount=)(?=[\s\S]*\bdelay=)"},
        ],
        "examples": [{"count": 3, "delay": 10}, "count=3 delay=10"],
    },
    "timeout": {
        "description": "Seconds after which an attempt that has not ended fails.",
        "$ref": "#/$defs/seconds",
        "examples": [30],
    },
    "concurrency": {
        "description": "How many items of with-items may run at once; 0 means all.",
        "$ref": "#/$defs/count",
        "examples": [5],
    },
}
"""The policies, also in the defaults of a workflow."""

CLAUSES: dict[str, JSON] = {
    "on-success": {
        "description": "What follows when the task succeeded.",
        "$ref": "#/$defs/clause",
        "examples": ["next_task", ["one", {"other": "<% $.count > 3 %>"}]],
    },
    "on-error": {
        "description": "What follows when the task failed.",
        "$ref": "#/$defs/clause",
        "examples": ["clean_up", 'fail msg="no luck"'],
    },
    "on-complete": {
        "description": "What follows in both cases.",
        "$ref": "#/$defs/clause",
        "examples": [{"publish": {"branch": {"done": True}}, "next": ["report"]}],
    },
    "on-skip": {
        "description": "What follows when the task was skipped.",
        "$ref": "#/$defs/clause",
        "examples": ["next_task"],
    },
}
"""The transitions, also in the defaults of a workflow."""

DIRECT_ONLY: dict[str, JSON] = {
    "join": {
        "description": "Wait for the tasks that lead here: all, one, or a number of them.",
        "anyOf": [{"enum": ["all", "one"]}, {"type": "integer", "minimum": 1}],
        "examples": ["all", 2],
    },
}
"""Keys of tasks in direct workflows only, beside the transitions."""

REVERSE_ONLY: dict[str, JSON] = {
    "requires": {
        "description": "The tasks that must have succeeded before.",
        "$ref": "#/$defs/requires",
        "examples": [["build", "test"]],
    },
}
"""Keys of tasks in reverse workflows only."""

DEFAULTS_ONLY: dict[str, JSON] = {
    "safe-rerun": COMMON["safe-rerun"],
    **REVERSE_ONLY,
}
"""What the defaults may hold beside policies and transitions."""
