"""Masks hold in a real window, and the window is the person's again after a picture."""

from __future__ import annotations

from attending.masked_pages import (
    NOTHING_KNOWN,
    nothing_shows,
    on_its_loop,
    window,
    window_id,
    xdotool,
    zoomed,
)
from handrail.evidence.capture.screenshot import shoot

_SIZES = "[innerWidth, document.documentElement.clientWidth, innerHeight, devicePixelRatio]"


def test_masks_hold_in_a_small_zoomed_window(own_display: str) -> None:
    """Scroll bars, and a page at 125 per cent: no secret shows, and what stands beside it does."""

    async def takes_pictures() -> None:
        async with window(own_display, "--window-size=520,420") as page:
            await page.goto("data:text/html,")
            await zoomed(page, own_display, 1.25, ["ctrl+plus"] * 2)
            await nothing_shows(page)

    on_its_loop(takes_pictures())


def test_the_window_is_the_persons_again(own_display: str) -> None:
    """After a picture the scroll bars are there as before, and the page follows the window's size."""

    async def takes_pictures() -> None:
        async with window(own_display, "--window-size=1000,800") as page:
            await page.set_content('<!doctype html><body style="margin:0"><div style="height:1500px">')
            before = await page.evaluate(_SIZES)
            await shoot(page, NOTHING_KNOWN)
            assert await page.evaluate(_SIZES) == before
            assert before[0] > before[1]
            xdotool(own_display, "windowsize", window_id(own_display), "800", "700")
            await page.wait_for_function("width => innerWidth < width", arg=before[0])

    on_its_loop(takes_pictures())
