"""The reference page is what the commands say of themselves."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from api.cli.reference import reference_page, write_reference

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"


def test_the_page_is_in_step() -> None:
    """If this fails: python -m api.cli.reference docs/reference/cli.md."""
    assert PAGE.read_text() == reference_page()


def test_the_page_is_written(tmp_path: Path) -> None:
    """The command that the page names does what it says."""
    result = CliRunner().invoke(write_reference, [str(tmp_path / "cli.md")])

    assert result.exit_code == 0
    assert (tmp_path / "cli.md").read_text() == reference_page()
