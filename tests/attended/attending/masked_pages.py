"""Pages with a secret on them, in a real window, and what their pictures show."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import threading
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import cycle

from PIL import Image
from playwright.async_api import Page, async_playwright

from attending.waiting import wait_for
from handrail.browser.find import find_browser
from handrail.evidence.capture.screenshot import shoot
from handrail.privacy.text_redaction import Hide

SECRET, BESIDE = (255, 0, 255), (0, 255, 255)
FIELD = """<span style="{style};display:flex">
<i style="background:#0ff;width:6px;height:30px;margin-right:6px"></i>
<input value="4711" style="border:0;padding:0;width:200px;height:30px;background:#f0f;color:#f0f"></span>"""
IN_THE_MIDDLE = FIELD.format(style="width:212px;margin:0 auto")
PAGES = {
    "taller than the window": '<div style="width:400px;margin:0 auto;height:1500px;position:relative">'
    + FIELD.format(style="position:absolute;left:80px;top:200px")
    + FIELD.format(style="position:absolute;left:80px;bottom:50px")
    + "</div>",
    "a little taller": f'<div style="height:calc(100vh + 1px)">{IN_THE_MIDDLE}</div>',
    "fixed": '<div style="height:1500px"></div>' + FIELD.format(style="position:fixed;left:50%;bottom:50px"),
    "by the window's height": '<div style="height:100vh;display:grid;place-content:center">'
    + FIELD.format(style="")
    + '</div><div style="height:900px"></div>',
    "a list of its own": '<div style="width:60%;height:120px;overflow:auto;margin:0 auto">'
    + f'<div style="height:600px">{IN_THE_MIDDLE}</div></div>',
    "short": IN_THE_MIDDLE,
}
NOTHING_KNOWN = Hide(personal=(), secret=())
"""The fields are of unknown meaning, and are masked as such."""


@asynccontextmanager
async def window(display: str, *options: str) -> AsyncIterator[Page]:
    """Yield a page in a window on this display."""
    found = find_browser(None, headless=False)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.path,
            headless=False,
            chromium_sandbox=found.sandbox,
            args=["--window-position=0,0", *options],
            env={**os.environ, "DISPLAY": display},
        )
        context = await browser.new_context(no_viewport=True)
        yield await context.new_page()
        await browser.close()


def on_its_loop(work: Coroutine[object, object, None]) -> None:
    """Run this in a thread of its own: other tests' fixtures may hold this one's loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()


def xdotool(display: str, *words: str) -> str:
    """Do something to a window on this display, and return what is said to it."""
    environ = {**os.environ, "DISPLAY": display}
    done = subprocess.run(["xdotool", *words], env=environ, capture_output=True, text=True, check=True)  # noqa: S603, S607  # fixed words
    return done.stdout


def window_id(display: str) -> str:
    """Return the id of the browser's window."""
    found = wait_for(
        lambda: xdotool(display, "search", "--onlyvisible", "--class", "chromium").split(), "no window"
    )
    return found[-1]


async def zoomed(page: Page, display: str, zoom: float, keys: list[str]) -> None:
    """Press the browser's own keys until the page is zoomed so."""
    xdotool(display, "windowfocus", window_id(display))
    for key in keys:
        xdotool(display, "key", key)
    await page.wait_for_function("zoom => Math.abs(devicePixelRatio - zoom) < 0.01", arg=zoom)


def colours(png: bytes) -> set[tuple[int, ...]]:
    """Return the colours in a picture."""
    with Image.open(io.BytesIO(png)) as picture:
        counted = picture.convert("RGB").getcolors(maxcolors=1 << 24)
    return {colour for _count, colour in counted or []}  # type: ignore[misc]  # RGB, as it was converted to


async def nothing_shows(page: Page) -> None:
    """Take each page's picture twice: no secret in it, and what stands beside it is there."""
    for name, body in PAGES.items():
        await page.set_content(f'<!doctype html><body style="margin:0">{body}')
        for _again in range(2):
            seen = colours((await shoot(page, NOTHING_KNOWN)).png)
            assert SECRET not in seen, name
            assert BESIDE in seen, name


def pull(display: str, window: str, ended: threading.Event) -> None:
    """Make the window narrower and wider again until the end is told."""
    for width in cycle(range(700, 1040, 37)):
        if ended.is_set():
            return
        xdotool(display, "windowsize", window, str(width), "800")
