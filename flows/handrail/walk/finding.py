"""Finding the one element a site file means; where there is none or more, asking, and never guessing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Locator, TimeoutError

from handrail.i18n import gettext as _
from handrail.sites.locate import locate
from handrail.sites.model import At
from handrail.walk.interruptions import settle
from handrail.walk.learning import ask_where
from handrail.walk.seeing import LOOK_MS
from handrail.walk.stops import NeedsPerson

if TYPE_CHECKING:
    from handrail.walk.trail import Trail

_LOOKS = 5


async def find(trail: Trail, at: At, *, what: str) -> Locator:
    """Return the one visible element; where there is none or more, have the person show it.

    Raises SignedInAnew where somebody signed in while it was looked for.
    """
    known = trail.identity
    for _again in range(_LOOKS):
        found = locate(trail.page, trail.site, at)
        try:
            await found.first.wait_for(timeout=LOOK_MS)
        except TimeoutError:
            if await settle(trail):
                if known is not None:
                    trail.sure_of_account()
                continue
        if await found.count() == 1:
            return found
        await ask_where(trail, at, what)
    raise NeedsPerson(_("{what} could not be found.", what=what[:1].upper() + what[1:]))
