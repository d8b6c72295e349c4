"""Finding the one element a site file means; where there is none or more, asking, and never guessing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import Locator, TimeoutError

from handrail.core.i18n import gettext as _
from handrail.engine.context.page_view import LOOK_MS
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.page.interruptions import settle
from handrail.engine.repair.ask_element import ask_where
from handrail.sites.schema.locators import LocatorSpec

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_LOOKS = 5


async def find(run: RunContext, at: LocatorSpec, *, what: str) -> Locator:
    """Return the one visible element; where there is none or more, have the person show it.

    Raises SessionChanged where somebody signed in while it was looked for.
    """
    known_account = run.account.name
    for _attempt in range(_LOOKS):
        element = run.view.locate(at)
        count = await element.count()
        if count == 0:
            try:
                await element.first.wait_for(timeout=LOOK_MS)
            except TimeoutError:
                if await settle(run):
                    if known_account is not None:
                        run.account.require_known()
                    continue
            count = await element.count()
        if count == 1:
            return element
        await ask_where(run, at, what)
    raise NeedsPerson(_("{what} could not be found.", what=what[:1].upper() + what[1:]))
