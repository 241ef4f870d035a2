"""What differs between two moments of an execution, or between two executions."""

from __future__ import annotations

from falcon.asgi import Request, Response

from api.rest.gateway import Gateway
from api.rest.queries import moment, most, parameters, truth
from projections import comparison_view, family_comparison_view, secret_names
from wf_es.envelope import JSON
from wf_es.errors import InvalidRequest
from wf_es.execution.comparison import compare
from wf_es.execution.family_comparison import compare_families
from wf_es.execution.moment import At
from wf_es.execution.state import ExecutionState

_MOST = 1000

_Sides = tuple[tuple[str, At | None], tuple[str, At | None]]


class Comparisons:
    """The comparison of an execution with itself at another moment, or with another one."""

    def __init__(self, gateway: Gateway) -> None:
        """Take the way to the engine."""
        self._gateway = gateway

    async def on_get(self, req: Request, resp: Response, execution_id: str) -> None:
        """Say what differs, with ``deep`` also in the sub-workflows."""
        given = parameters(req, {"from", "to", "with", "limit", "deep"})
        other, first, last = given.get("with") or None, moment(given, "from"), moment(given, "to")
        if other is None and first is None:
            raise InvalidRequest(
                'Say what to compare: "from" (an event number or a time, and if you like "to"),'
                ' or "with" (the id of another execution).'
            )
        limit, compared = most(given, _MOST), self._deeply if truth(given, "deep") else self._compared
        sides = ((execution_id, first), (other or execution_id, last))
        resp.media = await self._gateway.blocking(compared, sides, limit)

    def _compared(self, sides: _Sides, limit: int) -> dict[str, JSON]:
        before, after = (_Side(self._gateway, *side) for side in sides)
        return comparison_view(compare(before.state, after.state), before.secrets | after.secrets, limit)

    def _deeply(self, sides: _Sides, limit: int) -> dict[str, JSON]:
        before, after = (_Side(self._gateway, *side) for side in sides)
        found = compare_families((before.state, after.state), (before.find, after.find))
        return family_comparison_view(found, before.secrets | after.secrets, limit)


class _Side:
    """An execution at a moment, what finds its sub-workflows then, and the names of all their secrets."""

    def __init__(self, gateway: Gateway, execution_id: str, at: At | None) -> None:
        """Look at it.

        Raises:
            NotFound: there is no such execution.
            InvalidRequest: ``at`` is no moment of it.
        """
        self.state, self._position = gateway.state(execution_id), None
        self._engine = gateway.engine
        # What an environment declares today is a secret in the past as well.
        self.secrets = secret_names(self.state.env)
        if at is not None:
            then = gateway.engine.moment(execution_id, at)
            self.state, self._position = then.state, then.position
            self.secrets |= secret_names(then.state.env)

    def find(self, execution_id: str) -> ExecutionState | None:
        """Return a sub-workflow as it was at the same moment; None if it had not begun, or is gone."""
        found = self._engine.state_by(execution_id, self._position)
        if found is not None:
            present = self._engine.standing(execution_id)
            self.secrets |= secret_names(found.env) | secret_names(present.env)
        return found
