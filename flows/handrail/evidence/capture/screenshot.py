"""Capture the whole page, with private values painted over before anything is written."""

from __future__ import annotations

import asyncio
import base64
import io
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from playwright.async_api import Error
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    retry_if_result,
    wait_exponential,
)

from handrail.evidence.capture.masks import Look, Mask, joined, look, within
from handrail.evidence.capture.thumbnails import reduced
from handrail.evidence.format.events import Json
from handrail.privacy.text_redaction import Hide, redact, redact_address, redact_aria

if TYPE_CHECKING:
    from PIL import Image
    from playwright.async_api import CDPSession, Page

__all__ = ["Exposure", "Hide", "Mask", "Shot", "develop", "expose", "shoot"]

_WHILE_MOVING, _WHILE_RESIZED = 4, 24
"""The most tries, at most 0.4 s apart."""
MASK_COLOUR = (0x1F, 0x29, 0x33)
"""The colour of every mask."""

COMPRESSION = 3
"""zlib's level: higher ones take several times as long for a few per cent."""

Method = Literal["cdp", "playwright"]


@dataclass(frozen=True)
class Shot:
    """One masked capture, ready to be written."""

    png: bytes = field(repr=False)
    """The masked picture: RGB without alpha, no text in it."""
    width: int
    """Width in device pixels."""
    height: int
    """Height in device pixels."""
    masks: tuple[Mask, ...]
    """What was painted over."""
    facts: dict[str, Json]
    """Where and how it was taken; address and title are redacted."""
    aria: str
    """The accessibility snapshot, redacted, without the values of fields."""
    thumbnail: bytes = field(default=b"", repr=False)
    """The reduced masked picture, in WebP."""
    open_text: str = field(default="", repr=False)
    """The text readable outside the masks: for the scan only, never written."""


@dataclass(frozen=True)
class Exposure:
    """A picture not masked yet: never to be written."""

    png: bytes = field(repr=False)
    before: Look
    """The page's state just before."""
    after: Look
    """The page's state just after."""
    aria: str = field(repr=False)
    method: Method
    browser_version: str | None
    resized: bool = False
    """Whether the window was resized meanwhile: Chromium then draws things where they are not."""

    @property
    def moved(self) -> bool:
        """Whether the masks, a size or the address changed while the picture was taken."""
        sizes = {(state.width, state.height, state.url) for state in (self.before, self.after)}
        return self.resized or self.before.masks != self.after.masks or len(sizes) > 1


def _passing(error: BaseException) -> bool:
    # Chromium's messages for a page being left, or a window being resized.
    messages = ("context was destroyed", "Unable to capture screenshot")
    return isinstance(error, Error) and any(message in error.message for message in messages)


def _last(state: RetryCallState) -> object:
    assert state.outcome is not None  # noqa: S101  # there was at least one try
    return state.outcome.result()


def _no_more(state: RetryCallState) -> bool:
    outcome = state.outcome
    resizing = outcome is not None and not outcome.failed and outcome.result().resized
    # A hand lets go of the window's corner after a while.
    return state.attempt_number >= (_WHILE_RESIZED if resizing else _WHILE_MOVING)


# A moving page is captured again; one that never rests is masked in both its places.
STEADY = AsyncRetrying(
    retry=retry_if_result(lambda taken: taken.moved) | retry_if_exception(_passing),
    stop=_no_more,
    wait=wait_exponential(multiplier=0.05, max=0.4),
    retry_error_callback=_last,
)

_sessions: WeakKeyDictionary[Page, tuple[CDPSession, dict[str, object]]] = WeakKeyDictionary()
"""Each page's CDP session, and the window it emulates."""


async def shoot(
    page: Page,
    hide: Hide,
    *,
    method: Literal["auto", "cdp", "playwright"] = "auto",
    overlays_shown: bool = False,
) -> Shot:
    """Capture the whole page, masked; `overlays_shown`: hide Handrail's own guidance meanwhile."""
    exposure = await expose(page, hide, method=method, overlays_shown=overlays_shown)
    return await asyncio.to_thread(develop, exposure, hide)


async def expose(
    page: Page,
    hide: Hide,
    *,
    method: Literal["auto", "cdp", "playwright"] = "auto",
    overlays_shown: bool = False,
) -> Exposure:
    """Take the picture and find what to mask; afterwards the page is free again."""
    chosen = _way(page) if method == "auto" else method
    exposure: Exposure = await STEADY(_take, page, hide, chosen, overlays_shown)
    return exposure


def develop(exposure: Exposure, hide: Hide) -> Shot:
    """Mask and compress a picture; needs no page, and may run in a thread."""
    masks = (
        _whole_page(exposure) if exposure.resized else joined((*exposure.before.masks, *exposure.after.masks))
    )
    image = _painted(_decoded(exposure.png), masks, exposure.before)
    width, height = image.size
    ratio = exposure.after.ratio
    return Shot(
        png=_packed(image),
        thumbnail=reduced(image),
        width=width,
        height=height,
        # A field outside the page was not in the picture.
        masks=within(masks, math.ceil(width / ratio), math.ceil(height / ratio)),
        facts=_facts(exposure, hide),
        aria=redact_aria(exposure.aria, hide, (*exposure.before.typed, *exposure.after.typed)),
        open_text="\n".join(dict.fromkeys((exposure.before.open_text, exposure.after.open_text))),
    )


