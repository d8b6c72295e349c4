"""A stop that comes while a page loads or an effect is in flight: evidence is sealed, nothing goes twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from project_paths import CHILDREN

from handrail.engine.mock_counts import counts
from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

CHILD = CHILDREN / "stopped_run.py"


@dataclass(frozen=True)
class Told:
    """A flow on a scenario: what it sends when nobody stops it, and how it ends."""

    scenario: str
    loads: str
    """A step in which a page loads."""
    presses: str
    """A step that sends."""
    sent: tuple[str, str]
    """That, as the site counts it."""
    sends: Counter[tuple[str, str]]
    exit: int = 0


FLOWS = {
    "contact": Told(
        "ok",
        "open notifications",
        "request phone",
        ("phone", "request-code"),
        Counter({
            ("email", "submit"): 2,
            ("email", "request-code"): 1,
            ("phone", "submit"): 2,
            ("phone", "request-code"): 1,
        }),
    ),
    "address": Told(
        "address-postcard-ordered",
        "open business-address",
        "order business",
        ("business", "request-code"),
        Counter({("business", "submit"): 1, ("business", "request-code"): 1}),
        5,
    ),
    "certify": Told(
        "certify-unchanged",
        "open information",
        "certify certification",
        ("certification", "submit"),
        Counter({("certification", "start-clock"): 1, ("certification", "submit"): 1}),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """One seller's files and one running site, shared by the run that is stopped and those after it."""

    flow: str
    url: str
    folder: Path

    def stopped(self, at: tuple[str, str]) -> dict[str, Any]:
        """Run until every run is told to stop at this moment; return what it told."""
        given = {
            "flow": self.flow, "url": self.url, "at": at, "does": None,
            "profile": str(self.folder / "profile.toml"), "answers": str(self.folder / "answers.toml"),
            "state": str(self.folder / "state"), "out": str(self.folder / "evidence"),
        }  # fmt: skip
        child = subprocess.run(  # noqa: S603  # our own script
            [sys.executable, str(CHILD), json.dumps(given)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert child.returncode == 0, child.stderr
        result: dict[str, Any] = json.loads(child.stdout)["result"]
        return result

    def arguments(self) -> list[object]:
        """What the next run is started with: the same seller, site and state."""
        return [
            "run", self.flow, "--site", "mock", "--url", self.url, "--profile", "profile.toml",
            "--answers", "answers.toml", "--state", "state", "--out", "evidence", "--headless", "--json",
        ]  # fmt: skip

    def knows(self, what: str) -> None:
        """Let the person know from now on what became of it."""
        answers = self.folder / "answers.toml"
        said = answers.read_text("utf-8")
        answers.write_text(said.replace('reconcile = "nobody"', f'reconcile = "{what}"'), "utf-8")


@pytest.fixture
def stage(mock_site: Callable[..., MockSite], tmp_path: Path) -> Callable[[str], Stage]:
    """Open the site of a flow's scenario, for the sample seller."""

    def staged(flow: str) -> Stage:
        package = files("handrail_fixtures")
        for name, where in (("profile", "profiles/harbor-lane"), ("answers", "answers/mock")):
            (tmp_path / f"{name}.toml").write_text((package / f"{where}.toml").read_text("utf-8"), "utf-8")
        return Stage(flow, mock_site(FLOWS[flow].scenario).url, tmp_path)

    return staged


@pytest.mark.parametrize("flow", FLOWS)
def test_stopped_while_a_page_loads_nothing_is_open_and_the_next_run_finishes(
    flow: str, stage: Callable[[str], Stage], handrail: Callable[..., Ran]
) -> None:
    """A person said stop (4), the evidence is sealed, and every effect is sent once by the next run."""
    told, here = FLOWS[flow], stage(flow)
    stopped = here.stopped(("step", told.loads))
    assert (stopped["exit_code"], stopped["error"]["message"]) == (4, "Stopped by the person.")
    assert stopped["effects"] == []
    verified = handrail("evidence", "verify", stopped["bundle"], "--state", "state")
    assert verified.code == 0, verified.stdout
    ran = handrail(*here.arguments())
    assert ran.code == told.exit, ran.stdout + ran.stderr
    assert counts(here.url) == told.sends


@pytest.mark.parametrize("flow", FLOWS)
def test_stopped_with_an_effect_at_the_gate_its_outcome_is_open_and_nothing_goes_twice(
    flow: str, stage: Callable[[str], Stage], handrail: Callable[..., Ran]
) -> None:
    """It leaves as the stop comes: unknown (6), sealed; the next run looks, else asks, before it sends."""
    told, here = FLOWS[flow], stage(flow)
    stopped = here.stopped(("held", told.presses))
    assert stopped["exit_code"] == 6
    assert stopped["advice"][0] == "Stopped by the person."
    verified = handrail("evidence", "verify", stopped["bundle"], "--state", "state")
    assert verified.code == 0, verified.stdout
    arrived = counts(here.url)[told.sent] > 0
    ran = handrail(*here.arguments())
    if ran.code == 6:
        # The page does not tell; whoever was there does.
        assert not counts(here.url) - told.sends
        here.knows("happened" if arrived else "did-not-happen")
        ran = handrail(*here.arguments())
    assert ran.code == told.exit, ran.stdout + ran.stderr
    assert counts(here.url) == told.sends
