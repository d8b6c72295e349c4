"""A key in the browser window that stops every run, or offers to stop this one; no page can press it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error

from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Frame, Page

KEY = "Control+Option+H" if sys.platform == "darwin" else "Ctrl+Alt+H"
"""The key for a person. Ctrl+Alt+H types no letter on the known keyboard layouts."""
_WORLD = "handrail"
_BINDING = "handrailStop"


@dataclass(frozen=True)
class StopOffer:
    """What is offered before runs of other accounts are stopped: to stop this run only."""

    others: Callable[[], int]
    """Names the runs of other accounts to the person, outside the page, and returns how many there are."""
    stop_this: Callable[[], None]
    """Stops this run, and no other."""


@dataclass(frozen=True)
class _Stops:
    """What the key can do."""

    every: Callable[[], None]
    offer: StopOffer | None

    def chosen(self, choice: str) -> int:
        """Do what was chosen; the key alone (an empty choice) returns how many runs it must ask about."""
        if choice == "this" and self.offer is not None:
            self.offer.stop_this()
        elif choice == "all" or self.offer is None or not (count := self.offer.others()):
            self.every()
        else:
            return count
        return 0


def hear_stop_key(
    context: BrowserContext, pressed: Callable[[], None], offer: StopOffer | None = None
) -> None:
    """Call `pressed` when the key is pressed in any page that this context opens from now on.

    With an `offer`, the person is asked in the page first if that would stop runs of other accounts.
    """
    context.on("page", partial(_listen_on_page, _Stops(pressed, offer)))


async def _listen_on_page(stops: _Stops, page: Page) -> None:
    page.on("framenavigated", partial(_listen_in_frame, stops))
    await _listen(page.context, page, stops)
    for frame in page.frames:
        await _listen_in_frame(stops, frame)


async def _listen_in_frame(stops: _Stops, frame: Frame) -> None:
    if frame.parent_frame is not None:
        await _listen(frame.page.context, frame, stops)


async def _listen(context: BrowserContext, where: Page | Frame, stops: _Stops) -> None:
    """Listen in a page, or in a frame that has a process of its own.

    Playwright's own bindings are in the page's world, where the page could call them.
    """
    asking: set[asyncio.Future[Any]] = set()

    def called(binding: dict[str, Any]) -> None:
        if binding["name"] == _BINDING and (count := stops.chosen(binding["payload"])):
            asked = asyncio.ensure_future(_ask(session, binding["executionContextId"], count))
            asking.add(asked)
            asked.add_done_callback(asking.discard)

    with suppress(Error):  # a frame of the page's own process is heard with it; a closed page says nothing
        session = await context.new_cdp_session(where)
        session.on("Runtime.bindingCalled", called)
        await session.send("Page.enable")
        await session.send("Runtime.enable")
        await session.send("Runtime.addBinding", {"name": _BINDING, "executionContextName": _WORLD})
        source = (files("handrail.browser") / "stop_key.js").read_text(encoding="utf-8")
        # Immediately too: a page that opened by itself may be loaded already.
        script = {"source": source, "worldName": _WORLD, "runImmediately": True}
        await session.send("Page.addScriptToEvaluateOnNewDocument", script)


async def _ask(session: CDPSession, world: int, count: int) -> None:
    """Ask in the page, without a name in it: the site must not learn which other accounts there are."""
    texts = {
        "title": _("Stop this run only?"),
        "about": _("Runs of other accounts are under way: {count}. The terminal names them.", count=count),
        "this": _("Stop this run only (Enter)"),
        "all": _("Stop every run ({key} once more)", key=KEY),
        "on": _("Go on (Esc)"),
    }
    with suppress(Error):  # the page is being left; the terminal has named the runs
        await session.send(
            "Runtime.evaluate",
            {"expression": f"handrailAskStop({json.dumps(texts)})", "contextId": world},
        )
