"""The gate: no request with an effect leaves the browser before the ledger says so on disk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Error, Request, Route

from handrail.engine.network.clock_pages import ClockPages
from handrail.engine.network.redirects import Redirects
from handrail.sites.schema.site import Site

GateStage = Literal["held", "releasing", "released", "answered"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that have no effect (RFC 9110, 9.2.1)."""
_CARRY_TIMEOUT_MS = 60_000


@dataclass
class EffectPermit:
    """One effect's way through the gate: at most one request passes."""

    sends: tuple[str, ...]
    heard: Callable[[GateStage], None]
    """Told of each stage; on "releasing" it writes and syncs *released* before it returns."""
    released: bool = False
    url: str | None = None
    """The address of the request that passed."""
    elsewhere: list[str] = field(default_factory=list)
    """Requests that may be the effect and went past the gate, as "METHOD /path"."""
    status: int | None = None
    """HTTP status of the answer; None until it came, and when the connection died."""
    retry_after: str | None = None
    """The answer's Retry-After header."""
    opens_clock: bool = False
    """Whether it may open a page that starts a clock: on the person's word, or because it runs already."""
    left: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def let_out(self, url: str) -> None:
        """Write *released*, and only then count the request to this address as gone."""
        self.heard("releasing")
        self.released, self.url = True, url
        self.heard("released")
        self.left.set()


class Gate:
    """Hold every request the site file names as an effect; let one pass while a passage is open."""

    def __init__(self, site: Site, *, on_blocked: Callable[[str], None]) -> None:
        self._carried = site.carried_by == "handrail"
        self._sends = tuple(dict.fromkeys(send for press in site.presses for send in press.sends))
        self._clocks = ClockPages(site)
        self._clock_runs = False
        self._on_blocked = on_blocked
        self._passage: EffectPermit | None = None

    async def stand(self, context: BrowserContext) -> None:
        """Take up the place in this context's network layer."""
        await fetch_nothing_ahead(context)
        paths = {_however_written(send) for send in self._sends}
        paths |= {_loosely(path) + "(?:[/;].*)?" for path in self._clocks.paths}
        if paths:
            held = rf"^https?://[^/]+/*(?:{'|'.join(sorted(paths))})(?:[?#]|$)"
            await context.route(re.compile(held, re.IGNORECASE), self._handle)
        alone = tuple(dict.fromkeys(send.split(" ", 1)[1] for send in self._sends))
        every_document = bool(self._clocks.paths)
        redirects = Redirects(
            alone, self._let_redirected, self._redirected_answered, every_document=every_document
        )
        await redirects.watch(context)

    def open(self, passage: EffectPermit) -> None:
        """Let the one request of this passage through when it comes."""
        self._passage = passage

    def shut(self) -> None:
        """Hold everything again."""
        self._passage = None

    @asynccontextmanager
    async def closed(self, context: BrowserContext) -> AsyncIterator[None]:
        """Let nothing leave that may have an effect, while a person only points at something.

        The page's own listeners hear that click too.
        """
        passage, self._passage = self._passage, None
        everything = re.compile(r"^https?:")
        await context.route(everything, _only_safe)
        try:
            yield
        finally:
            await context.unroute(everything, _only_safe)
            self._passage = passage

    async def _handle(self, route: Route, request: Request) -> None:
        if not self._is_held(request.method, request.url):
            await route.continue_()
            return
        passage = self._open_for(request.method, request.url)
        if passage is None:
            await route.abort("blockedbyclient")
            return
        if passage.released:
            await route.continue_()  # the clock's page, to which the effect's own request has led
            return
        passage.heard("held")
        passage.let_out(request.url)
        try:
            await (self._carry(route, passage) if self._carried else self._let_go(route, request, passage))
        finally:
            passage.heard("answered")
            passage.answered.set()

    def _is_held(self, method: str, url: str) -> bool:
        """Whether it needs a passage: an effect, or a page whose clock does not run yet."""
        if self._clocks.has(url) and (method in SAFE_METHODS or not self._clock_runs):
            return not self._clock_runs
        return is_effect(self._sends, method, url)

    def _open_for(self, method: str, url: str) -> EffectPermit | None:
        """Return the passage that this request may take; None where it is held back, which is told."""
        passage = self._passage
        if passage is not None and passage.opens_clock and self._clocks.has(url):
            self._clock_runs = True
            return passage
        if passage is None or passage.released or not is_effect(passage.sends, method, url):
            self._on_blocked(f"{method} {urlsplit(url).path}")
            return None
        return passage

    def _let_redirected(self, method: str, url: str, come_from: str | None) -> bool:
        if not self._is_held(method, url):
            return True
        passage = self._passage
        own = come_from is not None and passage is not None and passage.url == come_from
        if passage is not None and own and is_effect(passage.sends, method, url):
            return True  # the effect's own request, led on: by a slash at its end, or to another host
        passage = self._open_for(method, url)
        if passage is not None and not passage.released:
            passage.heard("held")
            passage.let_out(url)
        return passage is not None

    def _redirected_answered(self, method: str, url: str, status: int | None) -> None:
        passage = self._passage
        if passage is not None and is_effect(passage.sends, method, url):
            passage.status = status
            passage.heard("answered")
            passage.answered.set()

    async def _carry(self, route: Route, passage: EffectPermit) -> None:
        # Chromium sends a POST again by itself when a kept-alive connection drops before the answer;
        # Playwright's own client does not, so the effect is sent by that and handed to the page.
        try:
            response = await route.fetch(max_redirects=0, max_retries=0, timeout=_CARRY_TIMEOUT_MS)
        except Error:
            await route.abort("connectionclosed")
            return
        passage.status, passage.retry_after = response.status, response.headers.get("retry-after")
        await route.fulfill(response=response)

    async def _let_go(self, route: Route, request: Request, passage: EffectPermit) -> None:
        await route.continue_()
        response = await request.response()
        if response is not None:
            passage.status, passage.retry_after = (
                response.status,
                response.headers.get("retry-after"),
            )


