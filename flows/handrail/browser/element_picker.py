"""Picking: a person points at an element in the browser, and the click that says so presses nothing."""

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
"""What Playwright lays over the page while it waits for a click; before that, a click is one."""


@asynccontextmanager
async def picking(page: Page) -> AsyncIterator[asyncio.Future[Locator]]:
    """Yield what will be the element, once a click can no longer press it; Error where the page goes on.

    Playwright takes up to a second until it has the page's clicks to itself.
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
    """Wait for the element; None where none came in time, or the page has gone on."""
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.shield(picked)
    except (TimeoutError, Error):
        return None
