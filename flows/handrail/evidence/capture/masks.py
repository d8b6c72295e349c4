"""What no capture may show: found on the page by what it means, in one look, and taken out of every text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from handrail.privacy.text_redaction import ANY_EMAIL, ANY_PHONE, ANY_SECRET, Hide, comparable_name

if TYPE_CHECKING:
    from playwright.async_api import Page

Box = tuple[int, int, int, int]
"""x, y, width and height of a place on the full page, in whole CSS pixels."""

Hides = Literal["secret", "personal", "unknown-field"]
"""Why something is masked; an unknown field is one whose meaning nobody declared."""


@dataclass(frozen=True, order=True)
class Mask:
    """A rectangle of the full page, in whole CSS pixels, painted over before anything is written."""

    x: int
    """Left edge."""
    y: int
    """Top edge."""
    width: int
    """Width, at least one pixel wider than what it hides on both sides."""
    height: int
    """Height, with the same margin."""
    hides: Hides
    """What kind of thing is behind it."""


@dataclass(frozen=True)
class Look:
    """What one look at the page told, all of the same moment."""

    masks: tuple[Mask, ...]
    """What has to be painted over, in order, nothing twice."""
    business: tuple[Box, ...]
    """Where business facts stand, in order, nothing twice; they are shown."""
    open_text: str = field(repr=False)
    """What can be read outside the masks, found in another way than they were."""
    typed: tuple[str, ...] = field(repr=False)
    """What masked fields hold; it never leaves this process, nor shows in a traceback."""
    width: int
    """Width of the whole page in CSS pixels."""
    height: int
    """Height of the whole page in CSS pixels."""
    viewport: tuple[int, int]
    """Width and height of what a person sees at once, in CSS pixels."""
    ratio: float
    """Device pixels for each CSS pixel."""
    url: str
    """The address as it stands, query and all: redact it before it is written."""
    title: str
    """The document's title as it stands."""
    browser: dict[str, str]
    """What the page says about the browser: user agent, locale and time zone."""


async def look(page: Page, hide: Hide, *, hold: bool = False, guidance: bool = False) -> Look:
    """Find in one evaluate everything that has to be masked.

    `hold` hides the text caret, and with `guidance` overlays and highlights, until the next look.
    """
    seen: dict[str, Any] = await page.evaluate(
        _script(),
        {
            "personal": [*(pattern for pattern, _shown in hide.personal), ANY_EMAIL, ANY_PHONE],
            "secret": [*hide.secret, *ANY_SECRET],
            "business": list(hide.business),
            "shown": [comparable_name(name) for name in hide.shown_fields],
            "hold": hold,
            "guidance": guidance,
        },
    )
    return Look(
        masks=joined(Mask(*box) for box in seen["boxes"]),
        business=tuple(sorted({(x, y, width, height) for x, y, width, height, _kind in seen["business"]})),
        open_text=seen["open"],
        typed=tuple(dict.fromkeys(value for value in seen["typed"] if value)),
        width=seen["width"],
        height=seen["height"],
        viewport=(seen["viewport"][0], seen["viewport"][1]),
        ratio=seen["ratio"],
        url=seen["url"],
        title=seen["title"],
        browser={
            "user_agent": seen["agent"],
            "locale": seen["locale"],
            "time_zone": seen["zone"],
        },
    )


def joined(masks: Iterable[Mask]) -> tuple[Mask, ...]:
    """Return the masks in order, each once."""
    return tuple(sorted(set(masks)))


def within(masks: Iterable[Mask], width: int, height: int) -> tuple[Mask, ...]:
    """Return the part of each mask that is on a page of this size, in CSS pixels, and none that is not."""
    on_page = []
    for mask in masks:
        left, top = max(mask.x, 0), max(mask.y, 0)
        across, down = min(mask.x + mask.width, width) - left, min(mask.y + mask.height, height) - top
        if across > 0 and down > 0:
            on_page.append(Mask(left, top, across, down, mask.hides))
    return joined(on_page)


@lru_cache(maxsize=1)
def _script() -> str:
    here = files("handrail.evidence.capture")
    masks, outside = ((here / name).read_text(encoding="utf-8") for name in ("masks.js", "outside.js"))
    # In one go: what is outside the masks must be told of the very page they were taken from.
    return (
        f"async (given) => {{ const seen = await ({masks})(given);"
        f" return {{ ...seen, open: ({outside})(seen.boxes) }}; }}"
    )
