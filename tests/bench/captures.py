"""One masked full-page capture, ours on both paths against Playwright's own screenshot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bare_contact import PRIVATE
from compared import Compared
from playwright.async_api import Page, async_playwright

from handrail.evidence.capture.screenshot import shoot
from handrail.privacy.redactor import Redactor
from handrail.profile.model import Profile

Capture = Callable[[Page, Path], Awaitable[None]]


def compare_captures(
    base: str, executable: Path, profile: Profile, folder: Path, times: int
) -> list[Compared]:
    """Capture the signed-in contact page in turn on each path, and compare the milliseconds."""
    return asyncio.run(_compare(base, executable, profile, folder, times))


async def _compare(base: str, executable: Path, profile: Profile, folder: Path, times: int) -> list[Compared]:
    hide = Redactor(profile).hide

    async def fast(page: Page, path: Path) -> None:
        path.write_bytes((await shoot(page, hide, method="cdp")).png)

    async def plain(page: Page, path: Path) -> None:
        path.write_bytes((await shoot(page, hide, method="playwright")).png)

    async def bare(page: Page, path: Path) -> None:
        await page.screenshot(path=path, full_page=True, mask=[page.locator(PRIVATE)])

    took: dict[Capture, list[float]] = {fast: [], plain: [], bare: []}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable)
        page = await _signed_in(await browser.new_page(viewport={"width": 1280, "height": 900}), base)
        for again in range(times + 1):
            for capture in took:
                spent = await _timed(capture, page, folder / "capture.png")
                if again:  # the first of each warms up
                    took[capture].append(spent)
        await browser.close()
    against = tuple(took[bare])
    return [
        Compared("capture, fast path", "ms", tuple(took[fast]), against),
        Compared("capture, fallback", "ms", tuple(took[plain]), against),
    ]


async def _signed_in(page: Page, base: str) -> Page:
    await page.goto(f"{base}/settings/notifications")
    await page.get_by_label("Email").fill("wei@harborlane.example")
    await page.get_by_label("Password").fill("ebb-and-flow-27")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("Not verified").first.wait_for()
    return page


async def _timed(capture: Capture, page: Page, path: Path) -> float:
    began = time.perf_counter()
    await capture(page, path)
    return (time.perf_counter() - began) * 1000
