"""Guidance in the browser: what the person is asked, on the page itself, and where to look."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from playwright.async_api import Error

from handrail.browser.stop_key import KEY
from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import FloatRect, Locator, Page

    from handrail.operator import Prompt

Side: TypeAlias = Literal["top", "bottom"]
"""Which end of the window the panel stands at."""
_BANNER = """
<div style="position:fixed;left:50%;{side}:24px;transform:translateX(-50%);
  max-width:min(680px,calc(100vw - 32px));box-sizing:border-box;padding:14px 20px;border-radius:12px;
  background:#102a43;color:#f0f4f8;
  font:15px/1.5 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;
  box-shadow:0 10px 30px rgba(16,42,67,.35);border-left:5px solid #f7c948">
  <div style="font-size:12px;letter-spacing:.06em;opacity:.75;margin-bottom:2px">HANDRAIL</div>
  <div>{text}</div>
  <div style="font-size:13px;opacity:.75;margin-top:4px">{where}</div>
  <div style="font-size:12px;opacity:.6;margin-top:2px">{stop}</div>
</div>
"""

_RING = """
<div style="position:fixed;{style};box-sizing:border-box;border:3px solid #f7c948;border-radius:10px;
  box-shadow:0 0 0 3px rgba(16,42,67,.55)"></div>
"""
_FOLLOW_S = 0.25
_ONLY_SHOWN = frozenset({"learn", "by-eye", "confirm-true", "certify-as-written"})
"""What is answered in the terminal alone, about something on the page."""


class Guidance:
    """Shows each prompt on the page while it waits; silent where nobody sees the window."""

    def __init__(self, page: Page, *, shown: bool, stops_all: bool = False) -> None:
        self._page = page
        self._stops_all = stops_all
        self.shown = shown
        """Whether overlays are drawn: a capture then hides them for its moment."""

    @asynccontextmanager
    async def showing(self, prompt: Prompt) -> AsyncIterator[None]:
        """Show the question, and mark what the person is to use; both go when it is answered."""
        if not self.shown:
            yield
            return
        overlays = _Overlays(self._page, partial(_banner, prompt, all_by_key=self._stops_all))
        await overlays.show_banner("bottom")
        following = asyncio.create_task(overlays.follow(prompt.target)) if prompt.target is not None else None
        try:
            yield
        finally:
            if following is not None:
                following.cancel()
                with suppress(asyncio.CancelledError):
                    await following
            await overlays.close()


class _Overlay(Protocol):
    """What Playwright gives for an overlay that it shows."""

    async def close(self) -> None:
        """Remove it."""


class _Overlays:
    """The panel with the question, and a ring around what it is about; the panel never covers the ring."""

    def __init__(self, page: Page, banner: Callable[[Side], str]) -> None:
        self._page = page
        self._html = banner
        self._side: Side = "bottom"
        self._banner: _Overlay | None = None
        self._ring: _Overlay | None = None

    async def show_banner(self, side: Side) -> None:
        """Show the panel at this end of the window, in place of the other."""
        await _removed(self._banner)
        self._side = side
        self._banner = await self._page.screencast.show_overlay(self._html(side))

    async def follow(self, target: Locator) -> None:
        """Keep a ring around the element, wherever scrolling or a redraw moves it, and the panel off it.

        Playwright's own highlight writes the locator beside it, which tells a seller nothing.
        """
        drawn = None
        with suppress(Error):  # the page has gone on: there is nothing to point at any more
            await target.scroll_into_view_if_needed()
            while True:
                box = await target.bounding_box() if await target.count() else None
                if box != drawn:
                    await _removed(self._ring)
                    self._ring = await self._page.screencast.show_overlay(_ring(box)) if box else None
                    drawn = box
                    await self._clear(box)
                await asyncio.sleep(_FOLLOW_S)

    async def _clear(self, box: FloatRect | None) -> None:
        """Move the panel to the other end of the window where it would cover the element."""
        if box is None:
            return
        height = await self._page.evaluate("innerHeight")
        side: Side = "top" if box["y"] + box["height"] / 2 > height / 2 else "bottom"
        if side != self._side:
            await self.show_banner(side)

    async def close(self) -> None:
        """Remove everything that is shown."""
        await _removed(self._ring)
        await _removed(self._banner)


async def _removed(overlay: _Overlay | None) -> None:
    if overlay is not None:
        with suppress(Error):  # it went with its page
            await overlay.close()


def _banner(prompt: Prompt, side: Side, *, all_by_key: bool) -> str:
    return _BANNER.format(
        side=side,
        text=html.escape(prompt.text),
        where=html.escape(_where(prompt)),
        stop=html.escape(_how_to_stop(all_by_key=all_by_key)),
    )


def _how_to_stop(*, all_by_key: bool) -> str:
    if not all_by_key:
        return _("Ctrl-C in the terminal ends the run, with its evidence.")
    return _("{key} here ends every run; Ctrl-C in the terminal ends this one. Evidence is kept.", key=KEY)


def _where(prompt: Prompt) -> str:
    """Say where the person answers; a ring that only shows what is meant is not to be pressed."""
    if prompt.kind == "pick":
        return _("Click it on this page.")
    if prompt.kind in _ONLY_SHOWN and prompt.target:
        return _("The ring shows what is meant. Answer in the terminal; press nothing here.")
    return _("Use the marked place on this page.") if prompt.target else _("Answer in the terminal.")


def _ring(box: FloatRect) -> str:
    place = {
        "left": box["x"] - 6,
        "top": box["y"] - 6,
        "width": box["width"] + 12,
        "height": box["height"] + 12,
    }
    style = ";".join(f"{name}:{value:.0f}px" for name, value in place.items())
    return _RING.format(style=style)
