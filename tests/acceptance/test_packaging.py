"""What is built from the source is whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("wf_es", "projections", "api")
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.long
def test_the_wheel_holds_all_packages_and_their_data(tmp_path: Path) -> None:
    """Every source and data file of the three packages, the licence and the command; nothing else."""
    tree = tmp_path / "source"
    tree.mkdir()
    for name in (*PACKAGES, "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, tree / name)
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

    assert {name for name in held if ".dist-info/" not in name} == {
        n for n in source if not n.endswith(".pyc")
    }
    assert any(name.endswith("licenses/LICENSE") for name in held)
    assert "wf-es = api.cli.main:main" in commands
