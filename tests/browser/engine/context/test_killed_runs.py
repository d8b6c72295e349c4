"""Kill -9 at every boundary: the next run finishes, and nothing is sent twice without a word."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import filelock
import pytest
import tomlkit
from project_paths import CHILDREN

from handrail.engine.context.results import RunResult
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator.answers_file import Answers, load_answers
from handrail.operator.scripted import ScriptedOperator
from handrail.profile.model import load_profile
from handrail.sites import load_site
from handrail_fixtures.plugin import Ran
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite

CHILD = CHILDREN / "killed_run.py"
STAGES = ("intended", "held", "released", "answered", "observed")

Boundary = tuple[str, str]
NOT_DONE, DONE = "did-not-happen", "happened"


@dataclass(frozen=True)
class Told:
    """A flow on a scenario: every boundary of a clean run, what it sends, and how it ends."""

    scenario: str
    boundaries: tuple[Boundary, ...]
    sends: Counter[tuple[str, str]]
    exit: int
    doubtful: dict[Boundary, str] = field(default_factory=dict)
    """Where a run was killed so that no page can tell what came of it, and what a person finds out."""
    flow: str = ""
    """Which flow it is, where that is not its name here."""
    more: dict[str, Any] = field(default_factory=dict)
    """What differs from the scenario."""
    answers: dict[str, str] = field(default_factory=dict)
    """What the person says differently."""


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
        {("released", f"enter-code {kind}"): NOT_DONE for kind in ("email", "phone")},
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
        {("released", "certify certification"): NOT_DONE},
    ),
}  # fmt: skip


WAYS = {
    "another-postcard": Told(
        "address-second-postcard",
        tuple(_press("order-again business")),
        Counter({("business", "request-code"): 1}),
        5,
        # The page shows a postcard, which may still be the one before.
        {("released", "order-again business"): NOT_DONE, ("answered", "order-again business"): DONE},
        flow="address",
        answers={"another-postcard": "yes"},
    ),
    "postcard-has-come": Told(
        "address-second-postcard",
        tuple(_press("enter-code business")),
        Counter({("business", "submit"): 1}),
        0,
        {("released", "enter-code business"): NOT_DONE},
        flow="address",
        more={"address": {"postcard_lost": False, "postcard_arrived": True}},
    ),
    "documents": Told(
        "address-postcard-ordered",
        tuple(_press("documents business")),
        Counter({("business", "submit"): 2}),
        5,
        flow="address",
        answers={"verify-how": "document"},
    ),
    "aligned": Told(
        "address-form-differs-only-in-abbreviation",
        (*_steps("fill business"), *_press("save business")),
        Counter({("business", "submit"): 1}),
        0,
        # The old writing still stands there: it may also be how this site writes the new one.
        {("released", "save business"): NOT_DONE},
        flow="address",
        answers={"written-differently": "align"},
    ),
    "clock-runs": Told(
        "certify-unchanged",
        (*_steps("open review"), *_press("certify certification")),
        Counter({("certification", "submit"): 1}),
        0,
        {("released", "certify certification"): NOT_DONE},
        flow="certify",
        more={"start": {"certification": {"clock_opened_days_ago": 2}}},
    ),
}  # fmt: skip
"""Other ways of a flow, each with the boundaries that its fair weather has not, or has to another end."""
ALL = {**FLOWS, **WAYS}
CASES = [(name, number) for name, told in ALL.items() for number in range(len(told.boundaries))]
NAMES = [f"{name}-{'-'.join(ALL[name].boundaries[number]).replace(' ', '-')}" for name, number in CASES]


@dataclass(frozen=True)
class Stage:
    """One seller's files and one running site, shared by the run that dies and those after it."""

    flow: str
    url: str
    site: str
    profile: Path
    answers: Path
    folder: Path

    def run_and_kill(self, at: tuple[str, str, int] | None) -> tuple[int, list[Boundary]]:
        """Run until the moment comes for the nth time; return the exit code and every moment that came."""
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

    def run(self, **said: str) -> RunResult:
        """Run again with the same seller, site and state, in this process; the person says this too."""
        site = load_site(self.site, base=self.url)
        answers = load_answers(self.answers).overlaid(Answers.model_validate(said))
        job = Job(
            flow=self.flow,
            site=site,
            profile=load_profile(self.profile),
            operator=ScriptedOperator(answers, site),
            out=self.folder / "evidence",
            state=self.folder / "state",
            headless=True,
        )
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asyncio.run, run_flow(job)).result()

    def released(self) -> Counter[tuple[str, str]]:
        """What the ledger on disk says may have left, by channel and effect."""
        with closing(sqlite3.connect(self.folder / "state" / "ledger.sqlite3")) as ledger:
            rows = ledger.execute(
                "SELECT channel, effect, COUNT(*) FROM effects WHERE released_at IS NOT NULL GROUP BY 1, 2"
            )
            return Counter({(channel, effect): count for channel, effect, count in rows})

    def arguments(self, answers: Path) -> list[str]:
        """What the next run is started with: the same seller, site and state."""
        return [
            "run", self.flow, "--site", self.site, "--url", self.url, "--profile", str(self.profile),
            "--answers", str(answers), "--state", str(self.folder / "state"),
            "--out", str(self.folder / "evidence"), "--headless", "--json",
        ]  # fmt: skip


