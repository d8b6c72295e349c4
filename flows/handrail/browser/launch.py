"""Opening a browser under our name, as the same visitor as before where a run was cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import BrowserContext, Error, Playwright, async_playwright

from handrail.browser.user_agent import AGENT, read_user_agent, user_agent_flag
from handrail.core.cancellation import undisturbed
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.i18n import language

if TYPE_CHECKING:
    from handrail.browser.find import Browser

VIEWPORT = {"width": 1280, "height": 900}
"""CSS pixels, where there is no window to take the size from."""


@asynccontextmanager
async def launched(executable: Browser, *, headless: bool) -> AsyncIterator[PlaywrightBrowser]:
    """Yield the browser, started under our name; BadInput if it does not start."""
    async with _driver() as playwright:
        plain = await _start(playwright, executable, headless=headless)
        # Its own user agent is known only once it runs, and can be added to only when it starts.
        own = await read_user_agent(plain)
        closing = asyncio.ensure_future(plain.close())
        try:
            browser = await _start(playwright, executable, user_agent_flag(own), headless=headless)
            try:
                yield browser
            finally:
                await browser.close()
        finally:
            await undisturbed(closing)


@asynccontextmanager
async def open_browser(
    executable: Browser, *, headless: bool, session: Path, running: PlaywrightBrowser | None = None
) -> AsyncIterator[BrowserContext]:
    """Yield a context with the storage state at `session`, if there is one.

    It is in a browser of its own, or in the one that is `running` already.
    Raises BadInput if that one was started under another name than ours.
    """
    if running is None:
        async with launched(executable, headless=headless) as browser:
            yield await _new_context(browser, headless=headless, session=session)
        return
    await _check_name(running)
    context = await _new_context(running, headless=headless, session=session)
    try:
        yield context
    finally:
        with suppress(Error):  # a browser that died has closed it
            await undisturbed(context.close())


async def _check_name(running: PlaywrightBrowser) -> None:
    if not (await read_user_agent(running)).endswith(AGENT):
        raise BadInput(
            _("The open browser does not say in its user agent that Handrail is at work."),
            hint=_("Open it with handrail.browser.launch.launched, or give none: Handrail opens its own."),
        )


async def _new_context(browser: PlaywrightBrowser, *, headless: bool, session: Path) -> BrowserContext:
    return await browser.new_context(
        locale="zh-CN" if language() == "zh" else None,
        viewport=VIEWPORT if headless else None,  # type: ignore[arg-type]  # a TypedDict of these two
        no_viewport=not headless,
        storage_state=session if session.exists() else None,
        # A service worker's requests would pass the gate unseen.
        service_workers="block",
    )


async def _start(
    playwright: Playwright, executable: Browser, *switches: str, headless: bool
) -> PlaywrightBrowser:
    try:
        return await playwright.chromium.launch(
            executable_path=executable.path,
            args=switches,
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