async def _only_safe(route: Route, request: Request) -> None:
    if request.method in SAFE_METHODS:
        await route.fallback()
    else:
        await route.abort("blockedbyclient")


async def fetch_nothing_ahead(context: BrowserContext) -> None:
    """Take away what has pages fetched ahead of time: that passes the network layer unseen."""
    await context.add_init_script((files("handrail.engine.network") / "ahead.js").read_text(encoding="utf-8"))


def is_effect(sends: tuple[str, ...], method: str, url: str) -> bool:
    """Whether a request of this method to this address is one of these effects, however it is written."""
    path = urlsplit(url).path
    return any(
        method == send.split(" ", 1)[0] and re.fullmatch(_however_written(send), path, re.IGNORECASE)
        for send in sends
    )


def is_named(requests: tuple[str, ...], method: str, url: str) -> bool:
    """Whether this very request is one of those that a site file lets out: to the letter, not more."""
    path = urlsplit(url).path
    return any(
        method == one.split(" ", 1)[0] and re.fullmatch(_pattern(one.split(" ", 1)[1]), path)
        for one in requests
    )


def _however_written(send: str) -> str:
    """Match a path as servers commonly take it: case, parameters and a slash at its end change nothing."""
    return _pattern(send.split(" ", 1)[1].rstrip("/")) + r"(?:;[^/]*)?/*"


def _loosely(path: str) -> str:
    """Match a path however a browser may write it: more slashes, or a character by its number."""
    steps = (step for step in path.split("/") if step)
    written = ("".join(f"(?:{re.escape(one)}|%{ord(one):02x})" for one in step) for step in steps)
    return "/+" + "/+".join(written)


def _pattern(path: str) -> str:
    return re.escape(path).replace(r"\*", "[^/]+")
