"""Let a person pick an element in the browser with a click that does not reach the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import Error

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_ARMED_MS = 5_000
_PANE = "x-pw-glass"
"""The element that Playwright lays over the page to catch the click."""


@asynccontextmanager
async def picking(page: Page) -> AsyncIterator[asyncio.Future[Locator]]:
    """Yield a future of the picked element, once clicks no longer reach the page.

    Playwright needs up to a second for that. Raises Error if the page navigates.
    """
    await page.evaluate("name => document.querySelector(name)?.remove()", _PANE)
    picked = asyncio.ensure_future(page.pick_locator())
    try:
        await page.locator(_PANE).wait_for(state="attached", timeout=_ARMED_MS)
        yield picked
    finally:
        if not picked.done():
            await page.cancel_pick_locator()
        picked.cancel()
        await asyncio.gather(picked, return_exceptions=True)


async def settled(picked: asyncio.Future[Locator], *, seconds: float | None = None) -> Locator | None:
    """Wait for the element; None on a timeout, or if the page navigates."""
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.shield(picked)
    except (TimeoutError, Error):
        return None
