"""Kill -9 at every boundary: the next run finishes, and nothing is sent twice without a word."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import filelock
import pytest

from handrail.walk.site_saw import counts
from handrail_fixtures.plugin import Ran
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite

CHILD = Path(__file__).parent / "children" / "killed_run.py"
STAGES = ("intended", "held", "released", "answered", "observed")

Boundary = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """A flow on a scenario: every boundary of a clean run, what it sends, and how it ends."""

    scenario: str
    boundaries: tuple[Boundary, ...]
    sends: Counter[tuple[str, str]]
    exit: int
    doubtful: tuple[str, ...]
    """Steps whose outcome the page cannot tell when they may or may not have left."""


def _press(name: str) -> list[Boundary]:
    return [("step", name), *((stage, name) for stage in STAGES)]


def _steps(*names: str) -> list[Boundary]:
    return [("step", name) for name in names]


def _channel(kind: str) -> list[Boundary]:
    return [
        *_steps(f"read {kind}", f"fill {kind}"),
        *_press(f"save {kind}"),
        *_press(f"request {kind}"),
        *_press(f"enter-code {kind}"),
    ]


FLOWS = {
    "contact": Told(
        "ok",
        (
            *_steps("open notifications"),
            *_channel("email"),
            *_channel("phone"),
            *_steps("look at the other stores"),
        ),
        Counter({
            ("email", "submit"): 2,
            ("email", "request-code"): 1,
            ("phone", "submit"): 2,
            ("phone", "request-code"): 1,
        }),
        0,
        ("enter-code",),
    ),
    "address": Told(
        "address-postcard-ordered",
        (
            *_steps("open information", "read registered", "read business"),
            *_steps("open business-address", "fill business"),
            *_press("save business"),
            *_steps("open information", "open business-address"),
            *_press("order business"),
            *_steps("open information", "open business-address", "open information"),
        ),
        Counter({("business", "submit"): 1, ("business", "request-code"): 1}),
        5,
        (),
    ),
    "certify": Told(
        "certify-unchanged",
        (
            *_steps("open health", "read certification", "open information", "compare information"),
            *_steps("open review"),
            *_press("open-notice certification"),
            *_press("certify certification"),
            *_steps("open health"),
        ),
        Counter({("certification", "start-clock"): 1, ("certification", "submit"): 1}),
        0,
        ("certify",),
    ),
}  # fmt: skip
CASES = [(flow, number) for flow, told in FLOWS.items() for number in range(len(told.boundaries))]
NAMES = [f"{flow}-{'-'.join(FLOWS[flow].boundaries[number]).replace(' ', '-')}" for flow, number in CASES]


@dataclass(frozen=True)
class Stage:
    """One seller's files and one running site, shared by the run that dies and those after it."""

    flow: str
    url: str
    site: str
    profile: Path
    answers: Path
    folder: Path

    def run_and_kill(self, at: int | None) -> tuple[int, list[tuple[str, str]]]:
        """Run until the moment; return the exit code and every moment that came."""
        given = {
            "flow": self.flow,
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
            "run", self.flow, "--site", self.site, "--url", self.url, "--profile", str(self.profile),
            "--answers", str(answers), "--state", str(self.folder / "state"),
            "--out", str(self.folder / "evidence"), "--headless", "--json",
        ]  # fmt: skip


def staged(flow: str, url: str, folder: Path) -> Stage:
    """The sample seller's files, for runs of this flow on this site."""
    package = files("handrail_fixtures")
    profile, answers = folder / "profile.toml", folder / "answers.toml"
    profile.write_text((package / "profiles" / "harbor-lane.toml").read_text("utf-8"), "utf-8")
    answers.write_text((package / "answers" / "mock.toml").read_text("utf-8"), "utf-8")
    return Stage(flow, url, "mock", profile, answers, folder)


def number_of(moments: list[tuple[str, str]], boundary: tuple[str, str], occurrence: int) -> int:
    """The number of the moment at which this boundary comes for the nth time."""
    places = [number for number, moment in enumerate(moments) if moment == boundary]
    return places[occurrence]


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Boundary]]:
    """Every moment of a run that nobody kills, by flow; each flow is run once."""

    @cache
    def moments(flow: str) -> list[Boundary]:
        with MockSite(load(FLOWS[flow].scenario)) as mock:
            stage = staged(flow, mock.url, tmp_path_factory.mktemp("clean"))
            code, came = stage.run_and_kill(None)
        assert code == FLOWS[flow].exit
        return came

    return moments


@pytest.mark.parametrize("flow", FLOWS)
def test_the_table_names_every_boundary_of_a_clean_run(
    flow: str, clean: Callable[[str], list[Boundary]]
) -> None:
    """A step added to the engine must be killed at too: the table may not fall behind."""
    kinds = {"step", *STAGES}
    assert [moment for moment in clean(flow) if moment[0] in kinds] == list(FLOWS[flow].boundaries)


@pytest.mark.parametrize(("flow", "number"), CASES, ids=NAMES)
def test_a_run_killed_at_a_boundary_is_finished_by_the_next(
    flow: str,
    number: int,
    clean: Callable[[str], list[Boundary]],
    mock_site: Callable[..., MockSite],
    tmp_path: Path,
    handrail: Callable[..., Ran],
) -> None:
    """The next run with the same state finishes, and the server has seen every effect just once."""
    told = FLOWS[flow]
    boundary = told.boundaries[number]
    occurrence = told.boundaries[:number].count(boundary)
    stage = staged(flow, mock_site(told.scenario).url, tmp_path)
    code, moments = stage.run_and_kill(number_of(clean(flow), boundary, occurrence))
    assert code == -signal.SIGKILL
    assert moments[-1] == boundary

    ran = handrail(*stage.arguments(stage.answers))
    if boundary[0] == "released" and boundary[1].startswith(told.doubtful or " "):
        # Whether it arrived cannot be told from a page that still asks for it.
        assert ran.code == 6, ran.stderr
        assert not counts(stage.url) - told.sends
        knowing = stage.folder / "knowing.toml"
        said = stage.answers.read_text("utf-8")
        knowing.write_text(said.replace('reconcile = "nobody"', 'reconcile = "did-not-happen"'), "utf-8")
        ran = handrail(*stage.arguments(knowing))
    assert ran.code == told.exit, ran.stdout + ran.stderr
    assert counts(stage.url) == told.sends


def test_two_runs_on_one_account_do_not_overlap(
    mock_site: Callable[..., MockSite], tmp_path: Path, handrail: Callable[..., Ran]
) -> None:
    """While one run is at work, a second one on the same account is refused before it opens anything."""
    # The lock is what the first run holds; holding it here is being that run.
    stage = staged("contact", mock_site("ok").url, tmp_path)
    first = handrail(*stage.arguments(stage.answers))
    assert first.code == 0, first.stderr
    (lock,) = (stage.folder / "state" / "locks").iterdir()
    with filelock.FileLock(lock):
        ran = handrail(*stage.arguments(stage.answers))
    assert ran.code == 2
    assert "Another run" in ran.record["error"]["message"]
