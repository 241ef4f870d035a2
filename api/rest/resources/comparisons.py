"""What differs between two moments of an execution, or between two executions."""

from __future__ import annotations

from falcon.asgi import Request, Response

from api.rest.gateway import Gateway
from api.rest.queries import moment, most, parameters
from projections import comparison_view, secret_names
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.execution.comparison import compare
from wf_es.execution.moment import At
from wf_es.execution.state import ExecutionState

_MOST = 1000


class Comparisons:
    """The comparison of an execution with itself at another moment, or with another one."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response, execution_id: str) -> None:
        """Say what differs."""
        given = parameters(req, {"from", "to", "with", "limit"})
        other, first, last = given.get("with") or None, moment(given, "from"), moment(given, "to")
        if other is None and first is None:
            raise InvalidRequest(
                'Say what to compare: "from" (an event number or a time, and if you like "to"),'
                ' or "with" (the id of another execution).'
            )
        limit = most(given, _MOST)
        resp.media = await self._gateway.blocking(
            self._compare, (execution_id, first), (other or execution_id, last), limit
        )

    def _compare(
        self, before: tuple[str, At | None], after: tuple[str, At | None], limit: int
    ) -> dict[str, JSON]:
        present = [self._gateway.state(execution_id) for execution_id, _ in (before, after)]
        then = [self._at(state, at) for state, (_, at) in zip(present, (before, after), strict=True)]
        # What an environment declares today is a secret in the past as well.
        declared = frozenset[str]().union(*(secret_names(state.env) for state in present + then))
        return comparison_view(compare(*then), declared, limit)

    def _at(self, present: ExecutionState, at: At | None) -> ExecutionState:
        return present if at is None else self._gateway.engine.moment(present.id, at).state