def staged(flow: str, url: str, folder: Path, said: Mapping[str, str] = MappingProxyType({})) -> Stage:
    """The sample seller's files, for runs of this flow on this site."""
    package = files("handrail_fixtures")
    profile, answers = folder / "profile.toml", folder / "answers.toml"
    profile.write_text((package / "profiles" / "harbor-lane.toml").read_text("utf-8"), "utf-8")
    document = tomlkit.parse((package / "answers" / "mock.toml").read_text("utf-8"))
    document.update(said)
    answers.write_text(tomlkit.dumps(document), "utf-8")
    return Stage(flow, url, "mock", profile, answers, folder)


@pytest.mark.parametrize("name", ALL)
def test_the_table_names_every_boundary_of_a_clean_run(
    name: str, mock_site: Callable[..., MockSite], tmp_path: Path
) -> None:
    """A step added to the engine must be killed at too: the tables may not fall behind."""
    told, flow = ALL[name], ALL[name].flow or name
    mock = mock_site(load(told.scenario, told.more))
    code, moments = staged(flow, mock.url, tmp_path, told.answers).run_and_kill(None)
    assert code == told.exit
    assert mock.effects == told.sends
    came = [moment for moment in moments if moment[0] in ("step", *STAGES)]
    if name in FLOWS:
        assert came == list(told.boundaries)
    else:
        assert set(came) - set(FLOWS[flow].boundaries) <= set(told.boundaries) <= set(came)


@pytest.mark.parametrize(("name", "number"), CASES, ids=NAMES)
def test_a_run_killed_at_a_boundary_is_finished_by_the_next(
    name: str, number: int, mock_site: Callable[..., MockSite], tmp_path: Path
) -> None:
    """The next run with the same state finishes, and the server has seen every effect just once."""
    told, flow = ALL[name], ALL[name].flow or name
    boundary = told.boundaries[number]
    mock = mock_site(load(told.scenario, told.more))
    stage = staged(flow, mock.url, tmp_path, told.answers)
    code, moments = stage.run_and_kill((*boundary, told.boundaries[:number].count(boundary)))
    assert code == -signal.SIGKILL
    assert moments[-1] == boundary
    # Whatever reached the site stands in the ledger as what may have left.
    assert Counter(mock.effects) <= stage.released()

    ended = stage.run()
    if boundary in told.doubtful:
        before = Counter(mock.effects)
        assert ended.outcome.exit_code == 6, ended.advice
        assert before <= stage.released()
        assert before <= told.sends
        ended = stage.run(reconcile=told.doubtful[boundary])
    assert ended.outcome.exit_code == told.exit, ended.advice
    assert mock.effects == told.sends


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
