"""Masks hold in a window of any size, on any screen, at any zoom, and while it is resized."""

from __future__ import annotations

import threading

import pytest

from attending.masked_pages import (
    NOTHING_KNOWN,
    PAGES,
    SECRET,
    colours,
    nothing_shows,
    on_its_loop,
    pull,
    window,
    window_id,
    zoomed,
)
from handrail.evidence.capture.screenshot import shoot

_PICTURES = 3


@pytest.mark.parametrize("scale", ["1", "1.5", "3"])
@pytest.mark.parametrize("size", ["1000,800", "520,420"])
def test_on_any_screen(size: str, scale: str, own_display: str) -> None:
    """Windows large and small, screens coarse and fine."""

    async def takes_pictures() -> None:
        options = (f"--window-size={size}", f"--force-device-scale-factor={scale}")
        async with window(own_display, *options) as page:
            await nothing_shows(page)

    on_its_loop(takes_pictures())


@pytest.mark.parametrize(
    ("zoom", "keys"), [(0.8, ["ctrl+minus"] * 2), (1.25, ["ctrl+plus"] * 2), (2.0, ["ctrl+plus"] * 5)]
)
def test_zoomed(zoom: float, keys: list[str], own_display: str) -> None:
    """A person with weak eyes has the page at 200 per cent, one with a small screen at 80."""

    async def takes_pictures() -> None:
        async with window(own_display, "--window-size=1000,800") as page:
            await page.goto("data:text/html,")
            await zoomed(page, own_display, zoom, keys)
            await nothing_shows(page)

    on_its_loop(takes_pictures())


def test_while_it_is_resized(own_display: str) -> None:
    """The person pulls at the window's corner all the while."""

    async def takes_pictures() -> None:
        async with window(own_display, "--window-size=1000,800") as page:
            await page.set_content(f'<!doctype html><body style="margin:0">{PAGES["taller than the window"]}')
            ended = threading.Event()
            pulling = threading.Thread(target=pull, args=(own_display, window_id(own_display), ended))
            pulling.start()
            try:
                pictures = [(await shoot(page, NOTHING_KNOWN)).png for _picture in range(_PICTURES)]
            finally:
                ended.set()
                pulling.join()
            assert [SECRET in colours(picture) for picture in pictures] == [False] * _PICTURES

    on_its_loop(takes_pictures())
