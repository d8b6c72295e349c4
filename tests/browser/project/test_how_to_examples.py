"""The flow and the verb that docs/how-to has its reader write work, and so do their tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documents import blocks, files
from project_paths import ROOT

HOW_TO = ROOT / "docs" / "how-to"
ROOTS = ("flows", "cli", "fixtures")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what a reader would work on."""
    for root in ROOTS:
        shutil.copytree(ROOT / root, tmp_path / root, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def write(page: str, checkout: Path) -> list[Path]:
    """Write the page's files where it says, and return them."""
    written = []
    for name, content in files(HOW_TO / page).items():
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        written.append(path)
    return written


def change(path: Path, pattern: str, new: str) -> None:
    """Change one place of a file."""
    text, times = re.subn(pattern, lambda _match: new, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert times == 1
    path.write_text(text, "utf-8")


def python(checkout: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python with the copies in place of what is installed."""
    own = {"PYTHONPATH": os.pathsep.join(str(checkout / root) for root in ROOTS)}
    return subprocess.run(  # noqa: S603  # our own interpreter, with a test's arguments
        [sys.executable, *map(str, arguments)],
        cwd=checkout,
        env={**os.environ, **own, "HANDRAIL_STATE": str(checkout / "state")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def own_test_passes(checkout: Path, test: Path) -> None:
    """Run the page's own test as a test of ours would be run."""
    (checkout / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n", "utf-8")
    ran = python(checkout, "-m", "pytest", "-q", "-p", "handrail_fixtures.plugin", "-n0", test)
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout


def test_the_flow_of_the_how_to_works(checkout: Path) -> None:
    """Written and registered as the page says, it ends with the exit codes that the page gives."""
    page = "add-a-flow.md"
    flow, test = write(page, checkout)
    (register,) = (block.text for block in blocks(HOW_TO / page, "python") if block.text.startswith("FLOWS"))
    change(checkout / "flows" / "handrail" / "registry.py", r"^FLOWS = .*\n", register)
    promised = [
        (line.partition("#")[0].split()[2:], int(re.findall(r"exit code (\d)", line)[0]))
        for block in blocks(HOW_TO / page, "console")
        for line in block.text.splitlines()
        if "exit code" in line
    ]
    assert len(promised) == 2
    assert flow.name == "status.py"
    for arguments, code in promised:
        ran = python(checkout, "-m", "handrail_cli.main", *arguments)
        assert ran.returncode == code, ran.stderr
    own_test_passes(checkout, test)


def test_the_verb_of_the_how_to_works(checkout: Path) -> None:
    """Written and registered as the page says, it prints what its test wants, and it has help."""
    page = "add-a-verb.md"
    _verb, test = write(page, checkout)
    (register,) = (block.text for block in blocks(HOW_TO / page, "python") if block.text.startswith("app."))
    main = checkout / "cli" / "handrail_cli" / "main.py"
    change(main, r"from handrail_cli import \(", "from handrail_cli import (flows, ")
    change(main, r"^    return app$", f"    {register}    return app")
    ran = python(checkout, "-m", "handrail_cli.main", "--help")
    assert "List the verifications there are." in ran.stdout
    own_test_passes(checkout, test)
