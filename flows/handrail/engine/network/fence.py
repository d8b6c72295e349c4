"""The fence of a rehearsal: whatever a page tries, nothing with an effect leaves the browser."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, CDPSession, Error, WebSocketRoute

from handrail.core.errors import HandrailError
from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy
from handrail.engine.network.clock_pages import ClockPages
from handrail.engine.network.gate import SAFE_METHODS, fetch_nothing_ahead, is_effect, is_named
from handrail.engine.network.whole_browser import session_while_open
from handrail.sites.schema.pages import Interruption
from handrail.sites.schema.site import Site

_EVERYTHING = [
    {"urlPattern": "*", "requestStage": "Request"},
    {"urlPattern": "*", "resourceType": "Document", "requestStage": "Response"},
]
_OVERRIDES = {"x-http-method-override", "x-http-method", "x-method-override"}
"""Headers by which a GET asks a server to take it for another method."""
_SIGNING_IN = {"sign-in", "two-step"}
_TRIAL = "http://fence.invalid/"
"""An address that cannot exist (RFC 2606), for trying the fence before any page is opened."""
_TRY = """async (address) => {
    new WebSocket(address.replace("http", "ws"));
    await fetch(address, {method: "POST", mode: "no-cors"}).catch(() => null);
    return ["Worker", "SharedWorker", "WebSocketStream", "WebTransport", "RTCPeerConnection"]
        .filter((name) => name in globalThis);
}"""


class NotFenced(HandrailError):
    """This browser does not let itself be fenced, so nothing is opened in it."""

    hint = lazy("Rehearse in another browser (--browser PATH); `handrail doctor` names those that are here.")


class Fence:
    """Stop every request with an effect, whichever page, frame, popup or worker it comes from.

    One CDP session with the whole browser sees each request at its beginning, redirects and what
    is sent while a page goes away included. Sockets never show there: they are stopped in the page.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._effects = tuple(dict.fromkeys(send for press in site.presses for send in press.sends))
        self._clocks = ClockPages(site)
        self._interruption: Interruption | None = None
        self._deciding: set[asyncio.Task[None]] = set()
        self._ended = False
        self.held_back: Counter[str] = Counter()
        """How often each request was held back, as "METHOD //host/path"."""

    @asynccontextmanager
    async def installed(self, context: BrowserContext) -> AsyncIterator[None]:
        """Surround this context's browser; NotFenced where a trial shows that it does not hold."""
        await context.add_init_script(
            (files("handrail.engine.network") / "fence.js").read_text(encoding="utf-8")
        )
        await fetch_nothing_ahead(context)
        await context.route_web_socket(re.compile(""), self._met_socket)
        if context.browser is None:
            raise self._not_fenced()
        session = await session_while_open(context.browser, context)
        context.on("close", self._end)
        session.on("Fetch.requestPaused", lambda event: self._met(session, event))
        try:
            await session.send("Fetch.enable", {"patterns": _EVERYTHING})
        except Error as error:
            raise self._not_fenced() from error
        await self.try_out(context)
        try:
            yield
        finally:
            await _leave_pages(context)

    async def try_out(self, context: BrowserContext) -> None:
        """Send to an address that cannot exist, and raise NotFenced where that was not stopped."""
        page = await context.new_page()
        left = await page.evaluate(_TRY, _TRIAL)
        await page.close()
        tried = [f"POST {_without_query(_TRIAL)}", f"WEBSOCKET {_without_query(_TRIAL)}"]
        if left or not all(self.held_back.pop(request, 0) for request in tried):
            raise self._not_fenced()

    @contextmanager
    def opened_for(self, met: Interruption) -> Iterator[None]:
        """Let out what this interruption sends while the person deals with it, and nothing else.

        Signing in may send anything but an effect to the site's hosts where its file names no `sends`.
        """
        self._interruption = met
        try:
            yield
        finally:
            self._interruption = None

    def lets(self, method: str, url: str, headers: Mapping[str, str]) -> bool:
        """Whether this request may leave: nothing named as an effect, and else only what reads."""
        if is_effect(self._effects, method, url) or self._clocks.has(url):
            return False
        if method in SAFE_METHODS and not _OVERRIDES & {name.lower() for name in headers}:
            return True
        ours = urlsplit(url).hostname in self._site.hosts
        return ours and (is_named(self._site.reads, method, url) or self._is_excepted(method, url))

    def _is_excepted(self, method: str, url: str) -> bool:
        met = self._interruption
        if met is None:
            return False
        return is_named(met.sends, method, url) if met.sends else met.kind in _SIGNING_IN

    def _end(self, _context: BrowserContext) -> None:
        """Let everything pass from now on: it is another context's."""
        self._ended = True

    def _met(self, session: CDPSession, event: dict[str, Any]) -> None:
        deciding = asyncio.ensure_future(self._decide(session, event))
        self._deciding.add(deciding)
        deciding.add_done_callback(self._deciding.discard)

    async def _decide(self, session: CDPSession, event: dict[str, Any]) -> None:
        request, answer = event["request"], {"requestId": event["requestId"]}
        # A request whose page or browser is gone has nobody to be answered.
        with suppress(Error):
            if "responseStatusCode" in event or "responseErrorReason" in event:
                await session.send("Fetch.continueResponse", {**answer, **_without_rules(event)})
            elif self._ended or self.lets(request["method"], request["url"], request["headers"]):
                await session.send("Fetch.continueRequest", answer)
            else:
                self.held_back[f"{request['method']} {_without_query(request['url'])}"] += 1
                # Aborted, a form's page stays where it is; blocked, an error page would come.
                await session.send("Fetch.failRequest", {**answer, "errorReason": "Aborted"})

    def _met_socket(self, socket: WebSocketRoute) -> None:
        # Not connected to its server, a socket is open for the page and silent.
        self.held_back[f"WEBSOCKET {_without_query(socket.url)}"] += 1

    def _not_fenced(self) -> NotFenced:
        return NotFenced(
            _("This browser does not hold back what a rehearsal must not send; no page was opened.")
        )


def _without_rules(event: dict[str, Any]) -> dict[str, Any]:
    """Drop the header that has pages fetched ahead of time; nothing where it is not there."""
    headers = event.get("responseHeaders", [])
    kept = [header for header in headers if header["name"].lower() != "speculation-rules"]
    if len(kept) == len(headers):
        return {}
    return {"responseCode": event["responseStatusCode"], "responseHeaders": kept}


async def _leave_pages(context: BrowserContext) -> None:
    """Have every page go away, with its last beacons, while the fence still stands."""
    with suppress(Error):
        for page in context.pages:
            await page.goto("about:blank")


def _without_query(url: str) -> str:
    """Return an address as //host/path."""
    parts = urlsplit(url)
    return f"//{parts.netloc}{parts.path}"
