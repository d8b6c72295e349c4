"""Whether the run's window is still there, and what else the site opens beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Error

from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy
from handrail.core.outcome import Outcome
from handrail.engine.context.stops import Stop

if TYPE_CHECKING:
    from playwright.async_api import Page


class WindowGone(Stop):
    """The page that a question was about is not there any more."""

    outcome = Outcome.NEEDS_PERSON
    hint = lazy("Run the same command again; it looks at the page before it does anything.")


class WindowWatch:
    """Watches one page of the browser; `gone` is done once nobody can act on it any more."""

    def __init__(self, page: Page, *, on_other: Callable[[str], None]) -> None:
        self.gone: asyncio.Future[WindowGone] = asyncio.get_running_loop().create_future()
        """Why the page went: its window was closed, it crashed, or the browser ended."""
        self._on_other = on_other
        page.on(
            "close", lambda _page: self._went(_("The browser window was closed while a question waited."))
        )
        page.on("crash", lambda _page: self._went(_("The page crashed while a question waited.")))
        page.on("popup", self._name_popup)

    def _went(self, reason: str) -> None:
        if not self.gone.done():
            self.gone.set_result(WindowGone(reason))

    async def _name_popup(self, popup: Page) -> None:
        """Say that the site opened another tab: this run goes on in its own."""
        with suppress(Error):  # it may be closed as soon as it opened
            await popup.wait_for_load_state("domcontentloaded")
        self._on_other(urlsplit(popup.url).hostname or _("an empty page"))
