"""Guidance in the browser: the person sees the question on the page, and no capture holds it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page

from handrail.core.i18n import choose
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator import Answer, Prompt
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site
from handrail.sites.schema.base import Level
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite

BANNER = (0x10, 0x2A, 0x43)


class Photographer:
    """An operator who takes a photograph of the screen before each answer."""

    def __init__(self, behind: ScriptedOperator) -> None:
        self.behind = behind
        self.seen: dict[str, bytes] = {}

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Keep what is on the screen, then answer as the script does."""
        if page is not None:
            self.seen[prompt.kind] = await page.screenshot()
        return await self.behind.ask(prompt, page)


def has_banner(png: bytes) -> bool:
    """Whether the banner's own colour fills a patch of the picture."""
    with Image.open(io.BytesIO(png)) as picture:
        colours = picture.convert("RGB").getcolors(maxcolors=2**24) or []
    return any(colour == BANNER and count > 2_000 for count, colour in colours)


@pytest.mark.parametrize("assist", ["press", "guide"])
def test_a_prompt_is_shown_on_the_page_and_in_no_capture(
    assist: Level, mock_site: Callable[..., MockSite], tmp_path: Path
) -> None:
    """While a prompt waits its words stand on the page; the evidence holds the page without them."""
    played = load("ok")
    site = load_site("mock", base=mock_site(played).url)
    operator = Photographer(ScriptedOperator(played.answers(), site))
    job = Job(
        flow="contact",
        site=site,
        profile=played.seller(),
        operator=operator,
        out=tmp_path / "evidence",
        state=tmp_path / "state",
        assist=assist,
        headless=True,
        guided=True,
    )
    choose("en")
    with ThreadPoolExecutor(max_workers=1) as thread:
        ended = thread.submit(asyncio.run, run_flow(job)).result()
    assert ended.outcome.exit_code == 0, ended.error
    asked = {"press": {"sign-in", "approve", "code"}, "guide": {"sign-in", "press", "type", "type-code"}}
    assert asked[assist] <= set(operator.seen)
    for kind in asked[assist]:
        assert has_banner(operator.seen[kind]), kind
    assert ended.bundle
    captures = list((ended.bundle / "artifacts").glob("*.png"))
    assert len(captures) >= 4
    for capture in captures:
        assert not has_banner(capture.read_bytes()), capture.name
    for kind, png in operator.seen.items():
        (tmp_path / f"seen-{kind}.png").write_bytes(png)
