"""Find what a capture must not show: private values and fields, in one evaluate on the page."""

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
"""Why something is masked; an unknown field is one the site file does not describe."""


@dataclass(frozen=True, order=True)
class Mask:
    """A rectangle of the full page, in whole CSS pixels, painted over before the picture is written."""

    x: int
    """Left edge."""
    y: int
    """Top edge."""
    width: int
    """Width, with a margin of at least one pixel on both sides."""
    height: int
    """Height, with the same margin."""
    hides: Hides
    """What it hides."""


@dataclass(frozen=True)
class Look:
    """The state of a page at one moment."""

    masks: tuple[Mask, ...]
    """What to paint over, sorted, without duplicates."""
    business: tuple[Box, ...]
    """Where business facts are shown, sorted, without duplicates."""
    open_text: str = field(repr=False)
    """The text readable outside the masks, found by other code than the masks."""
    typed: tuple[str, ...] = field(repr=False)
    """The values of masked fields; never written, and not in a traceback."""
    width: int
    """Width of the whole page in CSS pixels."""
    height: int
    """Height of the whole page in CSS pixels."""
    viewport: tuple[int, int]
    """Width and height of the viewport in CSS pixels."""
    ratio: float
    """Device pixels for each CSS pixel."""
    url: str
    """The full address with its query: redact it before writing."""
    title: str
    """The document's title: redact it before writing."""
    browser: dict[str, str]
    """User agent, locale and time zone."""


async def look(
    page: Page, hide: Hide, *, hold: bool = False, guidance: bool = False, bars: bool = False
) -> Look:
    """Return the page's state and what to mask, from one evaluate.

    `hold` hides the text caret, with `guidance` also overlays and highlights, and with `bars` also
    scroll bars, until the end of the next call without it.
    """
    answer: dict[str, Any] = await page.evaluate(
        _script(),
        {
            "personal": [*(pattern for pattern, _shown in hide.personal), ANY_EMAIL, ANY_PHONE],
            "secret": [*hide.secret, *ANY_SECRET],
            "business": list(hide.business),
            "shown": [comparable_name(name) for name in hide.shown_fields],
            "hold": hold,
            "guidance": guidance,
            "bars": bars,
        },
    )
    return Look(
        masks=joined(Mask(*box) for box in answer["boxes"]),
        business=tuple(sorted({(x, y, width, height) for x, y, width, height, _kind in answer["business"]})),
        open_text=answer["open"],
        typed=tuple(dict.fromkeys(value for value in answer["typed"] if value)),
        width=answer["width"],
        height=answer["height"],
        viewport=(answer["viewport"][0], answer["viewport"][1]),
        ratio=answer["ratio"],
        url=answer["url"],
        title=answer["title"],
        browser={
            "user_agent": answer["agent"],
            "locale": answer["locale"],
            "time_zone": answer["zone"],
        },
    )


def joined(masks: Iterable[Mask]) -> tuple[Mask, ...]:
    """Return the masks in order, each once."""
    return tuple(sorted(set(masks)))


def within(masks: Iterable[Mask], width: int, height: int) -> tuple[Mask, ...]:
    """Return the parts of the masks inside a page of this size in CSS pixels."""
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
    # In one evaluate: the text outside the masks must be of the same moment as the masks.
    return (
        f"async (given) => {{ const {{ release, ...seen }} = await ({masks})(given);"
        f" const open = ({outside})(seen.boxes); release(); return {{ ...seen, open }}; }}"
    )
