"""An execution whose task deploy could not run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wf_es.execution.requirements.asking import DEPLOY


@pytest.fixture
def told(story: Any) -> Any:
    """Return an execution whose task deploy could not run."""
    told = story(DEPLOY)
    told.start(input={"app": "shop"})
    told.complete("build", "a1")
    return told
