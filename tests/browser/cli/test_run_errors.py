"""What breaks once a run has begun: one object, one exit code, whoever reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from handrail_fixtures.plugin import Ran

Handrail = Callable[..., Ran]


def test_whatever_breaks_there_is_one_object(
    handrail: Handrail, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Even where the machinery itself is broken: unfinished (3), evidence, and no second object."""
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "/bin/false")
    ran = handrail("dry-run", "contact", "--json", "--out", tmp_path / "out", "--state", tmp_path / "state")
    assert ran.code == ran.record["exit_code"] == 3
    assert ran.record["outcome"] == "unfinished"
    assert ran.record["error"]["message"]
    assert Path(ran.record["bundle"], "report.html").is_file()


def test_a_site_where_nobody_answers_leaves_the_run_unfinished(handrail: Handrail, tmp_path: Path) -> None:
    """Not even the mock's own counts can be read then; nothing was sent, and it may be run again."""
    profile = tmp_path / "profile.toml"
    profile.write_text(handrail("profile", "example").stdout, encoding="utf-8")
    ran = handrail(
        "run", "contact", "--site", "mock", "--url", "http://127.0.0.1:1", "--headless", "--json",
        "--profile", profile, "--out", tmp_path / "out", "--state", tmp_path / "state",
    )  # fmt: skip
    assert ran.code == 3
    assert ran.record["effects"] == ran.record["site_saw"] == []
    assert Path(ran.record["bundle"], "report.html").is_file()


def test_a_reader_who_goes_away_changes_no_exit_code(tmp_path: Path) -> None:
    """As with `| head`: the outcome is still told by the exit code, and no traceback is left."""
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(  # noqa: S603  # our own command
        [
            sys.executable, "-m", "handrail_cli.main", "dry-run", "contact", "--scenario", "captcha",
            "--json", "--out", str(tmp_path / "out"), "--state", str(tmp_path / "state"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    os.close(writing)
    assert ended.returncode == 4, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr
