"""What a kill -9 leaves at every boundary of a run, taken while one run goes through them all."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import tomlkit

from handrail.engine.context.results import RunEvent, RunResult
from handrail.engine.job import Job
from handrail.operator.answers_file import Answers, load_answers
from handrail.operator.scripted import ScriptedOperator
from handrail.profile.model import load_profile
from handrail.sites import load_site
from handrail_fixtures.browser_thread import BrowserThread

STAGES = ("intended", "held", "released", "answered", "observed")

Boundary = tuple[str, str]
"""Kind and text of a run's event."""


@dataclass(frozen=True)
class Seller:
    """One seller's files and the site they are for; each run is given a folder."""

    flow: str
    url: str
    site: str
    profile: Path
    answers: Path

    def job(self, folder: Path, watch: Callable[[RunEvent], None], said: Mapping[str, str]) -> Job:
        """A run with its state and evidence in the folder; the person says this, too."""
        site = load_site(self.site, base=self.url)
        answers = load_answers(self.answers).overlaid(Answers.model_validate(dict(said)))
        return Job(
            flow=self.flow,
            site=site,
            profile=load_profile(self.profile),
            operator=ScriptedOperator(answers, site),
            out=folder / "evidence",
            state=folder / "state",
            headless=True,
            watch=watch,
        )

    def run(self, browser: BrowserThread, folder: Path, **said: str) -> RunResult:
        """Run once, in a context of the open browser."""
        return browser.run(self.job(folder, lambda _event: None, said))


def mock_seller(flow: str, url: str, folder: Path, said: Mapping[str, str] = MappingProxyType({})) -> Seller:
    """The sample seller's files, for runs of this flow on the mock marketplace."""
    package = files("handrail_fixtures")
    profile, answers = folder / "profile.toml", folder / "answers.toml"
    profile.write_text((package / "profiles" / "harbor-lane.toml").read_text("utf-8"), "utf-8")
    document = tomlkit.parse((package / "answers" / "mock.toml").read_text("utf-8"))
    document.update(said)
    answers.write_text(tomlkit.dumps(document), "utf-8")
    return Seller(flow, url, "mock", profile, answers)


@dataclass(frozen=True)
class Image:
    """What a kill at one boundary leaves."""

    boundary: Boundary
    folder: Path
    """State and half-written evidence, as they were on disk."""
    server: bytes
    """What the site knew, as its own `dump` has it."""

    @property
    def disk(self) -> str:
        """Equal for images whose state a next run cannot tell apart."""
        digest = hashlib.sha256()
        for path in sorted((self.folder / "state").rglob("*")):
            # The index of a write-ahead log is built anew from the log when its writer is gone.
            if path.is_file() and not path.name.endswith("-shm"):
                digest.update(f"\0{path.relative_to(self.folder)}\0".encode() + path.read_bytes())
        return digest.hexdigest()

    @property
    def key(self) -> str:
        """Equal for images that a next run cannot tell apart: it reads the state and the site."""
        return self.disk + hashlib.sha256(self.server).hexdigest()

    def copy(self, to: Path) -> Path:
        """Copy the folder, for a run that goes on from it."""
        copy_folder(self.folder, to)
        return to


@dataclass
class Imaged:
    """One whole run, and an image at each of its boundaries."""

    result: RunResult
    images: list[Image] = field(default_factory=list)

    @property
    def boundaries(self) -> list[Boundary]:
        """Every boundary that came, in order."""
        return [image.boundary for image in self.images]

    def at(self, boundary: Boundary, number: int = 0) -> Image:
        """The image of the boundary's nth coming."""
        return [image for image in self.images if image.boundary == boundary][number]


def imaged(
    seller: Seller, folder: Path, browser: BrowserThread, dump: Callable[[], bytes], **said: str
) -> Imaged:
    """Run to the end, and take an image whenever the run stops at a boundary to tell of it.

    The run waits meanwhile: nothing is written, and no held request leaves.
    """
    images: list[Image] = []
    working = folder / "run"

    def take(event: RunEvent) -> None:
        if event.kind in ("step", *STAGES):
            place = folder / "images" / f"{len(images):02}"
            copy_folder(working, place)
            images.append(Image((event.kind, event.text), place, dump()))

    return Imaged(browser.run(seller.job(working, take, said)), images)


def copy_folder(of: Path, to: Path) -> None:
    """Copy a folder in another process: to close a database's file in this one would end its locks."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(of), str(to)], check=True)  # noqa: S603, S607  # our own folders


def released(folder: Path) -> Counter[tuple[str, str]]:
    """What the ledger in this folder says may have left, by channel and effect."""
    with closing(sqlite3.connect(folder / "state" / "ledger.sqlite3")) as ledger:
        rows = ledger.execute(
            "SELECT channel, effect, COUNT(*) FROM effects WHERE released_at IS NOT NULL GROUP BY 1, 2"
        )
        return Counter({(channel, effect): count for channel, effect, count in rows})
