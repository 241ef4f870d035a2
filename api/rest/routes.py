"""Every path of the server, one per line.

The third column picks a resource's methods by their suffix: ``tasks`` means
``on_get_tasks``. Both spellings of action executions lead to the same place.
"""

from __future__ import annotations

Route = tuple[str, str, str | None]

ROUTES: tuple[Route, ...] = (
    ("/", "roots", None),
    ("/v2", "roots", "v2"),
    ("/healthz", "health", None),
    ("/readyz", "health", "ready"),
    ("/v2/workflows", "workflows", None),
    ("/v2/workflows/validate", "workflow_validation", None),
    ("/v2/workflows/{identifier}", "workflows", "item"),
    ("/v2/workbooks", "workbooks", None),
    ("/v2/workbooks/validate", "workbook_validation", None),
    ("/v2/workbooks/{identifier}", "workbooks", "item"),
    ("/v2/executions", "executions", None),
    ("/v2/executions/{execution_id}", "executions", "item"),
    ("/v2/executions/{execution_id}/tasks", "tasks", "of_execution"),
    ("/v2/executions/{execution_id}/executions", "trees", "of_execution"),
    ("/v2/executions/{execution_id}/report", "trees", "report"),
    ("/v2/executions/{execution_id}/context", "executions", "context"),
    ("/v2/executions/{execution_id}/events", "events", None),
    ("/v2/executions/{execution_id}/events/{number}/causes", "events", "causes"),
    ("/v2/executions/{execution_id}/diff", "comparisons", None),
    ("/v2/executions/{execution_id}/resume", "resumption", None),
    ("/v2/executions/{execution_id}/resume-requirements", "resumption", "requirements"),
    ("/v2/executions/{execution_id}/audit", "audit", "of_execution"),
    ("/v2/audit", "audit", None),
    ("/v2/audit/digest", "audit", "digest"),
    ("/v2/projections", "projections", None),
    ("/v2/projections/rebuild", "projections", "rebuild"),
    ("/v2/tasks", "tasks", None),
    ("/v2/tasks/{task_id}", "tasks", "item"),
    ("/v2/tasks/{task_id}/complete", "tasks", "complete"),
    ("/v2/tasks/{task_id}/context", "tasks", "context"),
    ("/v2/tasks/{task_id}/executions", "trees", "of_task"),
    ("/v2/tasks/{task_id}/workflow_executions", "trees", "children"),
    ("/v2/tasks/{task_id}/action_executions", "action_executions", "of_task"),
    ("/v2/tasks/{task_id}/action_executions/{action_id}", "action_executions", "item_of_task"),
    ("/v2/action_executions", "action_executions", None),
    ("/v2/action_executions/{action_id}", "action_executions", "item"),
    ("/v2/action-executions", "action_executions", None),
    ("/v2/action-executions/{action_id}", "action_executions", "item"),
    ("/v2/actions", "actions", None),
    ("/v2/actions/validate", "action_validation", None),
    ("/v2/actions/{name}", "actions", "item"),
    ("/v2/actions/{name}/{namespace}", "actions", "item"),
    ("/v2/environments", "environments", None),
    ("/v2/environments/{name}", "environments", "item"),
    ("/callback/{token}", "callbacks", None),
    ("/callback/{token}/v2/action_executions/{action_id}", "callbacks", None),
    ("/callback/{token}/v2/action-executions/{action_id}", "callbacks", None),
)
"""Path template, resource, suffix of its methods."""
