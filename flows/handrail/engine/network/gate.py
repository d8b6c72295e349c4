"""The gate: no request with an effect leaves the browser before the ledger says so on disk."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Error, Request, Route

from handrail.engine.network.clock_pages import ClockPages
from handrail.engine.network.effect_permit import EffectPermit
from handrail.engine.network.redirects import Redirects
from handrail.sites.schema.site import Site

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that have no effect (RFC 9110, 9.2.1)."""
_CARRY_TIMEOUT_MS = 60_000


class Gate:
    """Holds every request the site file names as an effect; lets one pass while a permit is open."""

    def __init__(self, site: Site, *, on_blocked: Callable[[str], None]) -> None:
        self._is_carried = site.carried_by == "handrail"
        self._sends = tuple(dict.fromkeys(send for press in site.presses for send in press.sends))
        self._clocks = ClockPages(site)
        self._clock_runs = False
        self._on_blocked = on_blocked
        self._permit: EffectPermit | None = None

    async def install(self, context: BrowserContext) -> None:
        """Begin to hold requests, in this context's network layer."""
        await fetch_nothing_ahead(context)
        paths = {_however_written(send) for send in self._sends}
        paths |= {_loosely(path) + "(?:[/;].*)?" for path in self._clocks.paths}
        if paths:
            held = rf"^https?://[^/]+/*(?:{'|'.join(sorted(paths))})(?:[?#]|$)"
            await context.route(re.compile(held, re.IGNORECASE), self._handle)
        effect_paths = tuple(dict.fromkeys(send.split(" ", 1)[1] for send in self._sends))
        redirects = Redirects(
            effect_paths,
            self._may_follow_redirect,
            self._on_redirected_answer,
            every_document=bool(self._clocks.paths),
        )
        await redirects.watch(context)

    def open(self, permit: EffectPermit) -> None:
        """Let one request of this permit through when it comes."""
        self._permit = permit

    def shut(self) -> None:
        """Hold everything again."""
        self._permit = None

    @asynccontextmanager
    async def closed(self, context: BrowserContext) -> AsyncIterator[None]:
        """Let nothing leave that may have an effect, while a person only points at something.

        The page's own listeners hear that click too.
        """
        permit, self._permit = self._permit, None
        everything = re.compile(r"^https?:")
        await context.route(everything, _only_safe)
        try:
            yield
        finally:
            await context.unroute(everything, _only_safe)
            self._permit = permit

    async def _handle(self, route: Route, request: Request) -> None:
        if not self._needs_permit(request.method, request.url):
            await route.continue_()
            return
        permit = self._permit_for(request.method, request.url)
        if permit is not None and not permit.is_released and (other := permit.differing(_body_of(request))):
            said = ", ".join(f"{key}: {value}" for key, value in other.items())
            self._on_blocked(f"{request.method} {urlsplit(request.url).path} ({said})")
            permit = None
        if permit is None:
            await route.abort("blockedbyclient")
            return
        if permit.is_released:
            await route.continue_()  # the clock's page, to which the effect's own request has led
            return
        permit.on_stage("held")
        permit.release(request.url)
        try:
            if self._is_carried:
                await _carry(route, permit)
            else:
                await _pass_on(route, request, permit)
        finally:
            permit.end()

    def _needs_permit(self, method: str, url: str) -> bool:
        """Whether it is an effect, or a page whose clock does not run yet."""
        if self._clocks.has(url) and (method in SAFE_METHODS or not self._clock_runs):
            return not self._clock_runs
        return is_effect(self._sends, method, url)

    def _permit_for(self, method: str, url: str) -> EffectPermit | None:
        """Return the permit that this request may use; None where it is held back, which is reported."""
        permit = self._permit
        if permit is not None and permit.opens_clock and self._clocks.has(url):
            self._clock_runs = True
            return permit
        if permit is None or permit.is_released or not is_effect(permit.sends, method, url):
            self._on_blocked(f"{method} {urlsplit(url).path}")
            return None
        return permit

    def _may_follow_redirect(self, method: str, url: str, come_from: str | None) -> bool:
        """Whether a redirected request may leave; *released* is on disk then."""
        if not self._needs_permit(method, url):
            return True
        permit = self._permit
        own = come_from is not None and permit is not None and permit.url == come_from
        if permit is not None and own and is_effect(permit.sends, method, url):
            return True  # the effect's own request, led on: by a slash at its end, or to another host
        permit = self._permit_for(method, url)
        if permit is not None and not permit.is_released:
            permit.on_stage("held")
            permit.release(url)
        return permit is not None

    def _on_redirected_answer(self, method: str, url: str, status: int | None) -> None:
        permit = self._permit
        if permit is not None and is_effect(permit.sends, method, url):
            permit.status = status
            permit.end()


def _body_of(request: Request) -> dict[str, object]:
    """Return the fields of a JSON or form body; none where it is neither."""
    try:
        body = request.post_data_json
    except Error:
        return {}
    return body if isinstance(body, dict) else {}


async def _carry(route: Route, permit: EffectPermit) -> None:
    """Send the request by Playwright's own client, and hand the answer to the page.

    Chromium sends a POST again by itself when a kept-alive connection drops before the answer.
    """
    try:
        response = await route.fetch(max_redirects=0, max_retries=0, timeout=_CARRY_TIMEOUT_MS)
    except Error:
        await route.abort("connectionclosed")
        return
    permit.take_answer(response.status, response.headers.get("retry-after"))
    await route.fulfill(response=response)


async def _pass_on(route: Route, request: Request, permit: EffectPermit) -> None:
    """Let the browser send the request."""
    await route.continue_()
    response = await request.response()
    if response is not None:
        permit.take_answer(response.status, response.headers.get("retry-after"))


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
        method == named.split(" ", 1)[0] and re.fullmatch(_pattern(named.split(" ", 1)[1]), path)
        for named in requests
    )


def _however_written(send: str) -> str:
    """Match a path as servers commonly take it: case, parameters and a slash at its end change nothing."""
    return _pattern(send.split(" ", 1)[1].rstrip("/")) + r"(?:;[^/]*)?/*"


def _loosely(path: str) -> str:
    """Match a path however a browser may write it: more slashes, or a character by its number."""
    steps = (step for step in path.split("/") if step)
    patterns = ("".join(f"(?:{re.escape(char)}|%{ord(char):02x})" for char in step) for step in steps)
    return "/+" + "/+".join(patterns)


def _pattern(path: str) -> str:
    return re.escape(path).replace(r"\*", "[^/]+")
