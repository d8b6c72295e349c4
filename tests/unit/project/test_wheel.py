"""The wheel a seller installs: three packages and all their data, and it works by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
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


def names(wheel: Path) -> set[str]:
    """Return the wheel's files, without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_puts_three_packages_on_the_path_and_nothing_else(wheel: Path) -> None:
    """Folders named flows or fixtures would overwrite other people's packages."""
    assert {name.partition("/")[0] for name in names(wheel)} == set(PACKAGES)


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    """Site files, scenarios, templates, scripts, catalogues and type markers travel along."""
    there = {
        path.relative_to(ROOT / root).as_posix()
        for package, root in PACKAGES.items()
        for path in (ROOT / root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names(wheel) == there
    assert {f"{package}/py.typed" for package in PACKAGES} <= there


def test_the_sdist_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """Whoever packages from the sdist gets what we ship."""
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.name != "sdist")
    # What the Makefile, CI and the READMEs name is in it, too.
    for name in (
        "README.zh.md",
        "requirements/dev.txt",
        ".ci/run",
        "docs/reference/cli.md",
        "tests/tools/docs.py",
    ):
        assert (source / name).is_file(), name
    assert names(build("wheel", source, tmp_path / "again")) == names(wheel)


def test_a_dry_run_works_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """No file of the checkout is needed, from the mock's pages to the report."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")  # noqa: S202  # our own archive

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
