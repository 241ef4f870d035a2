"""What is built from the source is whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("wf_es", "projections", "api")
NOT_FOR_USERS = {"api/cli/examples/deploy.svg"}
"""What lies beside the examples, is shown in the documentation, and no command needs."""

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.long
def test_the_wheel_holds_all_packages_and_their_data(tmp_path: Path) -> None:
    """Every source and data file of the three packages, the licence and the command; nothing else."""
    tree = tmp_path / "source"
    tree.mkdir()
    for name in PACKAGES:
        # What other tests compile meanwhile comes and goes under names of its own.
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, tree / name)
    source = {str(file.relative_to(tree)) for package in PACKAGES for file in (tree / package).rglob("*.*")}
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        str(tree),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    (wheel,) = tmp_path.glob("wf_es-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        (entry_points,) = (name for name in held if name.endswith("entry_points.txt"))
        commands = archive.read(entry_points).decode()

    assert {name for name in held if ".dist-info/" not in name} == source - NOT_FOR_USERS
    assert source > NOT_FOR_USERS
    assert any(name.endswith("licenses/LICENSE") for name in held)
    assert "wf-es = api.cli.main:main" in commands
