"""Runs that go on from crash images on the mock marketplace; equal images are gone on from once."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from boundaries import ALL, NOT_DONE, KilledFlow
from crash_images import Image, Imaged, Seller, imaged, mock_seller, released

from handrail.core.outcome import Outcome
from handrail.engine.context.results import RunResult
from handrail.evidence.keys.signing_keys import demo_signer
from handrail.evidence.recording.recovery import seal_unfinished
from handrail.evidence.verify.trust import trust_here
from handrail.evidence.verify.verifier import verify
from handrail_fixtures.browser_thread import BrowserThread
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite

Effects = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Recovery:
    """How the next run went on from an image, and the one after it where the person was asked."""

    asked: bool
    """Whether the first of them ended in a question that only a person can answer."""
    effects_then: Effects
    """What the site had seen by the end of the first."""
    released_then: Effects
    """What the ledger said by then."""
    result: RunResult
    effects: Effects


@dataclass(frozen=True)
class CrashedFlow:
    """One flow with an image at each of its boundaries, and the mock it ran on."""

    flow: KilledFlow
    mock: MockSite
    seller: Seller
    run: Imaged
    effects: Effects
    """What the site had seen when the run had ended."""

    def image(self, number: int) -> Image:
        """The image of the table's boundary with this number."""
        boundary = self.flow.boundaries[number]
        return self.run.at(boundary, self.flow.boundaries[:number].count(boundary))


class Recoveries:
    """The crashed flows of this test process, each run once when it is first asked for."""

    def __init__(self, browser: BrowserThread, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._open = ExitStack()
        self._flows: dict[str, CrashedFlow] = {}
        self._known: dict[tuple[str, str], Recovery] = {}

    def __enter__(self) -> Self:
        """Be ready."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every mock."""
        self._open.close()

    def flow(self, name: str) -> CrashedFlow:
        """Return the flow with its images."""
        if name not in self._flows:
            flow = ALL[name]
            mock = self._open.enter_context(MockSite(load(flow.scenario, flow.more)))
            folder = self._folder / name
            folder.mkdir()
            seller = mock_seller(flow.flow or name, mock.url, folder, flow.answers)
            run = imaged(seller, folder, self._browser, mock.dump)
            self._flows[name] = CrashedFlow(flow, mock, seller, run, Counter(mock.effects))
        return self._flows[name]

    def recovery(self, name: str, image: Image) -> Recovery:
        """Go on from the image, and after a question with this answer; what is known already is returned."""
        key = (name, image.key)
        if key not in self._known:
            self._known[key] = self._go_on(self.flow(name), image)
        return self._known[key]

    def _go_on(self, crashed: CrashedFlow, image: Image) -> Recovery:
        mock, seller = crashed.mock, crashed.seller
        folder = image.copy(self._folder / f"{image.folder.parent.parent.name}-{len(self._known)}")
        mock.load(image.server)
        result = seller.run(self._browser, folder)
        then, sent = Counter(mock.effects), released(folder)
        asked = result.outcome is Outcome.UNKNOWN
        if asked:
            happened = crashed.flow.doubtful.get(image.boundary, NOT_DONE)
            result = seller.run(self._browser, folder, reconcile=happened)
        return Recovery(asked, then, sent, result, Counter(mock.effects))


def image_is_gone_on_from(name: str, number: int, recoveries: Recoveries, folder: Path) -> None:
    """Check what one boundary's image leads to: the run's end, its effects, and the evidence left behind."""
    crashed = recoveries.flow(name)
    flow, image = crashed.flow, crashed.image(number)
    _evidence_can_be_sealed(image, folder)
    recovery = recoveries.recovery(name, image)
    assert recovery.asked == (image.boundary in flow.doubtful), recovery.result.advice
    if recovery.asked:
        assert recovery.effects_then <= recovery.released_then
        assert recovery.effects_then <= flow.sends
    assert recovery.result.outcome.exit_code == flow.exit, recovery.result.advice
    assert recovery.effects == flow.sends


def _evidence_can_be_sealed(image: Image, folder: Path) -> None:
    """What the killed run had recorded by then is sealed as incomplete, and verifies."""
    left, home = image.copy(folder / "left"), folder / "home"
    signer = demo_signer(home)
    (found,) = seal_unfinished(left / "evidence", lambda _kind: signer)
    assert found.sealed, found.message
    assert found.where is not None
    verdict = verify(found.where, trust_here(home))
    assert (verdict.exit_code, verdict.complete) == (0, False), verdict
