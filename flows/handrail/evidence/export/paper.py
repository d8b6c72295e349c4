"""Print a report to PDF, or to one picture for each page, with the browser."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from handrail.browser.launch import launched

if TYPE_CHECKING:
    from playwright.async_api import Page

    from handrail.browser.find import Browser

Paper = Literal["A4", "Letter"]

SIZES: dict[Paper, tuple[int, int]] = {"A4": (794, 1123), "Letter": (816, 1056)}
"""Width and height in CSS pixels, of which an inch has 96."""
_SHARPNESS = 2
"""Device pixels for each CSS pixel in a picture of a page: 192 to an inch."""


async def as_pdf(html: str, paper: Paper, browser: Browser) -> bytes:
    """Print a page as a tagged PDF with its headings as an outline."""
    async with _page_of(html, paper, browser) as page:
        return await page.pdf(format=paper, print_background=True, tagged=True, outline=True)


async def as_pictures(
    html: str, paper: Paper, browser: Browser, corners: tuple[str, str, str]
) -> list[bytes]:
    """Return a page as pictures (PNG, RGB), one for each sheet of paper.

    `corners` are the texts at the top left, the top right and the bottom left of every sheet.
    """
    across, down = SIZES[paper]
    sheets = (files("handrail.evidence.export") / "sheets.js").read_text(encoding="utf-8")
    async with _page_of(html, paper, browser) as page:
        await page.emulate_media(media="print")
        count = await page.evaluate(sheets, {"across": across, "down": down, "corners": list(corners)})
        pictures = []
        for number in range(count):
            await page.evaluate("number => window.handrailSheet(number)", number)
            pictures.append(_plain(await page.screenshot()))
        return pictures


@asynccontextmanager
async def _page_of(html: str, paper: Paper, executable: Browser) -> AsyncIterator[Page]:
    across, down = SIZES[paper]
    async with launched(executable, headless=True) as browser:
        context = await browser.new_context(
            viewport={"width": across, "height": down}, device_scale_factor=_SHARPNESS, offline=True
        )
        page = await context.new_page()
        await page.set_content(html, wait_until="load")
        yield page


def _plain(png: bytes) -> bytes:
    """Return a picture as an upload form takes it: RGB, no alpha, nothing but pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        image = picture.convert("RGB")
    image.info.clear()
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()
