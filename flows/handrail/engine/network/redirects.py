"""Effects that a server's redirect would have: Playwright routes do not see those, so CDP intercepts them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error

from handrail.engine.network.whole_browser import session_while_open

Let = Callable[[str, str, str | None], bool]
"""Whether a request (method, address, and the address it was redirected from, where that was watched too)
may leave; it is on disk then."""
Answered = Callable[[str, str, int | None], None]
"""Told of such a request's answer: method, address, HTTP status or None where the connection died."""


class Redirects:
    """Hold each redirected request to these paths until it is said whether it may leave."""

    def __init__(
        self, paths: tuple[str, ...], let: Let, answered: Answered, *, every_document: bool = False
    ) -> None:
        self._patterns: list[dict[str, str]] = [
            {"urlPattern": f"*{path.rstrip('/')}*", "requestStage": stage}
            for path in paths
            for stage in ("Request", "Response")
        ]
        if every_document:
            # These patterns know one way of writing a path; which page it is, is decided here.
            self._patterns.append({"urlPattern": "*", "resourceType": "Document", "requestStage": "Request"})
        self._let, self._answered = let, answered
        self._let_out: set[str] = set()
        self._seen: dict[str, str] = {}
        self._deciding: set[asyncio.Task[None]] = set()
        self._ended = False

    async def watch(self, context: BrowserContext) -> None:
        """Begin, for every page of this context's browser."""
        if context.browser is None or not self._patterns:
            return
        session = await session_while_open(context.browser, context)
        context.on("close", self._end)
        session.on("Fetch.requestPaused", lambda event: self._met(session, event))
        await session.send("Fetch.enable", {"patterns": self._patterns})

    def _end(self, _context: BrowserContext) -> None:
        """Let everything pass from now on: it is another context's."""
        self._ended = True

    def _met(self, session: CDPSession, event: dict[str, Any]) -> None:
        deciding = asyncio.ensure_future(self._decide(session, event))
        self._deciding.add(deciding)
        deciding.add_done_callback(self._deciding.discard)

    async def _decide(self, session: CDPSession, event: dict[str, Any]) -> None:
        request, answer = event["request"], {"requestId": event["requestId"]}
        method, url = request["method"], request["url"]
        # A request whose page or browser is gone has nobody to be answered.
        with suppress(Error):
            if "responseStatusCode" in event or "responseErrorReason" in event:
                if url in self._let_out and not self._ended:
                    self._let_out.discard(url)
                    self._answered(method, url, event.get("responseStatusCode"))
                await session.send("Fetch.continueResponse", answer)
            elif self._ended or "redirectedRequestId" not in event:
                self._seen[event["requestId"]] = url
                await session.send("Fetch.continueRequest", answer)
            elif self._let(method, url, self._seen.get(event["redirectedRequestId"])):
                self._seen[event["requestId"]] = url
                self._let_out.add(url)
                await session.send("Fetch.continueRequest", answer)
            else:
                await session.send("Fetch.failRequest", {**answer, "errorReason": "BlockedByClient"})
