"""The Falcon app: routes and resources, one error table, a few checks for all.

``create_app`` only builds; what is real (a store, a port) is decided by
``api/assembly.py`` and ``api/serve.py``. Tests build the same app on stores
in memory.
"""

from __future__ import annotations

import falcon
import msgspec
from falcon import media
from falcon.asgi import App, Request, Response

from api.rest import bodies, pasts, problems
from api.rest.front import AsgiApp
from api.rest.gateway import Gateway
from api.rest.resources.action_executions import ActionExecutions
from api.rest.resources.actions import Actions
from api.rest.resources.audits import Audits
from api.rest.resources.callbacks import CallbackUrls
from api.rest.resources.comparisons import Comparisons
from api.rest.resources.definition_versions import DefinitionVersions
from api.rest.resources.environments import Environments
from api.rest.resources.events import Events
from api.rest.resources.executions import Executions
from api.rest.resources.forking import Forking
from api.rest.resources.projections import Projections
from api.rest.resources.resumption import Resumption
from api.rest.resources.roots import Health, Roots
from api.rest.resources.tasks import Tasks
from api.rest.resources.transfers import Transfers
from api.rest.resources.trees import Trees
from api.rest.resources.workbooks import Workbooks
from api.rest.resources.workflows import Workflows
from api.rest.routes import ROUTES
from api.rest.uploads import Validation
from wf_es.errors import WfEsError
from wf_es.limits import BodyLimits
from wf_es.runners import Callbacks

__all__ = ["AsgiApp", "create_app"]


def create_app(gateway: Gateway, callbacks: Callbacks, body_limits: BodyLimits = bodies.DEFAULTS) -> AsgiApp:
    """Build the app on an engine and views that are running."""
    app = App(middleware=[_Checks(body_limits)])
    app.req_options.strip_url_path_trailing_slash = True
    app.resp_options.media_handlers[falcon.MEDIA_JSON] = media.JSONHandler(dumps=_dumps)
    app.add_error_handler(Exception, problems.on_surprise)
    app.add_error_handler(falcon.HTTPError, problems.on_http_error)
    app.add_error_handler(WfEsError, problems.on_error)
    resources = _resources(gateway, callbacks)
    for template, name, suffix in ROUTES:
        app.add_route(template, resources[name], suffix=suffix)
    return app


def _resources(gateway: Gateway, callbacks: Callbacks) -> dict[str, object]:
    return {
        "roots": Roots(),
        "health": Health(gateway),
        "workflows": Workflows(gateway),
        "workflow_validation": Validation(gateway, "workflow"),
        "workbooks": Workbooks(gateway),
        "workbook_validation": Validation(gateway, "workbook"),
        "workflow_versions": DefinitionVersions(gateway, "workflow"),
        "workbook_versions": DefinitionVersions(gateway, "workbook"),
        "action_versions": DefinitionVersions(gateway, "action"),
        "environment_versions": DefinitionVersions(gateway, "environment"),
        "executions": Executions(gateway),
        "events": Events(gateway),
        "comparisons": Comparisons(gateway),
        "forking": Forking(gateway),
        "resumption": Resumption(gateway),
        "audit": Audits(gateway),
        "projections": Projections(gateway),
        "tasks": Tasks(gateway),
        "transfers": Transfers(gateway),
        "trees": Trees(gateway),
        "action_executions": ActionExecutions(gateway),
        "actions": Actions(gateway),
        "action_validation": Validation(gateway, "action"),
        "environments": Environments(gateway),
        "callbacks": CallbackUrls(gateway, callbacks),
    }


def _dumps(value: object) -> bytes:
    return msgspec.json.encode(value)


class _Checks:
    """What holds for every request and every answer."""

    def __init__(self, body_limits: BodyLimits) -> None:
        self._body_limits = body_limits

    async def process_request(self, req: Request, resp: Response) -> None:
        """Refuse bodies in a form that no route reads."""
        req.context.body_limits = self._body_limits
        kind = (req.content_type or "").lower()
        if "xml" in kind or kind.startswith("multipart/"):
            raise falcon.HTTPUnsupportedMediaType(
                description=f"A body of type {kind[:100]} is not read here."
            )
        if req.get_header("Content-Encoding", default="identity").lower() != "identity":
            raise falcon.HTTPUnsupportedMediaType(description="A compressed body is not read here.")

    async def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Keep browsers from guessing at what an answer is, and from storing what may change."""
        await pasts.seal(req, resp)
        resp.set_header("X-Content-Type-Options", "nosniff")
        resp.set_header("Cache-Control", resp.get_header("Cache-Control") or "no-store")
