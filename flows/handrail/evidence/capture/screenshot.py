"""Capture the whole page, with private values painted over before anything is written."""

from __future__ import annotations

import asyncio
import base64
import io
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from playwright.async_api import Error
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
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

    @property
    def moved(self) -> bool:
        """Whether the masks, the size or the address changed while the picture was taken."""
        sizes = {(state.width, state.height, state.url) for state in (self.before, self.after)}
        return self.before.masks != self.after.masks or len(sizes) > 1


def _passing(error: BaseException) -> bool:
    # Chromium's messages for a page being left, or a window being resized.
    messages = ("context was destroyed", "Unable to capture screenshot")
    return isinstance(error, Error) and any(message in error.message for message in messages)


def _last(state: RetryCallState) -> object:
    assert state.outcome is not None  # noqa: S101  # there was at least one try
    return state.outcome.result()


# A moving page is captured again; one that never rests is masked in both its places.
STEADY = AsyncRetrying(
    retry=retry_if_result(lambda taken: taken.moved) | retry_if_exception(_passing),
    stop=stop_after_attempt(4),
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
    masks = joined((*exposure.before.masks, *exposure.after.masks))
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


async def _take(page: Page, hide: Hide, chosen: Method, overlays_shown: bool) -> Exposure:
    # Playwright's own hide_highlight() takes the overlays away for good.
    before = await look(page, hide, hold=True, guidance=overlays_shown)
    try:
        picture = _by_cdp(page, before) if chosen == "cdp" else _by_playwright(page)
        png, aria = await asyncio.gather(picture, page.aria_snapshot())
    finally:
        after = await look(page, hide)
    browser = page.context.browser
    return Exposure(png, before, after, aria, chosen, browser.version if browser else None)


async def _by_cdp(page: Page, state: Look) -> bytes:
    session = await _session(page, state)
    fits = state.width <= state.viewport[0] and state.height <= state.viewport[1]
    answer = await session.send(
        "Page.captureScreenshot",
        {
            "format": "png",
            "optimizeForSpeed": True,
            "captureBeyondViewport": not fits,
            "clip": {"x": 0, "y": 0, "width": state.width, "height": state.height, "scale": 1},
        },
    )
    return base64.b64decode(answer["data"])


async def _session(page: Page, state: Look) -> CDPSession:
    if page not in _sessions:
        _sessions[page] = (await page.context.new_cdp_session(page), {})
    session, window = _sessions[page]
    if (size := page.viewport_size) is None:
        return session
    # A capture ends by restoring what its own session emulates: where that is nothing, the device
    # scale that Playwright emulates in another session would be lost.
    same = {**size, "deviceScaleFactor": state.ratio, "mobile": False}
    if window != same:
        await session.send("Emulation.setDeviceMetricsOverride", same)
        _sessions[page] = (session, same)
    return session


async def _by_playwright(page: Page) -> bytes:
    # The look before has hidden the caret already, in the one way that serves both methods.
    return await page.screenshot(full_page=True, caret="initial")


def _decoded(png: bytes) -> Image.Image:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")


def _painted(image: Image.Image, masks: tuple[Mask, ...], state: Look) -> Image.Image:
    across, down = image.width / state.width, image.height / state.height
    for mask in masks:
        left, top = math.floor(mask.x * across), math.floor(mask.y * down)
        right, bottom = math.ceil((mask.x + mask.width) * across), math.ceil((mask.y + mask.height) * down)
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
