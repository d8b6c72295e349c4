"""At the level guide Handrail points and watches: every click and every letter is the person's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from handrail.engine.context.results import RunResult
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator import Answer, Prompt
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site
from handrail.sites.schema.base import Level
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite

if TYPE_CHECKING:
    from playwright.async_api import Page

RECORD = """
for (const type of ["pointerdown", "click", "keydown", "beforeinput", "input", "change", "submit"])
  addEventListener(type, ({isTrusted}) => happened({type, isTrusted, at: Date.now()}), true);
"""
"""Tells of every event, real or made by a script, before the page itself hears of it."""
A_WHILE_MS = 400
"""How long the person reads before they act: whoever else wanted to act has done so by then."""


@dataclass(frozen=True)
class Happened:
    """One event on the page."""

    type: str
    trusted: bool
    at: float
    """Milliseconds since 1970, by the browser's clock, which is this machine's."""


class Hands(ScriptedOperator):
    """Acts on the page as the script says, after a while, and notes from when to when."""

    def __init__(self, *told: Any) -> None:
        super().__init__(*told)
        self.events: list[Happened] = []
        self.turns: list[tuple[str, float, float]] = []
        """Of each time they acted: the kind of prompt, and from when to when."""
        self._recording = False

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Act a while after the question has come."""
        if page is None:
            return await super().ask(prompt, page)
        if not self._recording:
            await self._record(page)
        read_at = await page.evaluate("performance.now()")
        await page.wait_for_function(
            "([since, ms]) => performance.now() > since + ms", arg=[read_at, A_WHILE_MS]
        )
        began = time.time() * 1000
        try:
            return await super().ask(prompt, page)
        finally:
            self.turns.append((prompt.kind, began, time.time() * 1000))

    async def _record(self, page: Page) -> None:
        """Record on every page from the next one on: this one only signs in."""
        self._recording = True
        await page.context.expose_binding("happened", self._happened)
        await page.context.add_init_script(RECORD)

    def _happened(self, _source: object, event: dict[str, Any]) -> None:
        self.events.append(Happened(event["type"], event["isTrusted"], event["at"]))

    def of(self, kind: str) -> list[Happened]:
        """Return what happened while they answered this kind of prompt."""
        spans = [(began, ended) for prompt, began, ended in self.turns if prompt == kind]
        # The browser's clock counts whole milliseconds.
        return [one for one in self.events if any(began - 1 <= one.at <= ended + 1 for began, ended in spans)]

    def of_nobody(self) -> list[Happened]:
        """Return what happened while they did nothing."""
        return [
            one
            for one in self.events
            if not any(began - 1 <= one.at <= ended + 1 for _kind, began, ended in self.turns)
        ]


@pytest.fixture
def attended(mock_site: Callable[..., MockSite], tmp_path: Path) -> Callable[..., tuple[RunResult, Hands]]:
    """Walk a scenario at an assist level; return how it ended, and the person."""

    def walked(name: str, assist: Level) -> tuple[RunResult, Hands]:
        scenario = load(name)
        site = load_site("mock", base=mock_site(scenario).url)
        person = Hands(scenario.answers(), site)
        job = Job(
            flow=scenario.flow, site=site, profile=scenario.seller(), operator=person,
            out=tmp_path / "out", state=tmp_path / "state", assist=assist, headless=True,
        )  # fmt: skip
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asyncio.run, run_flow(job)).result(), person

    return walked


@pytest.mark.parametrize(
    ("scenario", "exit_code", "by_hand"),
    [
        ("ok", 0, ["press", "type", "type-code"]),
        ("address-postcard-ordered", 5, ["press", "type"]),
        ("certify-unchanged", 0, ["press", "tick", "certify"]),
    ],
)
def test_nothing_is_typed_or_clicked_but_by_the_person(
    scenario: str, exit_code: int, by_hand: list[str], attended: Callable[..., tuple[RunResult, Hands]]
) -> None:
    """Handrail waits until the person has acted: no event of any kind falls outside their turns."""
    ended, person = attended(scenario, "guide")
    assert ended.outcome.exit_code == exit_code, ended.advice
    assert person.of_nobody() == []
    assert {kind: bool(person.of(kind)) for kind in by_hand} == dict.fromkeys(by_hand, True)


def test_what_handrail_does_by_itself_would_be_seen(
    attended: Callable[..., tuple[RunResult, Hands]],
) -> None:
    """One level up Handrail fills: the same recorder sees it fill outside the person's turns."""
    ended, person = attended("address-ok", "fill")
    assert ended.outcome.exit_code == 0, ended.advice
    assert {"input"} <= {one.type for one in person.of_nobody()}
    assert person.of("press")
