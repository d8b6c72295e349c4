"""A key in the browser window that stops every run; no page can press it."""

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
"""The key for a person. Ctrl+Alt+H types no letter on the known keyboard layouts."""
_WORLD = "handrail"
_BINDING = "handrailStop"


def hear_stop_key(context: BrowserContext, pressed: Callable[[], None]) -> None:
    """Call `pressed` when the key is pressed in any page that this context opens from now on."""
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
    """Listen in a page, or in a frame that has a process of its own.

    Playwright's own bindings are in the page's world, where the page could call them.
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
        # Immediately too: a page that opened by itself may be loaded already.
        script = {"source": source, "worldName": _WORLD, "runImmediately": True}
        await session.send("Page.addScriptToEvaluateOnNewDocument", script)
