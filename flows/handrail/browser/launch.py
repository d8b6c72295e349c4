"""Opening a browser under our name, as the same visitor as before where a run was cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import BrowserContext, Error, Playwright, async_playwright

from handrail.browser.known_agents import KnownAgent, recall, remember
from handrail.browser.user_agent import AGENT, read_user_agent, user_agent_flag
from handrail.core.cancellation import undisturbed
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.i18n import language

if TYPE_CHECKING:
    from handrail.browser.find import Browser

VIEWPORT = {"width": 1280, "height": 900}
"""CSS pixels, where there is no window to take the size from."""


class BrowserProcess:
    """Playwright's driver and a browser under our name, which start and end in the background."""

    def __init__(self, executable: Browser, *, headless: bool) -> None:
        self._executable = executable
        self._headless = headless
        self._driver: asyncio.Future[Playwright] | None = None
        self._browser: asyncio.Future[PlaywrightBrowser] | None = None
        self._unnamed: asyncio.Future[None] | None = None
        self._ending: asyncio.Future[None] | None = None

    def start_driver(self) -> asyncio.Future[Playwright]:
        """Begin to start Playwright's driver; nothing can be seen of it."""
        if self._driver is None:
            self._driver = asyncio.ensure_future(async_playwright().start())
        return self._driver

    def start(self) -> asyncio.Future[PlaywrightBrowser]:
        """Begin to start the browser too."""
        if self._browser is None:
            self._browser = asyncio.ensure_future(self._launched())
        return self._browser

    async def ready(self) -> PlaywrightBrowser:
        """Wait for the browser and return it; BadInput if it does not start."""
        return await asyncio.shield(self.start())

    def end(self) -> asyncio.Future[None]:
        """Begin to close browser and driver; nothing has to wait for that but the end of the program."""
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._closed())
        return self._ending

    async def ended(self) -> None:
        """Close browser and driver, if that has not begun, and wait until they are gone."""
        # Left half started or half ended, their processes would outlive the loop.
        await undisturbed(self.end())

    async def _launched(self) -> PlaywrightBrowser:
        """Start the browser; its own user agent can be added to only by who knows it before."""
        known = recall(self._executable, headless=self._headless)
        if known is not None:
            browser = await self._start(user_agent_flag(known.user_agent))
            if browser.version == known.version:
                return browser
            await browser.close()
        plain = await self._start()
        known = KnownAgent(plain.version, await read_user_agent(plain))
        self._unnamed = asyncio.ensure_future(plain.close())
        remember(self._executable, known, headless=self._headless)
        return await self._start(user_agent_flag(known.user_agent))

    async def _start(self, *switches: str) -> PlaywrightBrowser:
        playwright = await self.start_driver()
        try:
            return await playwright.chromium.launch(
                executable_path=self._executable.path,
                args=switches,
                headless=self._headless,
                chromium_sandbox=self._executable.sandbox,
                handle_sigint=False,
                handle_sigterm=False,
            )
        except Error as error:
            raise BadInput(
                _(
                    "{path} could not be started: {reason}.",
                    path=self._executable.path,
                    reason=error.message.splitlines()[0],
                ),
                hint=_("`handrail doctor` says what is wrong with it; --browser PATH names another."),
                where=str(self._executable.path),
            ) from None

    async def _closed(self) -> None:
        # What never came up, or is gone already, has nothing to end.
        if self._browser is not None:
            with suppress(Exception):
                await (await self._browser).close()
        if self._unnamed is not None:
            with suppress(Exception):
                await self._unnamed
        if self._driver is not None:
            with suppress(Exception):
                await (await self._driver).stop()


@asynccontextmanager
async def launched(executable: Browser, *, headless: bool) -> AsyncIterator[PlaywrightBrowser]:
    """Yield the browser, started under our name; BadInput if it does not start."""
    process = BrowserProcess(executable, headless=headless)
    try:
        yield await process.ready()
    finally:
        await process.ended()


@asynccontextmanager
async def open_browser(
    executable: Browser,
    *,
    headless: bool,
    session: Path,
    running: BrowserProcess | PlaywrightBrowser | None = None,
) -> AsyncIterator[BrowserContext]:
    """Yield a context with the storage state at `session`, if there is one.

    It is in a browser of its own; in the one of a process, which begins to end as the context does;
    or in the one that is `running` already, and stays. Raises BadInput if that one was started under
    another name than ours.
    """
    if running is None:
        async with launched(executable, headless=headless) as browser:
            yield await _new_context(browser, headless=headless, session=session)
        return
    if isinstance(running, BrowserProcess):
        try:
            yield await _new_context(await running.ready(), headless=headless, session=session)
        finally:
            running.end()
            await asyncio.sleep(0)  # the word to close goes out before whatever keeps this loop busy next
        return
    await _check_name(running)
    context = await _new_context(running, headless=headless, session=session)
    try:
        yield context
    finally:
        with suppress(Error):  # a browser that died has closed it
            await undisturbed(context.close())


async def open_second_tab(context: BrowserContext, url: str) -> None:
    """Open an address in a second tab of the window, and bring the first one back to the front."""
    first, second = context.pages[0], await context.new_page()
    with suppress(Error):  # a convenience: a run never fails for it
        await second.goto(url)
        await first.bring_to_front()


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
