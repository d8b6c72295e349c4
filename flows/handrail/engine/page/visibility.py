"""What the browser shows right now: which host, which interruption, whether a thing is there."""

from __future__ import annotations

import asyncio
from functools import reduce
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Locator

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson
from handrail.sites.locate import locate
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.pages import Interruption

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

LOOK_MS = 6_000
"""How long a loaded page may take to show anything we know."""


def check_host(run: RunContext) -> None:
    """Stop where the browser stands on a host the site file does not name."""
    where = urlsplit(run.page.url)
    if where.scheme not in ("http", "https"):
        return  # a blank page, or the browser's own about a connection that died
    host = where.hostname
    if host not in run.site.hosts:
        raise NeedsPerson(
            _("The site led to {host}, which is not one of its known hosts.", host=host),
            hint=_(
                "Look at the address before typing anything there; if it is right, add it to the site file."
            ),
            where=host,
        )


def any_of(run: RunContext, places: list[LocatorSpec]) -> Locator:
    """Everything on the page that any of these describe."""
    return reduce(Locator.or_, (locate(run.page, run.site, at) for at in places))


async def is_seen(run: RunContext, at: LocatorSpec) -> bool:
    """Whether this is visible now, without waiting."""
    return await locate(run.page, run.site, at).count() > 0


async def look_for_interruption(run: RunContext) -> Interruption | None:
    """Return what stands in between right now, without waiting."""
    check_host(run)
    if not run.site.interruptions:
        return None
    seen = await asyncio.gather(*(is_seen(run, one.see) for one in run.site.interruptions))
    return next((one for one, there in zip(run.site.interruptions, seen, strict=True) if there), None)