def _repeats_itself(png: bytes, state: Look) -> bool:
    """Whether the picture begins anew below the window's height, as of a window resized just before."""
    from PIL import ImageChops

    picture = _decoded(png)
    shown = round(state.viewport[1] * state.ratio)
    rows = min(shown, picture.height - shown)
    above, below = (picture.crop((0, top, picture.width, top + rows)) for top in (0, shown))
    one_colour = above.getcolors(maxcolors=1) is not None
    return not one_colour and ImageChops.difference(above, below).getbbox() is None


def _whole_page(exposure: Exposure) -> tuple[Mask, ...]:
    # Nothing tells where things are in such a picture.
    states = (exposure.before, exposure.after)
    width, height = max(state.width for state in states), max(state.height for state in states)
    return (Mask(0, 0, width, height, "unknown-field"),)


async def _take(page: Page, hide: Hide, chosen: Method, overlays_shown: bool) -> Exposure:
    in_window = page.viewport_size is None
    async with _window_kept(page) if in_window and chosen == "cdp" else nullcontext(_Window()) as window:
        # Playwright's own hide_highlight() takes the overlays away for good.
        before = await look(page, hide, hold=True, guidance=overlays_shown, bars=in_window)
        try:
            picture = _by_cdp(page, before, window.zoom) if chosen == "cdp" else _by_playwright(page)
            png, aria = await asyncio.gather(picture, page.aria_snapshot())
        finally:
            after = await look(page, hide)
    browser = page.context.browser
    if in_window and before.height > before.viewport[1]:
        window.resized |= await asyncio.to_thread(_repeats_itself, png, before)
    version = browser.version if browser else None
    return Exposure(png, before, after, aria, chosen, version, resized=window.resized)


@dataclass
class _Window:
    """What a capture has to know of the window that it is taken in."""

    zoom: float = 1.0
    """The person's own zoom of the page."""
    resized: bool = False


@asynccontextmanager
async def _window_kept(page: Page) -> AsyncIterator[_Window]:
    """Keep the page's size meanwhile, and notice where the window's own is changed."""
    session = await _session(page)
    metrics, (width, height), bounds = await asyncio.gather(
        session.send("Page.getLayoutMetrics"), page.evaluate("[innerWidth, innerHeight]"), _bounds(session)
    )
    window = _Window(zoom=float(metrics["cssVisualViewport"].get("zoom", 1.0)))
    size = {"width": round(width * window.zoom), "height": round(height * window.zoom)}
    await session.send(
        "Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 0, "mobile": False}
    )
    try:
        yield window
    finally:
        with suppress(Error):  # the page may be gone
            window.resized = await _bounds(session) != bounds
            await session.send("Emulation.clearDeviceMetricsOverride")


async def _bounds(session: CDPSession) -> dict[str, object]:
    answer: dict[str, dict[str, object]] = await session.send("Browser.getWindowForTarget")
    return answer["bounds"]


async def _by_cdp(page: Page, state: Look, zoom: float) -> bytes:
    session = await _session(page)
    await _emulate_viewport(page, session, state)
    fits = state.width <= state.viewport[0] and state.height <= state.viewport[1]
    # In pixels before the device's scale, but after the zoom.
    width, height = (math.ceil(round(side * zoom, 3)) for side in (state.width, state.height))
    answer = await session.send(
        "Page.captureScreenshot",
        {
            "format": "png",
            "optimizeForSpeed": True,
            "captureBeyondViewport": not fits,
            "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
        },
    )
    return base64.b64decode(answer["data"])


async def _session(page: Page) -> CDPSession:
    if page not in _sessions:
        _sessions[page] = (await page.context.new_cdp_session(page), {})
    return _sessions[page][0]


async def _emulate_viewport(page: Page, session: CDPSession, state: Look) -> None:
    window = _sessions[page][1]
    if (size := page.viewport_size) is None:
        return
    # A capture ends by restoring what its own session emulates: where that is nothing, the device
    # scale that Playwright emulates in another session would be lost.
    same = {**size, "deviceScaleFactor": state.ratio, "mobile": False}
    if window != same:
        await session.send("Emulation.setDeviceMetricsOverride", same)
        _sessions[page] = (session, same)


async def _by_playwright(page: Page) -> bytes:
    # The look before has hidden the caret already, in the one way that serves both methods.
    return await page.screenshot(full_page=True, caret="initial")


def _decoded(png: bytes) -> Image.Image:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")


def _painted(image: Image.Image, masks: tuple[Mask, ...], state: Look) -> Image.Image:
    ratio = state.ratio
    for mask in masks:
        left, top = math.floor(mask.x * ratio), math.floor(mask.y * ratio)
        right, bottom = math.ceil((mask.x + mask.width) * ratio), math.ceil((mask.y + mask.height) * ratio)
        image.paste(MASK_COLOUR, (left, top, right, bottom))
    return image


def _packed(image: Image.Image) -> bytes:
    # Text chunks would be written again.
    image.info.clear()
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=COMPRESSION)
    return out.getvalue()


def _facts(exposure: Exposure, hide: Hide) -> dict[str, Json]:
    state = exposure.after
    whole = float(state.ratio).is_integer()
    return {
        "url": redact_address(state.url, hide),
        "title": redact(state.title, hide),
        "viewport": {"width": state.viewport[0], "height": state.viewport[1]},
        # Of a page that did not move, both states are equal.
        "business": [list(box) for box in sorted({*exposure.before.business, *state.business})],
        "device_pixel_ratio": int(state.ratio) if whole else str(state.ratio),
        **state.browser,
        "browser_version": exposure.browser_version,
        "method": exposure.method,
    }


def _way(page: Page) -> Method:
    browser = page.context.browser
    return "cdp" if browser and browser.browser_type.name == "chromium" else "playwright"
