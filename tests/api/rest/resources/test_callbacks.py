"""Callback URLs: the right token completes its action, every other is the same 404."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest


@pytest.mark.parametrize("suffix", ["", "/v2/action-executions/{id}", "/v2/action_executions/{id}"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_callback_completes_its_action(api: Any, method: str, suffix: str) -> None:
    """The URL as it is, or with the path appended that the original documents write."""
    identifier = api.start()
    action = api.action(identifier)["id"]
    path = api.callbacks.url(action).removeprefix("http://127.0.0.1:1") + suffix.format(id=action)
    answer = api.call(method, path, 200, {"state": "SUCCESS", "output": 3})
    assert answer["state"] == "SUCCESS"
    assert json.loads(api.wait(identifier, "SUCCESS")["output"]) == {"r": 3}
    api.call(method, path, 409, {"state": "SUCCESS", "output": 4})


def test_other_tokens_are_unknown(api: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Forged, cut, for another action, for none: one answer, and no token in it or in the log."""
    action, other = (api.action(api.start())["id"] for _ in range(2))
    token = api.callbacks.token(action)
    ghost = api.callbacks.token("6b1edbd0-0000-4000-8000-0fc2a32e94cd")
    paths = [
        f"/callback/{token[:-1]}",
        f"/callback/{token}x",
        f"/callback/{action}.1.",
        "/callback/x",
        f"/callback/{token}/v2/action-executions/{other}",
        f"/callback/{ghost}",
    ]
    with caplog.at_level(logging.DEBUG):
        for path in paths:
            result = api.http.simulate_post(path, body='{"state": "SUCCESS"}')
            assert result.status_code == 404
            assert token[-20:] not in result.text
    assert token[-20:] not in caplog.text
    assert api.get(f"/v2/action_executions/{action}")["state"] == "RUNNING"


def test_a_bad_report_is_refused_and_the_token_not_repeated(api: Any) -> None:
    """The problem document of a callback has no ``instance``."""
    token = api.callbacks.token(api.action(api.start())["id"])
    result = api.http.simulate_post(f"/callback/{token}", body='{"state": "DONE"}')
    assert result.status_code == 400
    assert token not in result.text
