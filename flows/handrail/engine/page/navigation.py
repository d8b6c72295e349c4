"""Standing on the right page: navigation, and looking until its anchor is seen."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from playwright.async_api import Error, Response, TimeoutError

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.deadline import Reading
from handrail.engine.context.page_view import LOOK_MS
from handrail.engine.context.stops import NeedsPerson, PageNotReady, Waiting, in_minutes, retry_after
from handrail.engine.page.account_check import check_identity, compare_identity
from handrail.engine.page.interruptions import deal
from handrail.engine.repair.ask_element import ask_where
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, done_or_stop
from handrail.sites.locate import locate
from handrail.sites.schema.pages import Interruption

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

NAVIGATION_MS = 45_000
BLANK = "about:blank"
_HELD = "ERR_BLOCKED_BY_CLIENT"
"""How the browser says that the gate, or the fence, has let nothing out."""
_BUSY = {500, 502, 503, 504}
_MOST_ROUNDS = 10
_AFTERWARDS_MS = 4_000
"""How long a page may take to come after an interruption was dealt with."""

HERE = "here"
ELSEWHERE = "elsewhere"
Sight = str | Interruption | None


async def open_page(run: RunContext, name: str) -> bool:
    """Navigate to a page and stand on it; return False where the site redirects instead of showing it."""
    await run.journal.step(f"open {name}", "read", partial(_navigate, run, name), policy="page")
    there = await stand_on(run, name)
    where = run.site.identity
    if there and where is not None and where.page not in (None, name) and run.account.name is None:
        await open_page(run, where.page)
        await compare_identity(run)
        return await open_page(run, name)
    return there


async def stand_on(run: RunContext, name: str) -> bool:
    """Deal with whatever stands between here and the page, until its anchor is seen."""
    met: Counter[str] = Counter()
    for _round in range(_MOST_ROUNDS):
        sight = await look(run, name)
        if sight in (HERE, ELSEWHERE):
            await check_identity(run)
            return sight == HERE
        if isinstance(sight, Interruption) and sight.kind == "unavailable":
            await run.journal.step(f"open {name}", "read", partial(_navigate, run, name), policy="page")
        elif isinstance(sight, Interruption):
            met[sight.kind] += 1
            await deal(run, sight)
            if run.site.pages[name].starts_clock:
                return await look(run, name, patience_ms=_AFTERWARDS_MS) == HERE
            if await look(run, name, patience_ms=_AFTERWARDS_MS) is not None:
                continue
            if met[sight.kind] > 1:
                # What follows it is no page to leave again: perhaps the second half of signing in.
                await _unknown_page(run, name)
            else:
                await run.journal.step(f"open {name}", "read", partial(_navigate, run, name), policy="page")
        else:
            await _unknown_page(run, name)
    raise NeedsPerson(_("The site keeps showing something else instead of the page {page}.", page=name))


async def look(run: RunContext, name: str, *, patience_ms: float = LOOK_MS) -> Sight:
    """Say what the browser shows: an interruption, the page, where it redirects, or nothing known."""
    run.view.check_host()
    page = run.site.pages[name]
    known = [page.anchor, *page.elsewhere, *(one.see for one in run.site.interruptions)]
    try:
        await run.view.any_of(known).first.wait_for(timeout=patience_ms)
    except TimeoutError:
        run.view.check_host()
        return None
    run.view.check_host()
    seen = await asyncio.gather(*(run.view.is_seen(at) for at in known))
    after_elsewhere = 1 + len(page.elsewhere)
    for interruption, there in zip(run.site.interruptions, seen[after_elsewhere:], strict=True):
        if there:
            return interruption
    return HERE if seen[0] else ELSEWHERE if any(seen[1:after_elsewhere]) else None


async def _navigate(run: RunContext, name: str) -> None:
    page = run.site.pages[name]
    if page.starts_clock:
        raise NeedsPerson(
            _("The page {page} starts a legal deadline and is never opened by itself.", page=name),
            hint=_("Run the same command again: it goes the whole way to it."),
        )
    if run.fence is not None and run.site.leads_to_a_hidden_clock(name):
        raise NeedsPerson(
            _(
                "The page {page} is left out: one press further a deadline starts, nobody knows where.",
                page=name,
            ),
            hint=_("Only a real run goes there, once everything has been compared."),
        )
    if page.url is not None:
        await _gone_to(run, name, page.url)
        return
    if run.view.page.url == BLANK:
        await _gone_to(run, name, "/")
    await _led_there(run, name)


async def _gone_to(run: RunContext, name: str, path: str) -> None:
    url = run.site.base + path
    try:
        response = await run.view.page.goto(url, wait_until="load", timeout=NAVIGATION_MS)
    except Error as error:
        reason = error.message.splitlines()[0]
        if _HELD in reason:
            raise NeedsPerson(
                _(
                    "{url} leads on to a page that has an effect when it is opened; it was held back.",
                    url=url,
                ),
                hint=_("Look in your own browser at what the site wants there, before anything is opened."),
                where=url,
            ) from None
        raise PageNotReady(
            _("{url} could not be opened: {reason}.", url=url, reason=reason),
            hint=_("See whether the site opens in your own browser, then run the same command again."),
            where=url,
        ) from None
    if response is not None:
        run.journal.event("navigate", page=name, url=run.view.address, status=response.status)
        _check_status(run, response)
    for one in run.site.interruptions:
        if one.kind == "unavailable" and await run.view.is_seen(one.see):
            raise PageNotReady(_("{site} says it is unavailable.", site=run.site.name))


async def _led_there(run: RunContext, name: str) -> None:
    """Have the person bring the browser to a page whose address nobody has published."""
    page, site = run.site.pages[name], run.site
    called = page.anchor.name or page.anchor.text
    there = locate(run.view.page, site, page.anchor)
    known = run.view.any_of([page.anchor, *(one.see for one in site.interruptions)])
    way = [site.called(label) for label in (*page.path, *([called] if called else []))]
    sentences = [
        _("Nobody has published the address of this page. Go there in the browser window: {way}.",
          way=" › ".join(dict.fromkeys(way)) or name)
    ]  # fmt: skip
    if site.leads_to_a_hidden_clock(name):
        sentences.append(_("Stop there: press nothing on it. The next page starts a legal deadline."))
    already = await there.count() > 0
    if already:
        sentences.append(_("You stand on it: load it anew by its own link, then say so."))
    prompt = Prompt("go-to", together(*sentences), choices=done_or_stop())
    answer = await run.journal.ask(prompt, until=None if already else known.first.wait_for(timeout=0))
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(
            _("Nobody went to the page {page}.", page=" › ".join(dict.fromkeys(way)) or name),
            hint=_("Run the same command again when you can bring the browser there."),
        )
    run.journal.event("navigate", page=name, url=run.view.address, status=None)


def _check_status(run: RunContext, response: Response) -> None:
    if response.status in _BUSY:
        raise PageNotReady(
            _(
                "{site} answered {status}: it is not available now.",
                site=run.site.name,
                status=response.status,
            ),
            hint=_("Nothing was sent; run the same command again later."),
            where=response.url.split("?")[0],
        )
    if response.status == 429:
        raise Waiting(
            _("{site} says there were too many requests.", site=run.site.name),
            until=retry_after(response.headers.get("retry-after")) or in_minutes(15),
            until_from="site" if response.headers.get("retry-after") else "handrail",
            ends_run=True,
        )


async def _unknown_page(run: RunContext, name: str) -> None:
    await _refuse_a_clock(run, name)
    title = await run.view.page.title()
    wanted = run.site.pages[name].anchor
    past = _(
        "This page is not in the site file: “{title}”. Look at it, and bring the browser past it.",
        title=title,
    )
    before_a_clock = _(
        "This page is not called what the site file says: “{title}”. Press nothing on it: what comes next "
        "starts a legal deadline. Say whether it is the right page, or go to the right one.",
        title=title,
    )
    prompt = Prompt(
        "unknown-page",
        before_a_clock if run.site.leads_to_a_hidden_clock(name) else past,
        choices=(
            *done_or_stop(),
            Choice("moved", _("It is the right page; only its heading has changed")),
            *_signing_in(run),
        ),
    )
    answer = await run.journal.ask(prompt, until=run.view.locate(wanted).first.wait_for(timeout=0))
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(
            _("The site shows a page Handrail does not know: “{title}”.", title=title),
            hint=_("Read it in your own browser; when it is dealt with, run the same command again."),
            where=run.view.address,
        )
    if answer.choice == "moved":
        await ask_where(run, wanted, _("what tells the page {page}", page=name))
        return
    for one in run.site.interruptions:
        if answer.choice == one.kind:
            await ask_where(run, one.see, _("what tells this page"))
            return
    if run.site.pages[name].starts_clock:
        return
    if await look(run, name, patience_ms=_AFTERWARDS_MS) is None:
        await run.journal.step(f"open {name}", "read", partial(_navigate, run, name), policy="page")


async def _refuse_a_clock(run: RunContext, name: str) -> None:
    """Stop where the browser stands on a page that starts a clock, and nobody meant to open it."""
    for other, page in run.site.pages.items():
        if not page.starts_clock or other == name or not await run.view.is_seen(page.anchor):
            continue
        due = run.site.certify
        if due is not None:
            end = datetime.now().astimezone() + timedelta(days=due.rule.days)
            known = run.deadline.readings if run.deadline else ()
            run.count_deadline(*known, Reading(end, "clock"))
        raise NeedsPerson(
            _("The browser stands on a page that starts a legal deadline; Handrail did not open it."),
            hint=_("Deadline: {deadline}. Read it there, and run the same command again before that.",
                   deadline=run.deadline or "?"),
            where=run.view.address,
        )  # fmt: skip


def _signing_in(run: RunContext) -> list[Choice]:
    """The pages one signs in on, which the person may recognise where Handrail does not."""
    told = {
        "sign-in": _("Here one signs in; the page looks different now"),
        "two-step": _("Here one enters the sign-in's code; the page looks different now"),
    }
    known = {one.kind for one in run.site.interruptions}
    return [Choice(kind, label) for kind, label in told.items() if kind in known]
