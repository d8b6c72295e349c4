"""The key in the browser window that stops every run: only a person's own hands press it, never a page."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Frame, Page

KEY = "Control+Option+H" if sys.platform == "darwin" else "Ctrl+Alt+H"
"""As it stands on the keyboard. H types no letter together with Ctrl+Alt on the layouts we know of."""
_WORLD = "handrail"
_BINDING = "handrailStop"


def hear_stop_key(context: BrowserContext, pressed: Callable[[], None]) -> None:
    """Call `pressed` whenever the key is pressed, in any page of this context that is opened from now on."""
    context.on("page", partial(_listen_on_page, pressed))


async def _listen_on_page(pressed: Callable[[], None], page: Page) -> None:
    page.on("framenavigated", partial(_listen_in_frame, pressed))
    await _listen(page.context, page, pressed)
    for frame in page.frames:
        await _listen_in_frame(pressed, frame)


async def _listen_in_frame(pressed: Callable[[], None], frame: Frame) -> None:
    if frame.parent_frame is not None:
        await _listen(frame.page.context, frame, pressed)


async def _listen(context: BrowserContext, where: Page | Frame, pressed: Callable[[], None]) -> None:
    """Listen in this page, or in this frame where it lives in a process of its own.

    Playwright's own bindings stand in the page's world, where the page finds and calls them.
    """

    def called(binding: dict[str, Any]) -> None:
        if binding["name"] == _BINDING:
            pressed()

    with suppress(Error):  # a frame of the page's own process is heard with it; a closed page says nothing
        session = await context.new_cdp_session(where)
        session.on("Runtime.bindingCalled", called)
        await session.send("Page.enable")
        await session.send("Runtime.enable")
        await session.send("Runtime.addBinding", {"name": _BINDING, "executionContextName": _WORLD})
        source = (files("handrail.browser") / "stop_key.js").read_text(encoding="utf-8")
        # Immediately too: a page that opened by itself may stand there already.
        script = {"source": source, "worldName": _WORLD, "runImmediately": True}
        await session.send("Page.addScriptToEvaluateOnNewDocument", script)
