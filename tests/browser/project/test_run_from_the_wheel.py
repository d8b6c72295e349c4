"""The wheel a seller installs: a dry run works from it alone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from project_paths import ROOT

PACKAGES = {"handrail": "flows", "handrail_cli": "cli", "handrail_fixtures": "fixtures"}


def build(target: str, source: Path, out: Path) -> Path:
    """Build one kind of distribution without any network, and return it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(out)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)  # noqa: S603  # our own build
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout."""
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_a_dry_run_works_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """No file of the checkout is needed, from the mock's pages to the report."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")  # our own archive

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        # PYTHONPATH stands before the editable install, which comes from a .pth file.
        own = {"PYTHONPATH": str(tmp_path / "installed"), "HANDRAIL_STATE": str(tmp_path / "state")}
        return subprocess.run(  # noqa: S603  # our own command
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    for package in PACKAGES:
        place = run("-c", f"import {package}; print({package}.__file__)").stdout
        assert place.startswith(str(tmp_path))
    ended = run("-m", "handrail_cli.main", "dry-run", "contact", "--json", "--lang", "en")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert list(tmp_path.rglob("report.html"))
