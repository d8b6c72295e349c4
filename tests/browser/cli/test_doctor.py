"""`handrail doctor`: what this machine has for a run, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handrail_fixtures.plugin import Ran

Handrail = Callable[..., Ran]


def checks(ran: Ran) -> dict[str, dict[str, Any]]:
    """Return the checks of a --json object by their word."""
    return {check["what"]: check for check in ran.record["checks"]}


def test_a_machine_that_is_set_up_has_no_problem(handrail: Handrail, tmp_path: Path) -> None:
    """Everything is looked at, the browser has really drawn Chinese letters, and the exit is 0."""
    ran = handrail("doctor", "--json", "--state", tmp_path / "state")
    assert ran.code == 0
    assert ran.record["ok"] is True
    found = checks(ran)
    assert list(found) == ["python", "playwright", "language", "browser", "font", "window", "state", "out"]
    assert {what for what, check in found.items() if check["verdict"] == "ok"} >= {"browser", "font"}


def test_a_person_reads_one_line_for_each_check(handrail: Handrail, tmp_path: Path) -> None:
    """The result is on stdout, and nothing is on stderr."""
    ran = handrail("doctor", "--state", tmp_path / "state")
    assert ran.code == 0
    assert ran.stderr == ""
    assert len([line for line in ran.stdout.splitlines() if line.startswith("✓")]) >= 7


def test_nothing_is_left_behind(handrail: Handrail, tmp_path: Path) -> None:
    """Looking whether folders can be made does not leave them made."""
    handrail("doctor", "--state", tmp_path / "a" / "b" / "state", "--out", tmp_path / "c" / "d")
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_does_not_start_is_a_problem(handrail: Handrail, tmp_path: Path) -> None:
    """It is found by starting it, and the other checks are still made."""
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    ran = handrail("doctor", "--json", "--browser", broken, "--state", tmp_path / "state")
    assert ran.code == 2
    assert ran.record["ok"] is False
    found = checks(ran)
    assert found["browser"]["verdict"] == "problem"
    assert str(broken) in found["browser"]["sentence"]
    assert found["browser"]["hint"]
    assert found["state"]["verdict"] == "ok"


def test_a_browser_chosen_by_the_environment_that_is_not_there_is_a_problem(
    handrail: Handrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another browser would have done, but the person chose this one: it is said, not passed over."""
    monkeypatch.setenv("HANDRAIL_BROWSER", str(tmp_path / "nowhere"))
    ran = handrail("doctor", "--json", "--state", tmp_path / "state")
    assert ran.code == 2
    assert checks(ran)["browser"]["verdict"] == "problem"
    assert str(tmp_path / "nowhere") in checks(ran)["browser"]["sentence"]


@pytest.mark.parametrize("option", ["--state", "--out"])
def test_a_folder_that_takes_no_files_is_a_problem(option: str, handrail: Handrail, tmp_path: Path) -> None:
    """The hint names the option that chooses another."""
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    chosen = {"--state": tmp_path / "state", "--out": tmp_path / "out", option: tmp_path / "taken"}
    ran = handrail("doctor", "--json", *(word for pair in chosen.items() for word in pair))
    assert ran.code == 2
    folder = checks(ran)[option.removeprefix("--")]
    assert folder["verdict"] == "problem"
    assert option in folder["hint"]


def test_chinese_letters_that_are_all_one_empty_box_are_noticed(
    handrail: Handrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Captures of Chinese pages would be unreadable: a warning, with the font to install."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path / 'none'}</dir></fontconfig>", encoding="utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    ran = handrail("doctor", "--json", "--state", tmp_path / "state")
    assert checks(ran)["font"]["verdict"] == "warning"
    assert ran.code == 0
