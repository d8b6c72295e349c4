"""Kill -9 at every boundary: the next run finishes, and nothing is sent twice without a word."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from handrail.walk.site_saw import counts
from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

CHILD = Path(__file__).parent / "children" / "killed_run.py"
STAGES = ("intended", "held", "released", "answered", "observed")
PRESSES = ("save", "request", "enter-code")


def _boundaries() -> list[tuple[str, str]]:
    """Every boundary of a clean run, in order: each step's beginning, each stage of each effect."""
    found = [("step", "open notifications")]
    for channel in ("email", "phone"):
        found += [("step", f"read {channel}"), ("step", f"fill {channel}")]
        for press in PRESSES:
            found += [("step", f"{press} {channel}")]
            found += [(stage, f"{press} {channel}") for stage in STAGES]
    return [*found, ("step", "look at the other stores")]


BOUNDARIES = _boundaries()
ONCE_EACH = Counter({
    ("email", "submit"): 2,
    ("email", "request-code"): 1,
    ("phone", "submit"): 2,
    ("phone", "request-code"): 1,
})  # fmt: skip
"""What a clean run sends: a value saved, a code asked for, a code entered, for either channel."""


@dataclass(frozen=True)
class Stage:
    """One seller's files and one running site, shared by the run that dies and those after it."""

    url: str
    site: str
    profile: Path
    answers: Path
    folder: Path

    def run_and_kill(self, at: int | None) -> tuple[int, list[tuple[str, str]]]:
        """Run until the moment; return the exit code and every moment that came."""
        given = {
            "url": self.url,
            "site": self.site,
            "profile": str(self.profile),
            "answers": str(self.answers),
            "state": str(self.folder / "state"),
            "out": str(self.folder / "evidence"),
            "at": at,
        }
        child = subprocess.run(  # noqa: S603  # our own script
            [sys.executable, str(CHILD), json.dumps(given)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            start_new_session=True,
        )
        moments = [json.loads(line) for line in child.stdout.splitlines() if line.startswith("[")]
        assert moments, child.stderr
        return child.returncode, [(kind, text) for kind, text in moments]

    def arguments(self, answers: Path) -> list[str]:
        """What the next run is started with: the same seller, site and state."""
        return [
            "run", "contact", "--site", self.site, "--url", self.url, "--profile", str(self.profile),
            "--answers", str(answers), "--state", str(self.folder / "state"),
            "--out", str(self.folder / "evidence"), "--headless", "--json",
        ]  # fmt: skip


@pytest.fixture
def stage(mock_site: Callable[..., MockSite], tmp_path: Path) -> Stage:
    """A mock marketplace that stays up while runs die on it."""
    package = files("handrail_fixtures")
    profile, answers = tmp_path / "profile.toml", tmp_path / "answers.toml"
    profile.write_text((package / "profiles" / "harbor-lane.toml").read_text("utf-8"), "utf-8")
    answers.write_text((package / "answers" / "mock.toml").read_text("utf-8"), "utf-8")
    return Stage(mock_site("ok").url, "mock", profile, answers, tmp_path)


def number_of(moments: list[tuple[str, str]], boundary: tuple[str, str], occurrence: int) -> int:
    """The number of the moment at which this boundary comes for the nth time."""
    places = [number for number, moment in enumerate(moments) if moment == boundary]
    return places[occurrence]


@pytest.fixture(scope="session")
def clean_moments(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Every moment of a run that nobody kills."""
    from handrail_fixtures.scenario import load

    folder = tmp_path_factory.mktemp("clean")
    package = files("handrail_fixtures")
    profile, answers = folder / "profile.toml", folder / "answers.toml"
    profile.write_text((package / "profiles" / "harbor-lane.toml").read_text("utf-8"), "utf-8")
    answers.write_text((package / "answers" / "mock.toml").read_text("utf-8"), "utf-8")
    with MockSite(load("ok")) as mock:
        code, moments = Stage(mock.url, "mock", profile, answers, folder).run_and_kill(None)
    assert code == 0
    return moments


def test_the_table_names_every_boundary_of_a_clean_run(clean_moments: list[tuple[str, str]]) -> None:
    """A step added to the engine must be killed at too: the table may not fall behind."""
    kinds = {"step", *STAGES}
    assert [moment for moment in clean_moments if moment[0] in kinds] == BOUNDARIES


NAMES = ["-".join(boundary).replace(" ", "-") for boundary in BOUNDARIES]


@pytest.mark.parametrize("number", range(len(BOUNDARIES)), ids=NAMES)
def test_a_run_killed_at_a_boundary_is_finished_by_the_next(
    number: int, clean_moments: list[tuple[str, str]], stage: Stage, handrail: Callable[..., Ran]
) -> None:
    """The next run with the same state finishes, and the server has seen every effect just once."""
    boundary = BOUNDARIES[number]
    occurrence = BOUNDARIES[:number].count(boundary)
    code, moments = stage.run_and_kill(number_of(clean_moments, boundary, occurrence))
    assert code == -signal.SIGKILL
    assert moments[-1] == boundary

    ran = handrail(*stage.arguments(stage.answers))
    if boundary[0] == "released" and boundary[1].startswith("enter-code"):
        # Whether the code arrived cannot be told from a page that still asks for one.
        assert ran.code == 6, ran.stderr
        assert not counts(stage.url) - ONCE_EACH
        knowing = stage.folder / "knowing.toml"
        said = stage.answers.read_text("utf-8")
        knowing.write_text(said.replace('reconcile = "nobody"', 'reconcile = "did-not-happen"'), "utf-8")
        ran = handrail(*stage.arguments(knowing))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert counts(stage.url) == ONCE_EACH


def test_two_runs_on_one_account_do_not_overlap(stage: Stage, handrail: Callable[..., Ran]) -> None:
    """While one run is at work, a second one on the same account is refused before it opens anything."""
    # The lock is what the first run holds; holding it here is being that run.
    record: dict[str, Any]
    import filelock

    first = handrail(*stage.arguments(stage.answers))
    assert first.code == 0, first.stderr
    (lock,) = (stage.folder / "state" / "locks").iterdir()
    with filelock.FileLock(lock):
        ran = handrail(*stage.arguments(stage.answers))
    record = ran.record
    assert ran.code == 2
    assert "Another run" in record["error"]["message"]
