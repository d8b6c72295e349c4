"""The wheel a seller installs: three packages and all their data, and it works by itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
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


def data_files_named_in(module: ast.Module) -> Iterator[tuple[frozenset[str], str]]:
    """Yield the names of data files in a module, each with the folders in which the module looks."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    folders = {"files": "", "environment": "/templates"}
    looked_in = frozenset(
        str(argument.value).replace(".", "/") + folders[call.func.id]
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in folders
        for argument in call.args
        if isinstance(argument, ast.Constant)
    )
    for node in ast.walk(module) if looked_in else ():
        if isinstance(node, ast.Constant) and re.fullmatch(
            r"\w+(?:\.\w+)*\.(?:js|toml|mo|j2)", str(node.value)
        ):
            yield looked_in, str(node.value)


def test_every_data_file_that_the_code_reads_by_name_is_where_it_looks(wheel: Path) -> None:
    """A script, template or table left behind when its package moved is noticed here, not in use."""
    packed = names(wheel)
    named = {
        (module, folders, name)
        for package, root in PACKAGES.items()
        for module in (ROOT / root / package).rglob("*.py")
        for folders, name in data_files_named_in(ast.parse(module.read_text("utf-8")))
    }
    assert {name for _module, _folders, name in named} >= {"masks.js", "report.html.j2", "handrail.mo"}
    missing = [
        f"{module.relative_to(ROOT)}: {name}"
        for module, folders, name in named
        if not any(
            file.startswith(f"{folder}/") and file.endswith(f"/{name}")
            for folder in folders
            for file in packed
        )
    ]
    assert missing == []


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
