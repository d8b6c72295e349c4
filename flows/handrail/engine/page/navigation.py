"""Stand on the right page: load it, and look until its anchor is seen."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Literal

from playwright.async_api import TimeoutError

from handrail.core.i18n import gettext as _
from handrail.engine.context.page_view import LOOK_MS
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.page.account_check import check_account, compare_account
from handrail.engine.page.interruptions import deal
from handrail.engine.page.loading import load_page
from handrail.engine.page.unknown_page import MOVED, ask_about_unknown_page, refuse_clock
from handrail.engine.repair.ask_element import ask_where
from handrail.sites.schema.pages import Interruption

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_MOST_ROUNDS = 10
_AFTERWARDS_MS = 4_000
"""How long a page may take to come after an interruption was dealt with."""

Sight = Literal["here", "elsewhere"] | Interruption | None
"""What the browser shows: the page, what the site redirects to instead, an interruption, or nothing known."""


async def open_page(run: RunContext, name: str) -> bool:
    """Load a page and stand on it; return False where the site redirects instead of showing it."""
    await load_page(run, name)
    is_here = await stand_on(run, name)
    identity = run.site.identity
    if is_here and identity is not None and identity.page not in (None, name) and run.account.name is None:
        await open_page(run, identity.page)
        await compare_account(run)
        return await open_page(run, name)
    return is_here


async def stand_on(run: RunContext, name: str) -> bool:
    """Deal with whatever stands between here and the page, until its anchor is seen."""
    met: Counter[str] = Counter()
    for _round in range(_MOST_ROUNDS):
        sight = await look(run, name)
        if sight == "here" or sight == "elsewhere":
            await check_account(run)
            return sight == "here"
        if sight is None:
            await _pass_unknown_page(run, name)
        elif sight.kind == "unavailable":
            await load_page(run, name)
        else:
            met[sight.kind] += 1
            await deal(run, sight)
            seen = await look(run, name, patience_ms=_AFTERWARDS_MS)
            if run.site.pages[name].starts_clock:
                return seen == "here"
            if seen is None and met[sight.kind] > 1:
                # What follows it is no page to leave again: perhaps the second half of signing in.
                await _pass_unknown_page(run, name)
            elif seen is None:
                await load_page(run, name)
    raise NeedsPerson(_("The site keeps showing something else instead of the page {page}.", page=name))


async def look(run: RunContext, name: str, *, patience_ms: float = LOOK_MS) -> Sight:
    """Return what the browser shows, within the time a page may take to show anything known."""
    view, page = run.view, run.site.pages[name]
    interruptions = run.site.interruptions
    signs = [page.anchor, *page.elsewhere, *(interruption.see for interruption in interruptions)]
    view.check_host()
    try:
        await view.any_of(signs).first.wait_for(timeout=patience_ms)
    except TimeoutError:
        view.check_host()
        return None
    view.check_host()
    met, is_here, is_elsewhere = await asyncio.gather(
        view.interruption(), view.is_seen(page.anchor), view.sees_any(page.elsewhere)
    )
    if met is not None:
        return met
    if is_here:
        return "here"
    return "elsewhere" if is_elsewhere else None


async def _pass_unknown_page(run: RunContext, name: str) -> None:
    """Have the person say what an unknown page is, or bring the browser past it."""
    await refuse_clock(run, name)
    answer = await ask_about_unknown_page(run, name)
    if answer == MOVED:
        await ask_where(run, run.site.pages[name].anchor, _("what tells the page {page}", page=name))
        return
    for interruption in run.site.interruptions:
        if answer == interruption.kind:
            await ask_where(run, interruption.see, _("what tells this page"))
            return
    if run.site.pages[name].starts_clock:
        return
    if await look(run, name, patience_ms=_AFTERWARDS_MS) is None:
        await load_page(run, name)
