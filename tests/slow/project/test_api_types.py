"""The public API is typed for whoever uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from documents import REFERENCE, blocks


def test_mypy_finds_nothing_in_the_documented_examples(tmp_path: Path) -> None:
    """A user's `mypy --strict` sees through the lazy names of the package."""
    for number, block in enumerate(blocks(REFERENCE / "api.md", "python")):
        (tmp_path / f"example_{number}.py").write_text(block.text, "utf-8")
    (tmp_path / "wrong.py").write_text("from handrail import Job\n\nJob(flow=1)\n", "utf-8")

    def checked(*names: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  # our own interpreter
            [sys.executable, "-m", "mypy", "--strict", *names],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    well = checked(*(path.name for path in tmp_path.glob("example_*.py")))
    assert well.returncode == 0, well.stdout
    wrong = checked("wrong.py")
    assert wrong.returncode == 1
    assert 'Argument "flow" to "Job" has incompatible type "int"' in wrong.stdout
