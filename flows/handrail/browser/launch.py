"""Opening a browser that says what it is, as the same visitor as before where a run was cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import BrowserContext, Error, Playwright, async_playwright

from handrail.core.cancellation import undisturbed
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.i18n import language
from handrail.core.version import PROJECT_URL, __version__

if TYPE_CHECKING:
    from handrail.browser.find import Browser

VIEWPORT = {"width": 1280, "height": 900}
"""CSS pixels, where there is no window to take the size from."""


@asynccontextmanager
async def launched(executable: Browser, *, headless: bool) -> AsyncIterator[PlaywrightBrowser]:
    """Yield the browser, started; BadInput if it does not start."""
    async with _driver() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=executable.path,
                headless=headless,
                chromium_sandbox=executable.sandbox,
                handle_sigint=False,
                handle_sigterm=False,
            )
        except Error as error:
            raise BadInput(
                _(
                    "{path} could not be started: {reason}.",
                    path=executable.path,
                    reason=error.message.splitlines()[0],
                ),
                hint=_("`handrail doctor` says what is wrong with it; --browser PATH names another."),
                where=str(executable.path),
            ) from None
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_browser(
    executable: Browser, *, headless: bool, session: Path, running: PlaywrightBrowser | None = None
) -> AsyncIterator[BrowserContext]:
    """Yield a context with the storage state at `session`, if there is one.

    It is in a browser of its own, or in the one that is `running` already.
    """
    if running is None:
        async with launched(executable, headless=headless) as browser:
            yield await _new_context(browser, headless=headless, session=session)
        return
    context = await _new_context(running, headless=headless, session=session)
    try:
        yield context
    finally:
        with suppress(Error):  # a browser that died has closed it
            await undisturbed(context.close())


async def _new_context(browser: PlaywrightBrowser, *, headless: bool, session: Path) -> BrowserContext:
    return await browser.new_context(
        user_agent=await _user_agent(browser),
        locale="zh-CN" if language() == "zh" else None,
        viewport=VIEWPORT if headless else None,  # type: ignore[arg-type]  # a TypedDict of these two
        no_viewport=not headless,
        storage_state=session if session.exists() else None,
        # A service worker's requests would pass the gate unseen.
        service_workers="block",
    )


@asynccontextmanager
async def _driver() -> AsyncIterator[Playwright]:
    starting = asyncio.ensure_future(async_playwright().start())
    try:
        yield await asyncio.shield(starting)
    finally:
        # Left half started or half ended, its process would outlive the loop.
        await undisturbed(_ended(starting))


async def _ended(starting: asyncio.Future[Playwright]) -> None:
    await (await starting).stop()


async def _user_agent(browser: PlaywrightBrowser) -> str:
    cdp = await browser.new_browser_cdp_session()
    own = (await cdp.send("Browser.getVersion"))["userAgent"]
    await cdp.detach()
    return f"{own} Handrail/{__version__} (attended; +{PROJECT_URL})"
