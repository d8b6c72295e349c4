"""The page as the site file describes it: find, read and see what stands there now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Locator

from handrail.core.i18n import gettext as _
from handrail.engine.context.pauses import Pauses
from handrail.engine.context.stops import NeedsPerson
from handrail.sites import locate as sites_locate
from handrail.sites.locate import Candidate, State
from handrail.sites.schema.locators import Learnable, LocatorSpec, Status, Value
from handrail.sites.schema.pages import Interruption
from handrail.sites.schema.site import Site

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

LOOK_MS = 6_000
"""How long a loaded page may take to show anything the site file knows."""


@dataclass(frozen=True)
class WatchedReading:
    """What was read from the page, and since when it has been the same."""

    value: object
    since: float
    """On the monotonic clock."""
    page_load: int
    """Which of the page's loads it was read on."""


class PageView:
    """The browser's page together with the site file, and what was learned of it in this run.

    Only what is visible counts, and nothing here waits unless its name says so.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._page: Page | None = None
        self.has_open_form = False
        """Whether a verification stopped halfway: the page may still hold its form, and is loaded anew."""
        self.pauses = Pauses()
        self.page_loads = 0
        """How often the page has gone on to another address, or loaded the same one anew."""
        self.watched: dict[str, WatchedReading] = {}
        """Readings whose quiet time runs while other work is done, by what they read."""
        self.effect_answered = 0.0
        """When the site answered the last effect, on the monotonic clock: what it brings may come later."""

    @property
    def site(self) -> Site:
        """The site file, with what was learned in this run."""
        return self._site

    @property
    def page(self) -> Page:
        """The browser's page; only after the browser has opened."""
        if self._page is None:
            raise RuntimeError("the browser is not open yet")
        return self._page

    @property
    def is_open(self) -> bool:
        """Whether the browser has opened."""
        return self._page is not None

    @property
    def address(self) -> str:
        """The page's address without its query, which may hold something private."""
        return self.page.url.split("?")[0]

    def open(self, page: Page) -> None:
        """Look at this page from now on."""
        self._page = page
        page.on("framenavigated", self._on_navigated)

    def learn(self, instead: Mapping[Learnable, Learnable], containers: Mapping[str, LocatorSpec]) -> None:
        """Use these locators instead of those, and these containers too, for the rest of the run."""
        self._site = self._site.with_changes(instead, containers)

    def with_learned(
        self, instead: Mapping[Learnable, Learnable], containers: Mapping[str, LocatorSpec]
    ) -> PageView:
        """Return the same page as it would be seen with these learned."""
        view = PageView(self._site.with_changes(instead, containers))
        view._page = self._page
        return view

    def locate(self, at: LocatorSpec, *, root: Locator | None = None) -> Locator:
        """Return the visible elements this describes."""
        return sites_locate.locate(self.page, self._site, at, root=root)

    def any_of(self, specs: Iterable[LocatorSpec]) -> Locator:
        """Return everything on the page that any of these describe."""
        return reduce(Locator.or_, map(self.locate, specs))

    async def sees_any(self, specs: Iterable[LocatorSpec]) -> bool:
        """Whether anything that these describe is visible now, asked of the browser once."""
        located = [self.locate(spec) for spec in specs]
        return bool(located) and await reduce(Locator.or_, located).count() > 0

    def anchor(self, page: str) -> Locator:
        """Return what tells a page of the site file from every other."""
        return self.locate(self._site.pages[page].anchor)

    async def is_seen(self, at: LocatorSpec) -> bool:
        """Whether this is visible now."""
        return await self.locate(at).count() > 0

    async def read(self, value: Value) -> str | None:
        """Return the value as the page shows it, or None where nothing is shown."""
        return await sites_locate.read(self.page, self._site, value)

    async def read_all(self, value: Value) -> list[str]:
        """Return every value shown: a list may hold the old one beside the new."""
        return await sites_locate.read_all(self.page, self._site, value)

    async def state(self, status: Status, values: list[str]) -> State | None:
        """Return how far the values shown are verified; None where the page uses no words we know."""
        return await sites_locate.state(self.page, self._site, status, values)

    async def candidates(self, at: LocatorSpec, *, most: int) -> list[Candidate]:
        """Return what the page shows of the same role, the most alike first."""
        return await sites_locate.candidates(self.page, self._site, at, most=most)

    async def region(self, at: LocatorSpec) -> Locator:
        """Return where this is to be looked for: its container, or the whole page where that is missing."""
        return await sites_locate.region(self.page, self._site, self._site.current(at))

    def _on_navigated(self, frame: Frame) -> None:
        if frame.parent_frame is None:
            self.page_loads += 1

    async def interruption(self) -> Interruption | None:
        """Return what stands between the run and the site's own page now; None where nothing does."""
        self.check_host()
        interruptions = self._site.interruptions
        # One question for all of them: most often there is none.
        if not await self.sees_any(interruption.see for interruption in interruptions):
            return None
        seen = await asyncio.gather(*(self.is_seen(interruption.see) for interruption in interruptions))
        return next(
            (interruption for interruption, there in zip(interruptions, seen, strict=True) if there), None
        )

    def check_host(self) -> None:
        """Raise NeedsPerson where the browser stands on a host the site file does not name."""
        address = urlsplit(self.page.url)
        if address.scheme not in ("http", "https"):
            return  # a blank page, or the browser's own about a connection that died
        if address.hostname not in self._site.hosts:
            raise NeedsPerson(
                _("The site led to {host}, which is not one of its known hosts.", host=address.hostname),
                hint=_(
                    "Look at the address before typing anything there; if it is right, add it to the site"
                    " file."
                ),
                where=address.hostname,
            )
