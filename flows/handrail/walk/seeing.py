"""What the browser shows right now: which host, which interruption, whether a thing is there."""

from __future__ import annotations

import asyncio
from functools import reduce
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Locator

from handrail.i18n import gettext as _
from handrail.sites.locate import locate
from handrail.sites.model import At, Interruption
from handrail.walk.stops import NeedsPerson

if TYPE_CHECKING:
    from handrail.walk.trail import Trail

LOOK_MS = 6_000
"""How long a loaded page may take to show anything we know."""


def check_host(trail: Trail) -> None:
    """Stop where the browser stands on a host the site file does not name."""
    where = urlsplit(trail.page.url)
    if where.scheme not in ("http", "https"):
        return  # a blank page, or the browser's own about a connection that died
    host = where.hostname
    if host not in trail.site.hosts:
        raise NeedsPerson(
            _("The site led to {host}, which is not one of its known hosts.", host=host),
            hint=_(
                "Look at the address before typing anything there; if it is right, add it to the site file."
            ),
            where=host,
        )


def any_of(trail: Trail, places: list[At]) -> Locator:
    """Everything on the page that any of these describe."""
    return reduce(Locator.or_, (locate(trail.page, trail.site, at) for at in places))


async def is_seen(trail: Trail, at: At) -> bool:
    """Whether this is visible now, without waiting."""
    return await locate(trail.page, trail.site, at).count() > 0


async def look_for_interruption(trail: Trail) -> Interruption | None:
    """Return what stands in between right now, without waiting."""
    check_host(trail)
    if not trail.site.interruptions:
        return None
    seen = await asyncio.gather(*(is_seen(trail, one.see) for one in trail.site.interruptions))
    return next((one for one, there in zip(trail.site.interruptions, seen, strict=True) if there), None)
