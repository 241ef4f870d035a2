"""A log that is opened here gives what a server gives of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.cli.examined_log import OpenedLog
from tests.damage import waiting_executions
from wf_es.errors import InvalidRequest, NotFound


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with two executions and no views."""
    return waiting_executions(tmp_path_factory.mktemp("log") / "log.sqlite", 2)


def test_a_log_without_views_is_compared_with_its_own(log: Path) -> None:
    """Nothing is written beside it."""
    opened = OpenedLog(f"sqlite:///{log}")
    page = opened.page(0, None)
    assert (page["streams"], page["findings"]) == (3, ())
    assert opened.rolled(0, "0" * 64, None)["after"] == page["head"]
    assert {one["position"] for one in opened.projections()} == {page["head"]}
    opened.close()
    assert not log.with_name("log-views.sqlite").exists()


def test_an_execution_is_named_by_its_whole_id(log: Path) -> None:
    """There is no list to look it up in that could be trusted."""
    opened = OpenedLog(f"sqlite:///{log}")
    whole = "aaaa0000-0000-4000-8000-000000000001"
    assert opened.find(whole) == whole
    for name in ("@latest", "aaaa", ""):
        with pytest.raises(InvalidRequest, match="whole id"):
            opened.find(name)
    with pytest.raises(NotFound):
        opened.one(whole)
    opened.close()


def test_only_a_file_that_is_there_is_opened(tmp_path: Path) -> None:
    """Looking at a log never makes one."""
    for url, error in ((f"sqlite:///{tmp_path / 'gone'}", NotFound), ("memory://", InvalidRequest)):
        with pytest.raises(error):
            OpenedLog(url)
    assert list(tmp_path.iterdir()) == []
