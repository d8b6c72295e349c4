"""Finding the one element a site file means; where there is none or more, asking, and never guessing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Locator, TimeoutError

from handrail.i18n import gettext as _
from handrail.i18n import together
from handrail.operator import Prompt
from handrail.operator.prompts import done_or_stop
from handrail.sites.locate import candidates, locate
from handrail.sites.model import At
from handrail.walk.interruptions import settle
from handrail.walk.seeing import LOOK_MS
from handrail.walk.stops import NeedsPerson

if TYPE_CHECKING:
    from handrail.walk.trail import Trail


async def find(trail: Trail, at: At, *, what: str) -> Locator:
    """Return the one visible element; where there is none or more, ask, and never guess."""
    found = locate(trail.page, trail.site, at)
    for _again in range(3):
        try:
            await found.first.wait_for(timeout=LOOK_MS)
        except TimeoutError:
            if await settle(trail):
                continue
        if await found.count() == 1:
            return found
        near = await candidates(trail.page, trail.site, at)
        moved = together(
            _("{what} is not where the site file says.", what=what[:1].upper() + what[1:]),
            _("Closest on the page: {names}.", names=", ".join(map(str, near))) if near else "",
        )
        answer = await trail.ask(Prompt("label-changed", moved, choices=done_or_stop()))
        if answer is None or answer.choice != "done":
            raise NeedsPerson(
                moved,
                hint=_("Compare the page with the site file and mend the label there."),
            )
    raise NeedsPerson(_("{what} could not be found.", what=what[:1].upper() + what[1:]))
