"""A session with the whole browser, for as long as one of its contexts lasts."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from playwright.async_api import Browser, BrowserContext, CDPSession, Error


async def session_while_open(browser: Browser, context: BrowserContext) -> CDPSession:
    """Open a session with the browser that ends with the context: the next run may use the same browser."""
    session = await browser.new_browser_cdp_session()
    context.on("close", partial(_detach, session))
    return session


async def _detach(session: CDPSession, _context: BrowserContext) -> None:
    with suppress(Error):  # the browser itself is gone
        await session.detach()
